package simulate

import "time"

// workload is one thing that the company does with models. A sitting is one
// run of it: a conversation, a job, a question.
type workload struct {
	name  string
	share int // of all calls, relative to the other workloads
	size  int // tenths of calls that a sitting makes, on average
	busy  func(ms int64) int
	run   func(g *generator, at int64)
}

var workloads = [...]workload{
	{"coding agents", 34, 550, atWork(0, developers), (*generator).agentSitting},
	{"support chat", 145, 28, shopping, (*generator).chatSitting},
	{"handbook search", 120, 30, atWork(0, len(people)), (*generator).handbookSitting},
	{"catalog index", 235, 122, steady, (*generator).indexSitting},
	{"ticket triage", 165, 10, shopping, (*generator).triageSitting},
	{"nightly digest", 70, 200, nightly(1), (*generator).digestSitting},
	{"mail translation", 55, 10, shopping, (*generator).translateSitting},
	{"review insights", 25, 50, nightly(3), (*generator).reviewSitting},
	{"stock forecast", 15, 20, nightly(5), (*generator).forecastSitting},
	{"questions of people", 62, 26, atWork(developers, len(people)), (*generator).personSitting},
	{"model evaluation", 24, 10 * len(evaluatedModel), atWork(12, 14), (*generator).evaluationSitting},
	{"campaign studio", 12, 20, atWork(10, 12), (*generator).studioSitting},
	{"code review in CI", 30, 20, atWork(0, developers), (*generator).reviewBotSitting},
	{"retired model", 3, 10, nightly(2), (*generator).retiredSitting},
}

// schedule says how many sittings of each workload start in each hour.
type schedule struct {
	seed  uint64
	start int64 // the month's first hour, Unix milliseconds
	slots [hours][len(workloads)]int32
	tell  [hours][]*script
}

// plan spreads calls over the month. It follows each workload's rhythm with
// some unrest, and adds up to calls within a sitting of each workload.
func plan(c Config) *schedule {
	s := &schedule{seed: c.Seed, start: firstHour(c.End)}
	left := c.Calls
	for i := range scripts {
		if !c.tells(scripts[i].Name) {
			continue
		}
		at := scripts[i].hour()
		s.tell[at] = append(s.tell[at], &scripts[i])
		left -= scripts[i].calls(c.Calls)
	}
	total := 0
	for _, w := range workloads {
		total += w.share
	}
	for i, w := range workloads {
		s.spread(i, max(left, 0)*w.share/total, w)
		for h := range hours {
			for _, story := range s.tell[h] {
				if story.instead == w.name {
					s.slots[h][i] = 0
				}
			}
		}
	}
	return s
}

func (s *schedule) spread(i, calls int, w workload) {
	r := derive(s.seed, 0x5c, uint64(i))
	var sums [hours + 1]int64
	for h := range hours {
		weight := w.busy(s.start+int64(h)*hourMS) * r.between(55, 145)
		sums[h+1] = sums[h] + int64(weight)
	}
	sittings := int64((10*calls + w.size/2) / w.size)
	for h := range hours {
		s.slots[h][i] = int32(sittings*sums[h+1]/sums[hours] - sittings*sums[h]/sums[hours])
	}
}

// firstHour is midnight UTC, 30 days before the last day.
func firstHour(end time.Time) int64 {
	y, m, d := end.UTC().Date()
	return time.Date(y, m, d-days+1, 0, 0, 0, 0, time.UTC).UnixMilli()
}

// hour makes everything that starts in hour h.
func (s *schedule) hour(c Config, lex *lexicon, h int) []entry {
	g := &generator{seed: s.seed, lex: lex, hour: s.start + int64(h)*hourMS, end: s.start + hours*hourMS}
	for i, w := range workloads {
		for n := range s.slots[h][i] {
			g.random = derive(s.seed, uint64(i), uint64(h), uint64(n))
			w.run(g, g.hour+int64(g.below(int(hourMS))))
		}
	}
	for _, story := range s.tell[h] {
		g.random = derive(s.seed, 0x57, uint64(story.hour()))
		story.run(g, story.calls(c.Calls))
	}
	g.random = derive(s.seed, 0xad, uint64(h))
	g.administration(c.Calls)
	return g.entries
}
