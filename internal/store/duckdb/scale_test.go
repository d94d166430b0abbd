package duckdb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

// scaled skips a test that takes minutes unless it is asked for.
func scaled(t *testing.T) {
	t.Helper()
	if os.Getenv("SEISMO_SCALE") == "" {
		t.Skip("takes minutes and gigabytes; set SEISMO_SCALE=1 to run it")
	}
}

func scaleStore(t testing.TB) *Store {
	t.Helper()
	return storeAt(t, filepath.Join(t.TempDir(), "a.db"))
}

func storeAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Path: path, Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// peak is the most memory that the process had, in MiB.
func peak() string {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

// TestScaleReport asks all reports over ten million calls that have taken over
// their CloudTrail events, with a store that was just opened.
func TestScaleReport(t *testing.T) {
	scaled(t)
	path := filepath.Join(t.TempDir(), "a.db")
	if kept := os.Getenv("SEISMO_SCALE_DB"); kept != "" {
		path = kept // made at the first run
	}
	if _, err := os.Stat(path); err != nil {
		makeCalls(t, path)
	}
	s := storeAt(t, path)
	for range 2 {
		for _, name := range query.Reports() {
			for _, by := range []string{"model", "person"} {
				a, err := query.Report(name, []string{by}, query.NoBucket, nil, time.Time{}, time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				table, err := s.Aggregate(t.Context(), a)
				took := time.Since(begin)
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("report %s by %s: %d rows in %v", name, by, len(table.Rows), took)
				if took > time.Second {
					t.Errorf("a report over 10 million calls took %v, want under 1 s", took)
				}
			}
		}
	}
	begin := time.Now()
	where := query.Compare{Field: "person", Op: query.Part, Value: "person7"}
	if _, err := s.Search(t.Context(), query.Query{Where: where}); err != nil {
		t.Fatal(err)
	}
	t.Logf("search by person: %v", time.Since(begin))
	late := storetest.Trail(storetest.Talk(77, "", []string{"x"}, ""), 99999)
	late.Trail.ID, late.ID = "late", fmt.Sprint("late", time.Now().UnixNano())
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{late}}); err != nil {
		t.Fatal(err)
	}
	begin = time.Now()
	if err := s.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("fold of one late event: %v; peak memory %s", time.Since(begin), peak())
}

func makeCalls(t *testing.T, path string) {
	t.Helper()
	s := storeAt(t, path)
	var events []event.Event
	for i := range 10_000 {
		call := storetest.Talk(i, fmt.Sprintf("person%d@example.com", i%300), []string{"x"}, "y")
		call.Model = fmt.Sprintf("anthropic.claude-%d", i%20)
		call.Record = event.Record{}
		events = append(events, call, storetest.Trail(call, i))
	}
	for lo := 0; lo < len(events); lo += 2000 {
		if _, err := s.Append(t.Context(), store.Batch{Events: events[lo : lo+2000]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	copies := 1000
	if n, err := strconv.Atoi(os.Getenv("SEISMO_SCALE_COPIES")); err == nil {
		copies = n
	}
	grow(t, s, copies)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// grow copies the rows, each copy at a later time.
func grow(t *testing.T, s *Store, times int) {
	t.Helper()
	ctx := context.Background()
	var list []string
	for _, c := range store.Columns() {
		switch name := quote(c.Name); c.Name {
		case "id", "request_id":
			list = append(list, name+" || '-' || k")
		case "time":
			list = append(list, `"time" + to_minutes(k * 10)`)
		default:
			list = append(list, name)
		}
	}
	if err := s.exec(ctx, `CREATE TEMP TABLE seed AS FROM event_done`); err != nil {
		t.Fatal(err)
	}
	const step = 4
	for k := 1; k < times; k += step {
		if err := s.exec(ctx, fmt.Sprintf(`INSERT INTO event_done SELECT %s, hash("#key" + k), "#nanos", "#filled", "#hidden"
			FROM seed, range(%d, %d) AS r(k)`, strings.Join(list, ", "), k, min(k+step, times))); err != nil {
			t.Fatal(err)
		}
		if k%8 == 1 {
			if err := s.exec(ctx, "CHECKPOINT"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.exec(ctx, "DROP TABLE seed"); err != nil {
		t.Fatal(err)
	}
	if err := s.exec(ctx, "CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	var n int64
	if err := s.conn.QueryRowContext(ctx, `SELECT count(*) FROM event_done WHERE kind = 'call'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d calls, peak memory %s", n, peak())
}

// TestScaleSearch looks for a word that one of a million calls has.
func TestScaleSearch(t *testing.T) {
	scaled(t)
	s := scaleStore(t)
	source := rand.New(rand.NewPCG(1, 2))
	begin := time.Now()
	calls, batch := 1_000_000, 2000
	if n, err := strconv.Atoi(os.Getenv("SEISMO_SCALE_CALLS")); err == nil {
		calls = n
	}
	for lo := 0; lo < calls; lo += batch {
		events := make([]event.Event, batch)
		for i := range events {
			n := lo + i
			text := words(source, 300)
			if n == calls/8 {
				text += " xylophone"
			}
			events[i] = storetest.Talk(n, fmt.Sprintf("person%d@example.com", n%200), []string{text}, words(source, 150))
		}
		if _, err := s.Append(t.Context(), store.Batch{Events: events}); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(begin)
	st, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d calls in %v, %.0f a second; %+v; peak memory %s", calls, took, float64(calls)/took.Seconds(), st, peak())
	for _, w := range []query.Words{{Words: []string{"xylophone"}}, {Words: []string{"xylo"}, Prefix: true},
		{Words: []string{"w17"}}, {Words: []string{"w17", "w18"}}, {Words: []string{"nowhere"}}} {
		begin := time.Now()
		page, err := s.Search(t.Context(), query.Query{Where: w})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v: %d events in %v; peak memory %s", w, len(page.Events), time.Since(begin), peak())
		if took := time.Since(begin); w.Words[0] == "xylophone" && took > 3*time.Second {
			t.Errorf("a rare word took %v, want under 3 s", took)
		}
	}
}

// words makes text of words whose frequencies fall off as those of a language do.
func words(source *rand.Rand, n int) string {
	zipf := rand.NewZipf(source, 1.1, 4, 50_000)
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", zipf.Uint64())
	}
	return b.String()
}

// BenchmarkAppend stores small calls in batches of 2,000.
func BenchmarkAppend(b *testing.B) {
	s := scaleStore(b)
	const batch = 2000
	n := 0
	for b.Loop() {
		b.StopTimer()
		events := make([]event.Event, batch)
		for i := range events {
			events[i] = storetest.Talk(n, fmt.Sprintf("person%d@example.com", n%50), []string{fmt.Sprintf("Question %d?", n)}, "Answer.")
			n++
		}
		b.StartTimer()
		if _, err := s.Append(b.Context(), store.Batch{Events: events}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
