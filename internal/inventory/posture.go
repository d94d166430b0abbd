package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"seismo/internal/enrich"
)

// Grades of a posture row.
const (
	Good    = "good"
	Warn    = "warn"
	Bad     = "bad"
	Unclear = "unclear" // it could not be looked at
)

// Posture is one judgement on an account's set-up, with its remedy.
type Posture struct {
	Account string `json:"account"`
	Region  string `json:"region,omitzero"`
	Check   string `json:"check"` // logging, large_bodies, delivery, guardrail, attribution or access
	Subject string `json:"subject,omitzero"`
	Grade   string `json:"grade"`
	Why     string `json:"why"` // one sentence
	Remedy  string `json:"remedy,omitzero"`
}

// stale is the age from which on a look says little about now.
const stale = 48 * time.Hour

// Judge judges what a snapshot holds, the gravest first. teamTags are the keys by
// which a team is known; none are the usual ones.
func (s *Snapshot) Judge(now time.Time, teamTags []string) []Posture {
	if s == nil {
		return nil
	}
	var rows []Posture
	for at, spans := range s.logging {
		for _, span := range spans {
			if span.Current {
				rows = append(rows, judgeLogging(at, span.Thing)...)
			}
		}
	}
	for _, g := range s.guardrails {
		rows = append(rows, judgeGuardrail(g))
	}
	for _, p := range s.tagged {
		if team := enrich.TeamOf(p.thing.Tags, teamTags); team == "" {
			rows = append(rows, Posture{p.account, p.region, "attribution", cmp.Or(p.thing.Name, p.id), Warn,
				"The application inference profile has no tag that names a team.", "Tag it with team, so that its calls are somebody's."})
		}
	}
	rows = append(rows, s.judgeLooks(now)...)
	order := []string{Bad, Warn, Unclear, Good}
	slices.SortFunc(rows, func(a, b Posture) int {
		return cmp.Or(slices.Index(order, a.Grade)-slices.Index(order, b.Grade), strings.Compare(a.Account, b.Account),
			strings.Compare(a.Region, b.Region), strings.Compare(a.Check, b.Check), strings.Compare(a.Subject, b.Subject))
	})
	return rows
}

func judgeLogging(at spot, l Logging) []Posture {
	row := func(check, grade, why, remedy string) Posture {
		return Posture{at.account, at.region, check, "", grade, why, remedy}
	}
	if !l.On {
		return []Posture{row("logging", Bad, "Model invocation logging is off: calls leave no record of what was said.",
			"Turn it on: a bucket or a log group for each account and Region.")}
	}
	on := "Model invocation logging is on, to " + places(l)
	if off := modalities(l); off != "" {
		on += "; not delivered: " + off
	}
	rows := []Posture{row("logging", Good, on+".", "")}
	if l.S3 == nil && l.CloudWatch.Large == nil {
		rows = append(rows, row("large_bodies", Warn, "Bodies over 100 KB are lost: the log group has no bucket for large data.",
			"Set largeDataDeliveryS3Config of the CloudWatch destination."))
	}
	if !l.Text {
		rows = append(rows, row("delivery", Warn, "Text is not delivered: records hold counts, and nothing of what was said.",
			"Set textDataDeliveryEnabled."))
	}
	return rows
}

// places says where records go.
func places(l Logging) string {
	var to []string
	if l.S3 != nil {
		to = append(to, "s3://"+strings.TrimSuffix(l.S3.Bucket+"/"+l.S3.Prefix, "/"))
	}
	if l.CloudWatch != nil {
		to = append(to, "log group "+l.CloudWatch.Name)
	}
	return strings.Join(to, " and ")
}

// modalities are those but text that are not delivered.
func modalities(l Logging) string {
	var off []string
	for _, m := range [...]struct {
		name string
		on   bool
	}{{"images", l.Image}, {"embeddings", l.Embedding}, {"video", l.Video}, {"audio", l.Audio}} {
		if !m.on {
			off = append(off, m.name)
		}
	}
	return strings.Join(off, ", ")
}

func judgeGuardrail(g placed[Guardrail]) Posture {
	row := Posture{g.account, g.region, "guardrail", cmp.Or(g.thing.Name, g.id) + " " + g.thing.Version, Good, "The guardrail is strong.", ""}
	if g.thing.Strength == Strong {
		return row
	}
	row.Grade = Warn
	if g.thing.Strength == None {
		row.Grade = Bad
	}
	row.Why = "The guardrail is " + g.thing.Strength + ": " + strings.Join(g.thing.Weak, "; ") + "."
	row.Remedy = "Raise the filters, and publish a version that applications use."
	if g.thing.Strength == None {
		row.Why = "The guardrail stops nothing."
	}
	return row
}

// judgeLooks tells what could not be looked at, and what is old.
func (s *Snapshot) judgeLooks(now time.Time) []Posture {
	var rows []Posture
	for _, l := range s.Looks {
		row := Posture{l.Account, l.Region, "access", l.Kind, Unclear, "", l.Remedy}
		switch {
		case l.Fault != "":
			row.Why = l.Fault
		case now.Sub(l.Seen) > stale:
			row.Why, row.Remedy = "It was last looked at on "+l.Seen.Format(time.DateOnly)+".", "Run `seismo inventory refresh`, or `seismo serve` with a network."
		default:
			continue
		}
		rows = append(rows, row)
	}
	return rows
}
