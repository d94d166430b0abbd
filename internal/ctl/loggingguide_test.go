package ctl

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"seismo/internal/account"
	"seismo/test/standin"
)

// sample is one block of the guide: commands, and what they print.
type sample struct {
	commands []string
	printed  []string
}

// samples are the blocks of a guide that begin with a command.
func samples(t *testing.T, path string) []sample {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []sample
	for i, block := range strings.Split(string(text), "```") {
		if _, block, _ = strings.Cut(block, "\n"); i%2 == 0 || !strings.HasPrefix(block, "$ seismo ") {
			continue
		}
		var s sample
		for line := range strings.Lines(block) {
			line = strings.TrimRight(line, " \n")
			if command, ok := strings.CutPrefix(line, "$ seismo "); ok {
				command, _, _ = strings.Cut(command, " #")
				s.commands = append(s.commands, strings.TrimSpace(command))
			} else if line != "" {
				s.printed = append(s.printed, line)
			}
		}
		list = append(list, s)
	}
	return list
}

// What differs from run to run.
var (
	varying = regexp.MustCompile(`\d+\.\d s|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|seismo-canary=\w+|/\d{4}/\d\d/\d\d/\d\d/\w+\.json\.gz|\d+ objects|\d\d:\d\d:\d\d`)
	spaces  = regexp.MustCompile(` {2,}`)
)

func even(line string) string {
	return spaces.ReplaceAllString(varying.ReplaceAllString(strings.TrimRight(line, " "), "~"), " ")
}

// giveGuide gives a command as seismo has it, where no collector holds the database.
func (u *user) giveGuide(out io.Writer, args []string) int {
	none := fmt.Errorf("%w: no seismo holds /var/lib/seismo/seismo.duckdb now; `seismo serve` collects into it (--db names another)", ErrNoCollector)
	stored := func(context.Context, string) (bool, error) { return false, none }
	return run(u.t.Context(), newRoot(Deps{Out: out, Err: out, Quotas: account.NoQuotas(), Stored: stored}), args, out)
}

// TestGuideShowsWhatIsPrinted gives the guide's commands, one after the other, to one
// stand-in: every line that the guide shows is printed, in its order, and a line … of
// the guide stands for those that it leaves out.
func TestGuideShowsWhatIsPrinted(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	flags := u.flags[:4] // the guide names the Regions itself
	const region = "us-west-2"
	for metric, n := range map[string]float64{"Invocations": 192_267, "InputTokenCount": 192_267 * 900, "OutputTokenCount": 192_267 * 300} {
		c.Report(standin.Sample{Region: region, Namespace: "AWS/Bedrock", Metric: metric, Time: time.Now().Add(-time.Hour), Value: n})
	}
	first := map[string]func(){
		"logging plan --region us-west-2":   func() { c.Refuse("iam:CreateRole", "implicitDeny") },
		"logging enable --region us-west-2": func() { c.Refuse("iam:CreateRole", "allowed") },
		"logging watch --region us-west-2":  func() { c.SetBedrock(region, standin.Bedrock{}) },
		"logging watch":                     func() { c.ChangeTrail("seismo-bedrock-prod", "IsMultiRegionTrail", false) },
		"logging verify --region us-west-2 --canary": func() {
			c.SetRuntime(region, standin.Runtime{Answer: 400 * time.Millisecond, Group: 1200 * time.Millisecond, S3: 1500 * time.Millisecond})
		},
		"logging verify --region us-west-2 --canary --canary-wait 3s": func() {
			c.SetRuntime(region, standin.Runtime{S3: standin.Never})
		},
		"logging trail enable --trail main --region us-east-1": func() {
			c.AddTrail(map[string]any{"Name": "main", "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main", "HomeRegion": "us-east-1",
				"S3BucketName": "company-trail", "IsMultiRegionTrail": true, "LogFileValidationEnabled": true, "IncludeGlobalServiceEvents": true})
		},
	}
	ran := 0
	for _, s := range samples(t, filepath.FromSlash("../../docs/guide/logging.md")) {
		var out bytes.Buffer
		for _, command := range s.commands {
			if do := first[command]; do != nil {
				do()
				delete(first, command)
			}
			ran++
			if code := u.giveGuide(&out, append(strings.Fields(command), flags...)); code != exitOK && code != exitMissing {
				t.Errorf("%s: exit code %d:\n%s", command, code, out.String())
			}
		}
		got := strings.Split(strings.Trim(out.String(), "\n"), "\n")
		t.Logf("$ %s\n%s", s.commands, out.String())
		at, skipping := 0, false
		for _, want := range s.printed {
			if strings.TrimSpace(want) == "…" {
				skipping = true
				continue
			}
			from := at
			for at < len(got) && even(got[at]) != even(want) {
				at++
			}
			if at == len(got) || at > from && !skipping {
				t.Errorf("%s does not print, there:\n%s\nbut:\n%s", s.commands, want, out.String())
				break
			}
			at, skipping = at+1, false
		}
	}
	if ran < 10 || len(first) > 0 {
		t.Errorf("%d commands were found, and not %v", ran, first)
	}
}
