package s3

import "maps"

// Stats counts what a listing did since it began.
type Stats struct {
	Pages     int64             `json:"pages"`  // of listings
	Listed    int64             `json:"listed"` // objects, each time that they were listed
	Known     int64             `json:"known"`  // of them done in former runs
	Skipped   map[string]int64  `json:"skipped,omitempty"`
	Delivered int64             `json:"delivered"`
	Done      int64             `json:"done"`
	Failed    int64             `json:"failed"`
	Waiting   int               `json:"waiting"` // queued, or delivered and not settled
	Days      int               `json:"days"`    // that can still change
	Ignored   []string          `json:"ignored,omitempty"`
	Failing   map[string]string `json:"failing,omitempty"` // why, by prefix that cannot be listed
}

func (s *Stats) skip(reason string, n int64) {
	if s.Skipped == nil {
		s.Skipped = map[string]int64{}
	}
	s.Skipped[reason] += n
}

// Stats reads the counters. Ignored are folders in AWSLogs of services whose logs
// are not read here.
func (s *Source) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.plan.stats
	st.Skipped = maps.Clone(st.Skipped)
	st.Waiting = len(s.plan.flight)
	for _, u := range s.plan.units {
		if u.kind == dayUnit {
			st.Days++
		}
		if u.fails > 0 && u.why != nil && len(st.Failing) < 20 {
			if st.Failing == nil {
				st.Failing = map[string]string{}
			}
			st.Failing[u.prefix] = u.why.Error()
		}
	}
	st.Ignored = sorted(s.plan.ignored)
	return st
}

// Unread tells whether a one-off could not read an object, by its id, and does
// not try it again.
func (s *Source) Unread(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.plan.retries[id]
	return r != nil && r.given
}
