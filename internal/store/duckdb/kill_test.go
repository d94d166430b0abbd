package duckdb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/seal"
	"seismo/internal/source"
	"seismo/internal/state"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// The kill test ingests the same objects in a child process that is killed at
// random moments, until one child comes to the end: then nothing is lost and
// nothing is there twice. The number of kills is SEISMO_KILLS, 20 by default.

const (
	killEnv     = "SEISMO_KILL_TEST_DIR"
	killObjects = 48
	killEvents  = 16
)

// killObject is one object: calls, half of them with a CloudTrail event that
// comes in a later object, and one call of the object before once more.
func killObject(n int) []event.Event {
	var events []event.Event
	for i := range killEvents {
		call := killCall(n, i)
		events = append(events, call)
		if i%2 == 0 && n > 0 {
			events = append(events, storetest.Trail(killCall(n-1, i), (n-1)*killEvents+i))
		}
	}
	if n > 0 {
		events = append(events, killCall(n-1, 3))
	}
	return events
}

func killCall(object, i int) event.Event {
	n := object*killEvents + i
	turns := []string{"What of the zebra?", "It is striped.", fmt.Sprintf("And number %d?", n)}
	return storetest.Talk(n, fmt.Sprintf("person%d@example.com", n%7), turns, "Also striped.")
}

func killFinding(n int) event.Finding {
	return event.Finding{ID: fmt.Sprintf("finding-%d", n), Time: killCall(n, 0).Time, Detector: event.DetectorInsight}
}

// checkPlace holds that the cursor, the troubles and the findings say what the
// ledger says, when the objects before n are done and n is not.
func checkPlace(s *duckdb.Store, n int) error {
	ctx := context.Background()
	cursor, err := s.Cursor(ctx, "place")
	if err != nil || cursor != strconv.Itoa(n) && n > 0 {
		return fmt.Errorf("the cursor is %q, want %d; %w", cursor, n, err)
	}
	troubles, err := s.Troubles(ctx, "place")
	if err != nil || n > 0 && (len(troubles) != 1 || troubles[0].ID != fmt.Sprintf("object-%d", n) || troubles[0].Attempts != 1) {
		return fmt.Errorf("the troubles are %+v, want object %d; %w", troubles, n, err)
	}
	findings, err := s.Findings(ctx, 2*killObjects)
	if err != nil || len(findings) != n {
		return fmt.Errorf("%d findings, want %d; %w", len(findings), n, err)
	}
	return nil
}

func openKill(dir string) (*duckdb.Store, *state.State, error) {
	master, err := seal.LoadOrCreate(filepath.Join(dir, "key"), "")
	if err != nil {
		return nil, nil, err
	}
	st, err := state.Open(context.Background(), filepath.Join(dir, "state.db"))
	if err != nil {
		return nil, nil, err
	}
	keys, err := seal.New(master, st)
	if err != nil {
		return nil, nil, err
	}
	s, err := duckdb.Open(context.Background(), duckdb.Config{Path: filepath.Join(dir, "a.db"), Keyring: keys})
	return s, st, err
}

// TestKillChild is the child: it ingests what the ledger does not know yet.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(killEnv)
	if dir == "" {
		t.Skip("runs only as the child of TestKill")
	}
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	fmt.Fprintln(os.Stdout, "\nopen")
	for n := range killObjects {
		id := fmt.Sprintf("object-%d", n)
		seen, err := s.Seen(t.Context(), []string{id})
		if err != nil {
			t.Fatal(err)
		}
		if len(seen) > 0 {
			continue
		}
		events := killObject(n)
		if err := checkPlace(s, n); err != nil {
			t.Fatal(err)
		}
		entry := store.Entry{Object: source.Object{ID: id}, Read: int64(len(events)), Last: len(events), Done: time.Now()}
		entry.Cursor = &source.Cursor{Name: "place", Value: strconv.Itoa(n + 1)}
		b := store.Batch{Events: events, Objects: []store.Entry{entry}, Findings: []event.Finding{killFinding(n), killFinding(n / 2)},
			Troubles: []source.Trouble{{Object: source.Object{ID: fmt.Sprintf("object-%d", n+1)}, Source: "place", Last: time.Now()}}}
		if _, err := s.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if n%16 == 5 {
			if err := s.Fold(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stdout, "\ndone")
}

func TestKill(t *testing.T) {
	kills := 20
	if testing.Short() {
		kills = 5
	}
	if n, err := strconv.Atoi(os.Getenv("SEISMO_KILLS")); err == nil {
		kills = n
	}
	done := 0
	for round := 0; done < kills; round++ {
		dir := t.TempDir()
		for !child(t, "TestKillChild", dir, &done) {
		}
		checkKilled(t, dir)
		t.Logf("round %d, %d kills", round+1, done)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

// child runs one child, kills it at a random moment after it has opened the
// store, and tells whether it came to the end.
func child(t *testing.T, name, dir string, kills *int) (finished bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+name+"$", "-test.v")
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(time.Hour, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch said = append(said, lines.Text()); lines.Text() {
		case "open":
			kill.Reset(time.Duration(rand.IntN(300)) * time.Millisecond)
		case "done":
			finished = true
		}
	}
	err = cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ProcessState.ExitCode() == -1 {
		*kills++
		return finished
	}
	if err != nil {
		t.Fatalf("the child failed: %v\n%v", err, said)
	}
	return finished
}

func checkKilled(t *testing.T, dir string) {
	t.Helper()
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	defer s.Close()
	if err := checkPlace(s, killObjects); err != nil {
		t.Error(err)
	}
	want := make(map[string]bool)
	for n := range killObjects {
		for _, e := range killObject(n) {
			if e.Kind == event.KindCall {
				want[e.ID] = true
			}
		}
	}
	got := make(map[string]int)
	q := query.Query{Limit: query.MaxLimit}
	joined := 0
	for {
		page, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			got[e.ID]++
			if e.Trail.Name != "" {
				joined++
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for id, n := range got {
		if n != 1 || !want[id] {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d calls, want %d", len(got), len(want))
	}
	if half := (killObjects - 1) * killEvents / 2; joined != half {
		t.Errorf("%d calls have their CloudTrail event, want %d", joined, half)
	}
	for _, n := range []int{0, killObjects / 2, killObjects - 1} {
		e := killCall(n, 1)
		_, r, err := s.Record(t.Context(), e.ID)
		if err != nil || string(r.Raw) != string(e.Record.Raw) {
			t.Errorf("record of object %d: %v", n, err)
		}
	}
}
