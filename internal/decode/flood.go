package decode

import (
	"bytes"
	"fmt"
	"strings"
)

// maxRow is how many bad pieces in a row are told of one by one.
const maxRow = 20_000

// flood gathers the bad pieces after maxRow of them, up to the next piece that
// is something else, into one: an object full of something else altogether, or
// made to do harm, must not fill the quarantine.
type flood struct {
	row    int // bad pieces in a row
	place  place
	reason string
	all    *piece
	last   []byte // the last of them, when it is short
	known  bool   // the last is an object, whole: what repeats it is as bad
}

// maxRepeat is how long a piece may be that repetitions are looked for of.
const maxRepeat = 4 << 10

func (f *flood) add(p place, reason string, h *piece) {
	if f.all == nil {
		f.place, f.reason, f.all = p, reason, newPiece("")
	}
	f.last = nil
	if h.size <= maxRepeat {
		f.last, f.known = h.kept, reason == BadUnknown
	}
	f.all.join(h)
}

// endFlood tells of what the flood gathered.
func (r *run) endFlood() error {
	f := r.flood
	r.flood = flood{}
	if f.all == nil {
		return nil
	}
	return r.sink(f.all.item(f.place, f.reason,
		fmt.Errorf("%d more pieces in a row that cannot be read, kept as one", f.row-maxRow)))
}

// repeated passes over repetitions of the last bad piece in a flood: what
// compresses a thousandfold repeats itself. Between two of them stands end.
func (t *text) repeated(end string) bool {
	f := &t.flood
	if len(f.last) == 0 || !f.known && strings.IndexByte("{[", f.last[0]) >= 0 {
		return false
	}
	unit := append(bytes.Clone(f.last), end...)
	n := 0
	for _, many := range []int{max(1, maxRepeat/len(unit)), 1} {
		block := bytes.Repeat(unit, many)
		for t.win.atLeast(len(block)) && bytes.HasPrefix(t.win.rest(), block) {
			f.all.add(block)
			t.win.drop(len(block))
			n += many
		}
	}
	f.row += n
	t.items += int64(n)
	return n > 0
}
