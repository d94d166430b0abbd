package store

// Count adds what became of a batch's events to the ledger entries of the
// objects that they came from.
func Count(entries []Entry, r Receipt) []Entry {
	out := make([]Entry, len(entries))
	for i, e := range entries {
		last := min(e.Last, len(r.New))
		for at := max(e.First, 0); at < last; at++ {
			if r.New[at] {
				e.Stored++
			} else {
				e.Duplicate++
			}
		}
		out[i] = e
	}
	return out
}
