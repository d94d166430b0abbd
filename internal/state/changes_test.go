package state

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestChangesKeepTheOldestBefore(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "aws.state"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, c := range []Change{
		{Scope: "a", Setting: "policy", Before: "first", After: "second", Begun: at},
		{Scope: "a", Setting: "group", After: "made", Begun: at},
		{Scope: "b", Setting: "policy", Before: "other", Begun: at},
		{Scope: "a", Setting: "policy", Before: "second", After: "third", Begun: at.Add(time.Hour)},
	} {
		if err := s.Begin(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Changes(t.Context(), "a")
	want := []Change{
		{Scope: "a", Setting: "policy", Before: "first", After: "third", Begun: at.Add(time.Hour)},
		{Scope: "a", Setting: "group", After: "made", Begun: at},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	if err := s.Forget(t.Context(), "a", "policy"); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Changes(t.Context(), ""); err != nil || len(all) != 2 {
		t.Errorf("%d changes are left, %v; want 2", len(all), err)
	}
}

func TestFactsByPrefix(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "aws.state"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, name := range []string{"wish a", "wish b", "mode"} {
		if err := s.Remember(t.Context(), name, "1"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Facts(t.Context(), "wish ")
	if diff := cmp.Diff(map[string]string{"wish a": "1", "wish b": "1"}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
