package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/store"
)

func point(metric string, hour int, value float64, dims ...string) store.Point {
	p := store.Point{Account: "111122223333", Region: "eu-west-1", Namespace: "AWS/Bedrock", Metric: metric,
		Stat: "Sum", Start: start.Add(time.Duration(hour) * time.Hour), Period: time.Hour, Value: value}
	for i := 0; i+1 < len(dims); i += 2 {
		if p.Dims == nil {
			p.Dims = make(map[string]string)
		}
		p.Dims[dims[i]] = dims[i+1]
	}
	return p
}

// testSeries holds that a later point takes the place of a former one of the same
// series and time, and of no other.
func testSeries(t *testing.T, open Opener) {
	s := fresh(t, open)
	all := []store.Point{
		point("Invocations", 0, 10), point("Invocations", 0, 6, "ModelId", "a", "X", "1"),
		point("Invocations", 0, 4, "ModelId", "b"), point("Invocations", 1, 3.25), point("InvocationLatency", 1, 0),
	}
	all[4].Stat = "p95"
	other := point("Invocations", 1, -1)
	other.Account, other.Period = "444455556666", 5*time.Minute
	add := func(points ...store.Point) {
		t.Helper()
		if err := s.AppendPoints(t.Context(), points); err != nil {
			t.Fatal(err)
		}
	}
	add(append(slices.Clone(all), other)...)
	add()
	corrected := all[3]
	corrected.Value = 4
	add(all[3], corrected)
	add(point("Invocations", 0, 7, "X", "1", "ModelId", "a"))
	all[1].Value, all[3].Value = 7, 4
	for name, c := range map[string]struct {
		match store.PointMatch
		want  []store.Point
	}{
		"all":     {store.PointMatch{}, []store.Point{all[1], all[2], all[0], all[4], all[3], other}},
		"metric":  {store.PointMatch{Metric: "InvocationLatency"}, []store.Point{all[4]}},
		"account": {store.PointMatch{Account: "444455556666", Region: "eu-west-1", Namespace: "AWS/Bedrock"}, []store.Point{other}},
		"from":    {store.PointMatch{Account: "111122223333", From: start.Add(time.Hour)}, []store.Point{all[4], all[3]}},
		"to":      {store.PointMatch{Metric: "Invocations", To: start.Add(time.Hour)}, []store.Point{all[1], all[2], all[0]}},
		"nowhere": {store.PointMatch{Region: "us-east-1"}, nil},
	} {
		got, err := s.Points(t.Context(), c.match)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s (-want +got): %s%v", name, diff, err)
		}
	}
}
