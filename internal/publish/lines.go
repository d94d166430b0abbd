package publish

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/account"
	"seismo/internal/event"
)

// line is one log event to be written.
type line struct {
	id   string // of what it tells
	at   time.Time
	text string
}

// findingLine is a finding as a log event. The field type tells lines apart.
type findingLine struct {
	Type      string    `json:"type"` // finding
	ID        string    `json:"id"`
	Time      time.Time `json:"time"`
	Severity  string    `json:"severity,omitzero"`
	Detector  string    `json:"detector,omitzero"`
	Rule      string    `json:"rule,omitzero"`
	Title     string    `json:"title,omitzero"`
	Account   string    `json:"account,omitzero"`
	Region    string    `json:"region,omitzero"`
	Principal string    `json:"principal,omitzero"`
	Resource  string    `json:"resource,omitzero"`
	Batch     string    `json:"batch"` // the request that brought it
}

// failureLine is a failed call as a log event: its envelope, and nothing of its
// bodies.
type failureLine struct {
	Type         string    `json:"type"` // failed_call, or left_out
	ID           string    `json:"id"`
	Time         time.Time `json:"time"`
	Error        string    `json:"error,omitzero"`
	Status       string    `json:"status,omitzero"`
	Account      string    `json:"account,omitzero"`
	Region       string    `json:"region,omitzero"`
	Model        string    `json:"model,omitzero"`
	Operation    string    `json:"operation,omitzero"`
	Principal    string    `json:"principal,omitzero"`
	Person       string    `json:"person,omitzero"`
	Team         string    `json:"team,omitzero"`
	App          string    `json:"app,omitzero"`
	RequestID    string    `json:"request_id,omitzero"`
	LatencyMS    *float64  `json:"latency_ms,omitzero"`
	InputTokens  *int64    `json:"input_tokens,omitzero"`
	OutputTokens *int64    `json:"output_tokens,omitzero"`
	Calls        int       `json:"calls,omitzero"` // of left_out: how many
	Batch        string    `json:"batch"`
}

// veil hides names as the configuration says.
type veil struct {
	people string
	salt   []byte
}

// saltName is the fact of the salt that names are hashed with. Without one the
// hash of an address could be found by trying addresses.
const saltName = "publish/salt"

// Prepare makes what all publishers of a database share. It must be done before
// several of them run at once.
func Prepare(ctx context.Context, l Ledger) error {
	_, err := salted(ctx, l)
	return err
}

// salted reads the salt, and makes it the first time.
func salted(ctx context.Context, l Ledger) ([]byte, error) {
	text, err := l.Fact(ctx, saltName)
	if err != nil {
		return nil, fmt.Errorf("read the salt of names: %w", err)
	}
	if text == "" {
		var salt [16]byte
		_, _ = rand.Read(salt[:]) // never fails
		text = hex.EncodeToString(salt[:])
		if err := l.Remember(ctx, saltName, text); err != nil {
			return nil, fmt.Errorf("keep the salt of names: %w", err)
		}
	}
	salt, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("read the salt of names: %w", err)
	}
	return salt, nil
}

// veil is how names are hidden here.
func (p *Publisher) veil(ctx context.Context) (v veil, err error) {
	v.people = p.cfg.People
	if v.people == hashed {
		v.salt, err = salted(ctx, p.deps.Ledger)
	}
	return v, err
}

func (v veil) person(name string) string {
	switch {
	case name == "" || v.people == none:
		return ""
	case v.people == named:
		return name
	}
	mac := hmac.New(sha256.New, v.salt)
	mac.Write([]byte(name))
	return "person-" + hex.EncodeToString(mac.Sum(nil)[:8])
}

// principal hides the name at the end of what may be a person's: an IAM user, by
// ARN or by name alone, and a session. A role's name stays.
func (v veil) principal(text string) string {
	if v.people == named || text == "" {
		return text
	}
	if name := nameIn(text); name != "" {
		return strings.TrimSuffix(text, name) + v.instead(name)
	}
	return text
}

// nameIn is the part of a principal that may name a person, "" for none.
func nameIn(principal string) string {
	arn, ok := account.ParseARN(principal)
	switch {
	case !ok:
		return principal // a user's name alone
	case strings.HasPrefix(arn.Resource, "user/"), strings.HasPrefix(arn.Resource, "assumed-role/"),
		strings.HasPrefix(arn.Resource, "federated-user/"):
		return arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:]
	}
	return ""
}

func (v veil) instead(name string) string {
	if v.people == none {
		return "(hidden)"
	}
	return v.person(name)
}

// title hides the name of the principal where a detector's sentence repeats it.
func (v veil) title(f event.Finding) string {
	name := nameIn(f.Principal)
	if v.people == named || len(name) < 3 {
		return f.Title
	}
	return strings.ReplaceAll(f.Title, name, v.instead(name))
}

func (v veil) finding(f event.Finding, batch string) (line, error) {
	text, err := json.Marshal(findingLine{Type: "finding", ID: f.ID, Time: f.Time.UTC(), Severity: f.Severity, Detector: f.Detector,
		Rule: f.Rule, Title: short(v.title(f)), Account: f.Account, Region: f.Region, Principal: v.principal(f.Principal),
		Resource: short(v.resource(f)), Batch: batch})
	return line{f.ID, f.Time, string(text)}, err
}

// resource is what a finding tells of; a user's ARN hides its name too.
func (v veil) resource(f event.Finding) string {
	if _, ok := account.ParseARN(f.Resource); ok {
		return v.principal(f.Resource)
	}
	return f.Resource
}

func (v veil) failure(e event.Event, batch string) (line, error) {
	text, err := json.Marshal(failureLine{Type: "failed_call", ID: e.ID, Time: e.Time.UTC(), Error: short(e.Error), Status: e.Status,
		Account: e.Account, Region: e.Region, Model: short(e.Model), Operation: short(e.Operation), Principal: v.principal(e.Principal),
		Person: v.person(e.Person), Team: short(e.Team), App: short(e.App), RequestID: e.RequestID, LatencyMS: e.Latency.MS,
		InputTokens: e.Tokens.Input, OutputTokens: e.Tokens.Output, Batch: batch})
	return line{e.ID, e.Time, string(text)}, err
}

// short bounds a text that somebody else chose.
func short(s string) string {
	const most = 1024
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
