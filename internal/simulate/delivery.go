package simulate

import (
	"bytes"
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// Object is one object as AWS leaves it in a bucket.
type Object struct {
	Bucket, Key string
	Body        []byte    // not compressed; empty for the permission check
	Modified    time.Time // when it was delivered
	Gzip        bool      // whether AWS stores it compressed, as its key says
	Calls       int       // invocation records in it
	Trail       int       // CloudTrail events in it
}

// delivery collects entries into objects, as Bedrock and CloudTrail do: all
// records of one place that fall into one window, some minutes after it.
type delivery struct {
	seed    uint64
	window  int64 // milliseconds
	pending map[int64][]entry
	ready   objects
}

// most is how large an object of records may become.
const most = 5 << 20

// windowFor keeps the number of objects in bounds when a month has few calls.
func windowFor(calls int) int64 {
	switch {
	case calls < 60_000:
		return 4 * hourMS
	case calls < 200_000:
		return hourMS
	case calls < 600_000:
		return hourMS / 4
	}
	return hourMS / 12
}

func (d *delivery) add(entries []entry) {
	for _, e := range entries {
		if e.kind == bodyEntry {
			heap.Push(&d.ready, Object{Bucket: places[e.place].bucket(), Key: e.key, Body: e.data, Gzip: true,
				Modified: time.UnixMilli(e.at + 2000).UTC()})
			continue
		}
		start := e.at - e.at%d.window
		d.pending[start] = append(d.pending[start], e)
	}
}

// close makes objects of the windows that end by now.
func (d *delivery) close(now int64) {
	var starts []int64
	for start := range d.pending {
		if start+d.window <= now {
			starts = append(starts, start)
		}
	}
	slices.Sort(starts)
	for _, start := range starts {
		entries := d.pending[start]
		delete(d.pending, start)
		slices.SortStableFunc(entries, func(a, b entry) int {
			return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.place, b.place), cmp.Compare(a.at, b.at))
		})
		for len(entries) > 0 {
			n, size := 1, len(entries[0].data)
			for n < len(entries) && entries[n].kind == entries[0].kind && entries[n].place == entries[0].place && size < most {
				size += len(entries[n].data)
				n++
			}
			heap.Push(&d.ready, d.object(start, entries[:n], size+n+16))
			entries = entries[n:]
		}
	}
}

func (d *delivery) object(start int64, entries []entry, size int) Object {
	first := entries[0]
	r := derive(d.seed, 0xde, uint64(start), uint64(first.kind), uint64(first.place), uint64(first.at))
	p := places[first.place]
	body := make([]byte, 0, size)
	if first.kind == logEntry {
		for _, e := range entries {
			body = append(append(body, e.data...), '\n')
		}
		at := start + d.window + int64(r.between(60_000, 180_000))
		return Object{Bucket: p.bucket(), Body: body, Gzip: true, Calls: len(entries), Modified: time.UnixMilli(at).UTC(),
			Key: logFolder(p, entries[len(entries)-1].at) + time.UnixMilli(at).UTC().Format("20060102T150405") + itoa(1000 + int(at%1000))[1:] + "Z_" + r.text(16, hexDigits) + ".json.gz"}
	}
	body = append(body, `{"Records":[`...)
	for i, e := range entries {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, e.data...)
	}
	at := start + d.window + int64(r.between(480_000, 840_000))
	when := time.UnixMilli(at).UTC()
	return Object{Bucket: trailBucket, Body: append(body, `]}`...), Gzip: true, Trail: len(entries), Modified: when,
		Key: "AWSLogs/" + p.account + "/CloudTrail/" + p.region + time.UnixMilli(start).UTC().Format("/2006/01/02/") +
			p.account + "_CloudTrail_" + p.region + "_" + when.Format("20060102T1504Z") + "_" + r.text(16, base62) + ".json.gz"}
}

// logFolder is where Bedrock puts a place's records of the hour of ms.
func logFolder(p place, ms int64) string {
	return "AWSLogs/" + p.account + "/BedrockModelInvocationLogs/" + p.region + time.UnixMilli(ms).UTC().Format("/2006/01/02/15/")
}

// objects is a heap in order of delivery.
type objects []Object

func (o objects) Len() int      { return len(o) }
func (o objects) Swap(i, j int) { o[i], o[j] = o[j], o[i] }
func (o objects) Less(i, j int) bool {
	if c := o[i].Modified.Compare(o[j].Modified); c != 0 {
		return c < 0
	}
	return bytes.Compare([]byte(o[i].Key), []byte(o[j].Key)) < 0
}
func (o *objects) Push(x any) { *o = append(*o, x.(Object)) }
func (o *objects) Pop() any {
	last := (*o)[len(*o)-1]
	(*o)[len(*o)-1] = Object{}
	*o = (*o)[:len(*o)-1]
	return last
}
