package simulate

import (
	"container/heap"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Config is all that a month depends on.
type Config struct {
	Seed    uint64
	Calls   int       // invocation records, about, those of the stories included; 0 is DefaultCalls
	End     time.Time // last day of the month, in UTC; zero is DefaultEnd
	Stories []string  // names of stories; nil is all, an empty list none
}

// DefaultCalls is how many calls the demonstration makes.
const DefaultCalls = 20_000

// DefaultEnd is the last day of the month when Config names none. It is fixed,
// so that a month made again is the same month.
func DefaultEnd() time.Time { return time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC) }

func (c Config) withDefaults() (Config, error) {
	if c.Calls == 0 {
		c.Calls = DefaultCalls
	}
	if c.End.IsZero() {
		c.End = DefaultEnd()
	}
	if c.Calls < 0 {
		return c, fmt.Errorf("simulate: calls must not be negative: %d", c.Calls)
	}
	for _, name := range c.Stories {
		if !slices.ContainsFunc(scripts[:], func(s script) bool { return s.Name == name }) {
			return c, fmt.Errorf("simulate: no story named %q", name)
		}
	}
	return c, nil
}

func (c Config) tells(story string) bool {
	return c.Stories == nil || slices.Contains(c.Stories, story)
}

// Objects yields the month's objects in the order in which AWS would deliver
// them. It holds a few hours of the month at a time. The error, if there is
// one, is the only thing that it yields.
func Objects(c Config) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		c, err := c.withDefaults()
		if err != nil {
			yield(Object{}, err)
			return
		}
		g, err := parseGrammar(grammarText)
		if err != nil {
			yield(Object{}, err)
			return
		}
		run(c, &lexicon{g}, func(o Object) bool { return yield(o, nil) })
	}
}

// run makes hour after hour and yields what has surely been delivered by then.
func run(c Config, lex *lexicon, yield func(Object) bool) {
	s := plan(c)
	d := &delivery{seed: c.Seed, window: windowFor(c.Calls), pending: map[int64][]entry{}}
	for _, o := range append(beginnings(s.start), detections(c, s.start)...) {
		heap.Push(&d.ready, o)
	}
	digest := &digester{}
	// deliver yields what was delivered by now; nothing made later comes before.
	deliver := func(now int64) bool {
		for d.ready.Len() > 0 && d.ready[0].Modified.UnixMilli() <= now {
			o := heap.Pop(&d.ready).(Object)
			digest.note(o)
			if !yield(o) {
				return false
			}
		}
		return true
	}
	for h := range hours {
		now := s.start + int64(h)*hourMS
		if h%24 == 12 {
			heap.Push(&d.ready, digest.take(now))
		}
		d.add(s.hour(c, lex, h))
		d.close(now + hourMS)
		if !deliver(now + hourMS) {
			return
		}
	}
	d.close(1 << 62)
	deliver(1 << 62)
}

// beginnings are the objects that Bedrock leaves when logging is switched on.
func beginnings(start int64) []Object {
	var out []Object
	for i, p := range places {
		out = append(out, Object{Bucket: p.bucket(), Modified: time.UnixMilli(start + int64(i)*250).UTC(),
			Key: "AWSLogs/" + p.account + "/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check"})
	}
	return out
}
