package duckdb_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"seismo/internal/query"
	"seismo/internal/store"
)

// retainKeeps is how many objects the retention of the kill test keeps: an object
// covers killEvents minutes.
const retainKeeps = 10

func retainAfter(n int) store.Retention {
	age := retainKeeps * killEvents * time.Minute
	return store.Retention{Rows: age, Bodies: age / 2, Now: killCall(n+1, 0).Time}
}

// TestRetainKillChild is the child: it takes in objects and lets old ones go, the
// oldest of which it tries to take in again every time.
func TestRetainKillChild(t *testing.T) {
	dir := os.Getenv(killEnv)
	if dir == "" {
		t.Skip("runs only as the child of TestRetainKill")
	}
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	fmt.Fprintln(os.Stdout, "\nopen")
	from := 0
	if cursor, err := s.Cursor(t.Context(), "place"); err != nil {
		t.Fatal(err)
	} else if cursor != "" {
		last, _ := strconv.Atoi(cursor)
		from = last + 1
	}
	for n := from; n < killObjects; n++ {
		if _, err := s.Append(t.Context(), fullBatch(n)); err != nil {
			t.Fatal(err)
		}
		if n%4 == 3 {
			if _, err := s.Retain(t.Context(), retainAfter(n)); err != nil {
				t.Fatal(err)
			}
			r, err := s.Append(t.Context(), store.Batch{Events: killObject(0)})
			if err != nil || n > retainKeeps && r.Expired != killEvents {
				t.Fatalf("object 0 again: %+v, %v", r, err)
			}
		}
	}
	if _, err := s.Retain(t.Context(), retainAfter(killObjects-1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stdout, "\ndone")
}

// TestRetainKill kills a process that takes in and lets go: in the end what is
// young is there once, and what is old is not, nor comes back.
func TestRetainKill(t *testing.T) {
	kills := 2
	if n, err := strconv.Atoi(os.Getenv("SEISMO_KILLS")); err == nil {
		kills = n
	}
	for done := 0; done < kills; {
		dir := t.TempDir()
		for !child(t, "TestRetainKillChild", dir, &done) {
		}
		checkRetained(t, dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

func checkRetained(t *testing.T, dir string) {
	t.Helper()
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	defer s.Close()
	for n := range killObjects - retainKeeps {
		if r, err := s.Append(t.Context(), store.Batch{Events: killObject(n)}); err != nil || r.Stored != 0 {
			t.Errorf("object %d again: %+v, %v", n, r, err)
		}
	}
	got := make(map[string]int)
	page, err := s.Search(t.Context(), query.Query{Limit: query.MaxLimit})
	if err != nil || page.Next != "" {
		t.Fatal(err, page.Next)
	}
	for _, e := range page.Events {
		got[e.ID]++
	}
	for n := killObjects - retainKeeps; n < killObjects; n++ {
		for i := range killEvents {
			e := killCall(n, i)
			if got[e.ID] != 1 {
				t.Errorf("call %d of object %d is there %d times", i, n, got[e.ID])
			}
			_, r, err := s.Record(t.Context(), e.ID)
			if young := n >= killObjects-retainKeeps/2; young != (err == nil && string(r.Raw) == string(e.Record.Raw)) {
				t.Errorf("record of object %d: %v", n, err)
			}
		}
	}
	if want := retainKeeps * killEvents; len(got) != want {
		t.Errorf("%d events are shown, want %d", len(got), want)
	}
}
