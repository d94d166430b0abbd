package coverage

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// day is the day of every page; 12:00 of it is now unless the page says so.
var day = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

// Each page of testdata is a table of counts and what must be said of them.
func TestJudge(t *testing.T) {
	pages, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(page), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(page)
			if err != nil {
				t.Fatal(err)
			}
			counts, now := readCounts(t, string(archive.Files[0].Data))
			got := writeRows(NewReport(day, day.AddDate(0, 0, 1), Judge(counts, now)))
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(page, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// readCounts reads one hour a line: "10 metric=5 errors=1 delivered=5 failed=0
// trail=5 alone=0 unlogged=0 stored=5 answered=5 nobody=0 logging=on mantle".
// What is not there is not known.
func readCounts(t *testing.T, text string) ([]Count, time.Time) {
	t.Helper()
	now := day.Add(12 * time.Hour)
	var counts []Count
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if at, found := strings.CutPrefix(fields[0], "now="); found {
			d, err := time.ParseDuration(at)
			if err != nil {
				t.Fatal(err)
			}
			now = day.Add(d)
			continue
		}
		hour, err := strconv.Atoi(fields[0])
		if err != nil {
			t.Fatal(err)
		}
		c := Count{Place: Place{"111122223333", "eu-west-1", Runtime}, Hour: day.Add(time.Duration(hour) * time.Hour), Answered: -1}
		for _, field := range fields[1:] {
			c.read(t, field)
		}
		if c.Answered < 0 {
			c.Answered = c.Stored
		}
		counts = append(counts, c)
	}
	return counts, now
}

func (c *Count) read(t *testing.T, field string) {
	name, value, _ := strings.Cut(field, "=")
	metrics := func() *Metrics {
		if c.Metrics == nil {
			c.Metrics = &Metrics{}
		}
		return c.Metrics
	}
	trail := func() *Trail {
		if c.Trail == nil {
			c.Trail = &Trail{}
		}
		return c.Trail
	}
	switch name {
	case "mantle":
		c.Endpoint = Mantle
		return
	case "logging":
		c.Logging = Logging(value)
		return
	case "region":
		c.Region = value
		return
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	switch name {
	case "metric":
		metrics().Invocations = n
	case "errors":
		metrics().Errors = n
	case "delivered":
		metrics().Delivered = &n
	case "failed":
		metrics().Failed = n
	case "largefailed":
		metrics().LargeFailed = n
	case "trail":
		trail().Seen = n
	case "alone":
		trail().Alone = n
	case "unlogged":
		trail().Unlogged = n
	case "stored":
		c.Stored = n
	case "answered":
		c.Answered = n
	case "nobody":
		c.NoBody = n
	default:
		t.Fatalf("no such count: %s", name)
	}
}

func writeRows(r Report) string {
	var b strings.Builder
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "%s %s %s missing=%d excess=%d: %s\n", row.Hour.Format("15"), row.Place.Region, row.State, row.Missing, row.Excess, row.Why)
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(&b, "gap %s-%s %s %s calls=%d: %s\n", g.From.Format("15"), g.To.Format("15"), g.Place.Region, g.State, g.Calls, g.Why)
	}
	fmt.Fprintf(&b, "visible %d of %d, without a body %d\n", r.Visible, r.Calls, r.NoBody)
	return b.String()
}
