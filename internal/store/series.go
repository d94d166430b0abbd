package store

import (
	"context"
	"time"
)

// Series keeps numbers over time that others measured, such as CloudWatch's.
type Series interface {
	// AppendPoints keeps points. A point of the same place and time replaces the
	// former one: CloudWatch corrects its newest values.
	AppendPoints(ctx context.Context, points []Point) error
	// Points returns the points that match, by time.
	Points(ctx context.Context, match PointMatch) ([]Point, error)
}

// Point is one value of one series: a statistic of a metric over a period.
type Point struct {
	Account   string
	Region    string
	Namespace string            // AWS/Bedrock
	Metric    string            // Invocations
	Dims      map[string]string // ModelId: …; nil is the series without dimensions
	Stat      string            // Sum, Average, p95
	Start     time.Time         // UTC; of the period
	Period    time.Duration     // whole seconds
	Value     float64
}

// PointMatch says which points; zero fields match everything.
type PointMatch struct {
	Account, Region, Namespace, Metric string
	From, To                           time.Time // From <= Start < To
}

// Fits tells whether a point is one of those that are asked for.
func (m PointMatch) Fits(p Point) bool {
	for _, w := range [...][2]string{{m.Account, p.Account}, {m.Region, p.Region}, {m.Namespace, p.Namespace}, {m.Metric, p.Metric}} {
		if w[0] != "" && w[0] != w[1] {
			return false
		}
	}
	return (m.From.IsZero() || !p.Start.Before(m.From)) && (m.To.IsZero() || p.Start.Before(m.To))
}
