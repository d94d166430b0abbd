package main

import (
	"context"
	"fmt"
	"slices"
)

// collecting measures collecting from AWS, each part against a baseline of the
// same run.
func (b *bench) collecting(ctx context.Context) error {
	parts := []struct {
		name string
		run  func(context.Context) error
	}{{"speed", b.speed}, {"large", b.largeObject}, {"lag", b.lag}, {"hostile", b.hostile}}
	known := false
	for _, p := range parts {
		if b.part != "" && b.part != p.name {
			continue
		}
		known = true
		if err := p.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if !known {
		return fmt.Errorf("-collect has no part %q", b.part)
	}
	return nil
}

// at is the value below which a share of the list lies; 0 of an empty list.
func at(list []float64, share float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

func median(list []float64) float64 { return at(list, 0.5) }
