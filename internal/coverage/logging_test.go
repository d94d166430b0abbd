package coverage

import (
	"testing"
	"time"
)

func TestLoggingDuring(t *testing.T) {
	at := func(h float64) time.Time { return day.Add(time.Duration(h * float64(time.Hour))) }
	line := Timeline{{at(9.5), Off}, {at(11.25), On}}.
		Observed(at(2), at(4), On, false).
		Observed(at(20), at(23), On, true).Sorted()
	for _, c := range []struct {
		hour float64
		want Logging
		why  string
	}{
		{0, NotKnown, "nobody looked before two"},
		{2, On, "seen on from two to four"},
		{4, NotKnown, "nobody looked between four and half past nine"},
		{9, Changed, "turned off at half past nine"},
		{10, Off, "off all the hour"},
		{11, Changed, "turned on at a quarter past eleven"},
		{12, On, "nothing changed since"},
		{23, On, "seen on, and nothing changed since"},
	} {
		if got := line.During(at(c.hour), at(c.hour+1)); got != c.want {
			t.Errorf("hour %v: got %q, want %q: %s", c.hour, got, c.want, c.why)
		}
	}
}
