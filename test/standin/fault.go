package standin

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Fault is one line of the script: which calls it meets, how often, and what
// happens to them. Empty members of the first group match everything; without
// Every, Times or Share it happens each time.
type Fault struct {
	Service string // "s3"
	Op      string // "GetObject"
	Key     string // part of the bucket and key; of other services part of the body
	Region  string
	Access  string // access key that signed
	Changes bool   // only calls that change something

	After int     // so many matching calls pass first
	Every int     // every third, of 3
	Times int     // so often and then never again
	Share float64 // this part of the calls, by chance from Seed
	Seed  uint64

	Status  int    // with Code and Message: the error that is answered
	Code    string // such as SlowDown
	Message string
	Header  http.Header // put into the answer

	Late bool // the error, the end of the connection, or Do comes after the work was done
	Drop bool // the connection ends before any answer
	// Do is called before the work, and may wait; its context ends when the caller
	// goes away.
	Do    func(context.Context, Call)
	Cut   int64         // the body ends after so many bytes, though more were promised
	Delay time.Duration // before anything is done
	Pace  time.Duration // before each 64 KiB of a body that is read
	Empty bool          // a page of a list has nothing but a token
}

// script is a fault with its history.
type script struct {
	Fault
	seen, fired int
	random      *rand.Rand
}

// Fault adds lines to the script. All that match a call happen to it; of two
// errors the first wins. The function that it returns takes them out again.
func (c *Cloud) Fault(faults ...Fault) (remove func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var added []*script
	for _, f := range faults {
		s := &script{Fault: f, random: rand.New(rand.NewPCG(f.Seed, 1))}
		added = append(added, s)
	}
	c.faults = append(c.faults, added...)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		var left []*script
		for _, s := range c.faults {
			keep := true
			for _, a := range added {
				keep = keep && s != a
			}
			if keep {
				left = append(left, s)
			}
		}
		c.faults = left
	}
}

// verdict is all that happens to one call.
type verdict struct {
	err         *failure
	header      http.Header
	late, drop  bool
	do          []func(context.Context, Call)
	cut         int64
	delay, pace time.Duration
	empty       bool
}

// judge asks the script about a call.
func (c *Cloud) judge(r *request) verdict {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := verdict{header: http.Header{}}
	for _, s := range c.faults {
		if s.meets(r) {
			v.add(s.Fault)
		}
	}
	return v
}

func (s *script) meets(r *request) bool {
	if s.Service != "" && s.Service != r.service || s.Op != "" && s.Op != r.op ||
		s.Region != "" && s.Region != r.region || s.Access != "" && s.Access != r.accessKey ||
		!strings.Contains(r.subject, s.Key) || s.Changes && !changes(r.op) {
		return false
	}
	s.seen++
	if s.seen <= s.After || s.Times > 0 && s.fired >= s.Times ||
		s.Every > 0 && (s.seen-s.After)%s.Every != 0 ||
		s.Share > 0 && s.random.Float64() >= s.Share {
		return false
	}
	s.fired++
	return true
}

func (v *verdict) add(f Fault) {
	if f.Status != 0 && v.err == nil {
		v.err = &failure{status: f.Status, code: f.Code, message: f.Message}
		v.late = f.Late
	}
	if f.Do != nil || f.Drop {
		v.late = v.late || f.Late
	}
	if f.Do != nil {
		v.do = append(v.do, f.Do)
	}
	for name, values := range f.Header {
		v.header[http.CanonicalHeaderKey(name)] = values
	}
	v.drop = v.drop || f.Drop
	v.empty = v.empty || f.Empty
	v.delay += f.Delay
	v.pace = max(v.pace, f.Pace)
	if f.Cut > 0 && (v.cut == 0 || f.Cut < v.cut) {
		v.cut = f.Cut
	}
}

// changes tells the operations that change something from those that only look.
func changes(op string) bool {
	for _, look := range [...]string{"Get", "Head", "List", "Describe", "Filter", "Simulate", "AssumeRole", "Options"} {
		if strings.HasPrefix(op, look) {
			return false
		}
	}
	return true
}

// Changes reports whether the call changed something, or would have.
func (c Call) Changes() bool { return changes(c.Op) }
