package terminal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"
)

var (
	columns = []Column{{Name: "time"}, {Name: "model"}, {Name: "who", Most: 60}, {Name: "cost usd", Number: true}, {Name: "why"}}
	rows    = [][]string{
		{"2026-11-20 10:00:00", "eu.anthropic.claude-sonnet-4-20250514-v1:0", "arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com", "$1,234.50", "a sentence that says in many words what went wrong here and what one might do"},
		{"2026-11-20 10:00:01", "amazon.nova-lite-v1:0", "alice", "$0.000012", "–"},
	}
)

func widest(table string) (most int) {
	for line := range strings.SplitSeq(table, "\n") {
		most = max(most, text.StringWidth(line))
	}
	return most
}

// TestTablesFit: no line is wider than the terminal, numbers and times stay whole as
// long as text can give, and what is left of a long name shows both of its ends.
func TestTablesFit(t *testing.T) {
	for _, width := range []int{300, 120, 100, 90, 80} {
		got := render(columns, rows, width)
		if n := widest(got); n > width {
			t.Errorf("%d columns on a terminal of %d:\n%s", n, width, got)
		}
		for _, whole := range []string{"$1,234.50", "$0.000012", "2026-11-20", "time", "eu.", "1:0"} {
			if !strings.Contains(got, whole) {
				t.Errorf("%s is cut on a terminal of %d:\n%s", whole, width, got)
			}
		}
		if cut := strings.Contains(got, "…"); width < 150 && !cut {
			t.Errorf("nothing says that something is left out on a terminal of %d:\n%s", width, got)
		}
	}
}

// TestNarrowTablesAreLists: where the columns have no room, each row is a list, and
// nothing is left out of the row but what is too long for a line.
func TestNarrowTablesAreLists(t *testing.T) {
	want := ` time      2026-11-20 10:00:00
 model     eu.anthropic…0250514-v1:0
 who       arn:aws:sts:…@example.com
 cost usd  $1,234.50
 why       a sentence that says in
           many words what went
           wrong here and what one…

 time      2026-11-20 10:00:01
 model     amazon.nova-lite-v1:0
 who       alice
 cost usd  $0.000012`
	if diff := cmp.Diff(want, render(columns, rows, 36)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for width := range 40 {
		if got := render(columns, rows, width+1); width > 30 && widest(got) > width+1 {
			t.Errorf("%d columns on a terminal of %d:\n%s", widest(got), width+1, got)
		}
	}
}

// TestPipesAreLeftAlone: what is no terminal has no width, and only a column's own
// limit cuts.
func TestPipesAreLeftAlone(t *testing.T) {
	var out bytes.Buffer
	if err := Table(&out, columns, rows); err != nil {
		t.Fatal(err)
	}
	for _, whole := range []string{rows[0][1], rows[0][4], rows[0][2][:60]} {
		if !strings.Contains(out.String(), whole) {
			t.Errorf("%q is cut:\n%s", whole, out.String())
		}
	}
	if strings.Contains(out.String(), "…") || strings.Contains(out.String(), rows[0][2]) {
		t.Errorf("cut otherwise than by the column's limit:\n%s", out.String())
	}
}

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		word, want string
		width      int
	}{
		{"abcdefghij", "abcdefghij", 10}, {"abcdefghijk", "abcde…hijk", 10}, {"abcdefghijk", "a…k", 3}, {"日本語日本語日本語", "日本…本語", 10}, {"abc", "…", 1},
	} {
		if got := middle(c.word, c.width); got != c.want || text.StringWidth(got) > c.width {
			t.Errorf("%s in %d: %s, want %s", c.word, c.width, got, c.want)
		}
	}
}
