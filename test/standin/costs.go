package standin

import "strconv"

// Billed is what Cost Explorer says that one usage type of a service cost on a day.
type Billed struct {
	Date, Service, UsageType string
	USD                      float64
	Estimated                bool
}

type costsKey struct{}

// SetBill replaces what was billed. Days without an entry cost nothing.
func (c *Cloud) SetBill(lines ...Billed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*state(c, costsKey{}, func() *[]Billed { return new([]Billed) }) = lines
}

func (c *Cloud) costOperations() map[string]operation {
	return map[string]operation{"GetCostAndUsage": c.costAndUsage}
}

// costAndUsage gives two entries a page, so that a day is spread over pages as
// those of a long bill are.
func (c *Cloud) costAndUsage(r *request) (any, error) {
	var in struct {
		TimePeriod    struct{ Start, End string }
		Granularity   string
		Metrics       []string
		GroupBy       []struct{ Type, Key string }
		NextPageToken string
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if in.Granularity != "DAILY" || len(in.Metrics) != 1 || len(in.GroupBy) != 2 || in.TimePeriod.Start >= in.TimePeriod.End {
		return nil, fail(400, "ValidationException", "this stand-in answers by day, with one metric and two groups")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Billed
	for _, b := range *state(c, costsKey{}, func() *[]Billed { return new([]Billed) }) {
		if b.Date >= in.TimePeriod.Start && b.Date < in.TimePeriod.End {
			all = append(all, b)
		}
	}
	from, to, token := pageOf(in.NextPageToken, len(all), 2, r.fault.empty)
	results := []any{}
	for _, b := range all[from:to] {
		results = append(results, map[string]any{"TimePeriod": map[string]any{"Start": b.Date, "End": b.Date}, "Estimated": b.Estimated,
			"Groups": []any{map[string]any{"Keys": []string{b.Service, b.UsageType},
				"Metrics": map[string]any{in.Metrics[0]: map[string]any{"Amount": strconv.FormatFloat(b.USD, 'f', -1, 64), "Unit": "USD"}}}}})
	}
	out := map[string]any{"ResultsByTime": results}
	if token != "" {
		out["NextPageToken"] = token
	}
	return out, nil
}
