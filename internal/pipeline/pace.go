package pipeline

import "time"

// pace is how fast a source is read and how late, over the last minute.
type pace struct{ slots [paceSlots]slot }

const (
	paceSlots = 12
	paceSlot  = 5 * time.Second
)

type slot struct {
	at          int64 // number of the slot since the epoch
	read, bytes int64
	lag         time.Duration
}

func (p *pace) add(now time.Time, read, bytes int64, lag time.Duration) {
	at := now.UnixNano() / int64(paceSlot)
	s := &p.slots[at%paceSlots]
	if s.at != at {
		*s = slot{at: at}
	}
	s.read += read
	s.bytes += bytes
	s.lag = max(s.lag, lag)
}

// read returns the longest lag in seconds, records and bytes a second.
func (p *pace) read(now time.Time) (lag, read, bytes float64) {
	at := now.UnixNano() / int64(paceSlot)
	for _, s := range p.slots {
		if s.at <= at-paceSlots {
			continue
		}
		lag = max(lag, s.lag.Seconds())
		read += float64(s.read)
		bytes += float64(s.bytes)
	}
	const window = float64(paceSlots) * float64(paceSlot) / float64(time.Second)
	return lag, read / window, bytes / window
}

// lag is how long an object that ends here took since it was written.
func lag(now time.Time, p *part) time.Duration {
	written := p.of.entry.Modified
	if p.end == nil || written.IsZero() {
		return 0
	}
	return max(now.Sub(written), 0)
}

func (p *part) bytesRead() int64 {
	var n int64
	for i := range p.batch.Events {
		r := &p.batch.Events[i].Record
		n += int64(len(r.Raw) + len(r.BodyInput) + len(r.BodyOutput))
	}
	return n
}
