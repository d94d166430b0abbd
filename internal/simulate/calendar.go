package simulate

import "time"

const (
	hourMS = int64(time.Hour / time.Millisecond)
	days   = 31
	hours  = days * 24
)

// officeDay is how busy someone is at each hour of a working day.
var officeDay = [24]int{0, 0, 0, 0, 0, 0, 2, 12, 55, 90, 100, 95, 55, 85, 100, 95, 80, 50, 18, 8, 9, 6, 2, 0}

// shopDay is how busy customers are, every day.
var shopDay = [24]int{14, 8, 5, 4, 5, 9, 20, 38, 55, 66, 72, 74, 78, 74, 70, 70, 74, 82, 92, 100, 96, 80, 52, 28}

// local returns weekday and hour where clocks are ahead of UTC by offset hours.
func local(ms int64, offset int) (time.Weekday, int) {
	t := time.UnixMilli(ms + int64(offset)*hourMS).UTC()
	return t.Weekday(), t.Hour()
}

// working says how busy a person is in the hour that starts at ms.
func working(p *person, ms int64) int {
	day, hour := local(ms, p.office.hours-p.owl)
	if day == time.Saturday || day == time.Sunday {
		return officeDay[hour] / 16
	}
	return officeDay[hour]
}

// office sums up what a range of people do.
func atWork(from, to int) func(ms int64) int {
	return func(ms int64) int {
		sum := 0
		for i := from; i < to; i++ {
			sum += working(&people[i], ms)
		}
		return sum
	}
}

// shopping is what customers do in Europe, America and Japan together.
func shopping(ms int64) int {
	_, eu := local(ms, 1)
	_, us := local(ms, -6)
	_, jp := local(ms, 9)
	return 3*shopDay[eu] + 4*shopDay[us] + 2*shopDay[jp]
}

// nightly gives a job its hour of the day, in UTC.
func nightly(at int) func(ms int64) int {
	return func(ms int64) int {
		if _, hour := local(ms, 0); hour == at {
			return 100
		}
		return 0
	}
}

// steady is a little of everything: queues that never sleep.
func steady(ms int64) int { return 200 + shopping(ms) }

// busy picks one of people[from:to] by how much each works at ms.
func (g *generator) busy(from, to int, ms int64) *person {
	total := atWork(from, to)(ms)
	if total == 0 {
		return &people[from+g.below(to-from)]
	}
	at := g.below(total)
	for i := from; i < to; i++ {
		if at -= working(&people[i], ms); at < 0 {
			return &people[i]
		}
	}
	return &people[from]
}
