package state

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Looks at one guardrail and one profile, hour after hour.
func TestInventoryKeepsWhatChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	thing := func(id, body string) Thing { return Thing{ID: id, Body: []byte(body)} }
	for i, look := range []struct {
		fault  string
		things []Thing
	}{
		{"", []Thing{thing("g1", `{"v":1}`), thing("g2", `{"v":1}`)}},
		{"", []Thing{thing("g1", `{"v":1}`), thing("g2", `{"v":1}`)}},
		{"", []Thing{thing("g1", `{"v":2}`)}},                         // g1 changed, g2 went
		{"not allowed", nil},                                          // proves nothing
		{"", []Thing{thing("g1", `{"v":2}`), thing("g2", `{"v":1}`)}}, // g2 came back
		{"", []Thing{thing("g1", `{"v":1}`), thing("g2", `{"v":1}`)}}, // g1 is as it was once
		{"", []Thing{thing("g1", `{"v":1}`), thing("g2", `{"v":1}`)}},
	} {
		l := Look{Account: "111122223333", Region: "eu-west-1", Kind: "guardrail", Tried: noon.Add(time.Duration(i) * time.Hour), Fault: look.fault}
		if err := s.Observe(t.Context(), l, look.things); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	things, looks, err := open(t, path).Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, th := range things {
		got = append(got, fmt.Sprintf("%s %s %d-%d", th.ID, th.Body, th.First.Hour(), th.Last.Hour()))
	}
	want := []string{`g1 {"v":1} 12-13`, `g1 {"v":2} 14-16`, `g1 {"v":1} 17-18`, `g2 {"v":1} 12-13`, `g2 {"v":1} 16-18`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(looks) != 1 || looks[0].Fault != "" || !looks[0].Seen.Equal(noon.Add(6*time.Hour)) {
		t.Errorf("looks %+v", looks)
	}
}

func TestAFaultKeepsWhatWasSeenBefore(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	l := Look{Account: "111122223333", Kind: "role", Tried: noon}
	if err := s.Observe(t.Context(), l, []Thing{{ID: "r", Body: []byte(`{}`)}}); err != nil {
		t.Fatal(err)
	}
	l.Tried, l.Fault, l.Remedy = noon.Add(time.Hour), "iam:ListRoleTags is not allowed", "Allow it."
	if err := s.Observe(t.Context(), l, nil); err != nil {
		t.Fatal(err)
	}
	things, looks, err := s.Inventory(t.Context())
	if err != nil || len(things) != 1 || len(looks) != 1 {
		t.Fatalf("%v %v %v", things, looks, err)
	}
	want := Look{"111122223333", "", "role", noon, noon.Add(time.Hour), l.Fault, l.Remedy}
	if diff := cmp.Diff(want, looks[0]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
