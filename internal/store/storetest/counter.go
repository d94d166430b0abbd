package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/store"
)

// testTrailCounts holds that CloudTrail events are counted whether or not they
// are shown.
func testTrailCounts(t *testing.T, open Opener) {
	s := fresh(t, open)
	a, b, late := Call(1, "", ""), Call(2, "", ""), Call(70, "", "")
	failed := Trail(Call(3, "", ""), 3)
	failed.Outcome = event.Failure
	other := Trail(Call(4, "", ""), 4)
	other.Trail.Name, other.Trail.Source, other.Region = "ListGuardrails", "bedrock.example.com", "eu-west-1"
	appendAll(t, s, a, Trail(a, 1), Trail(b, 2), failed)
	appendAll(t, s, Trail(a, 1), b, other, Trail(late, 70))
	hour := store.TrailCount{Account: "111122223333", Region: "us-east-1", Hour: start.Truncate(time.Hour),
		Source: "bedrock.amazonaws.com", Name: "Converse", Outcome: event.Success, Events: 2, Joined: 2}
	wrong, next, elsewhere := hour, hour, hour
	wrong.Outcome, wrong.Events, wrong.Joined = event.Failure, 1, 0
	next.Hour, next.Events, next.Joined = start.Add(time.Hour), 1, 0
	elsewhere.Region, elsewhere.Name, elsewhere.Source, elsewhere.Events, elsewhere.Joined = other.Region, other.Trail.Name, other.Trail.Source, 1, 0
	for name, c := range map[string]struct {
		match store.TrailMatch
		want  []store.TrailCount
	}{
		"all":   {store.TrailMatch{}, []store.TrailCount{elsewhere, wrong, hour, next}},
		"names": {store.TrailMatch{Names: []string{"Converse", "InvokeModel"}}, []store.TrailCount{wrong, hour, next}},
		"from":  {store.TrailMatch{From: start.Add(time.Hour)}, []store.TrailCount{next}},
		"to":    {store.TrailMatch{To: start.Add(time.Hour), Names: []string{"Converse"}}, []store.TrailCount{wrong, hour}},
	} {
		got, err := s.TrailCounts(t.Context(), c.match)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s (-want +got): %s%v", name, diff, err)
		}
	}
}
