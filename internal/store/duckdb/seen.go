package duckdb

// seenCache remembers where parts lie, so that one that is sent again is not
// stored again. It holds a bounded number of the parts used last; forgetting one
// costs space, nothing else.
type seenCache struct {
	young, old map[[16]byte]uint64
	half       int
}

// seenParts is how many parts are remembered at least; at most twice as many
// are, at some 40 bytes each.
const seenParts = 200_000

func newSeenCache(size int) *seenCache {
	return &seenCache{young: make(map[[16]byte]uint64), half: size}
}

func (c *seenCache) get(hash [16]byte) (ref uint64, ok bool) {
	if ref, ok = c.young[hash]; ok {
		return ref, true
	}
	if ref, ok = c.old[hash]; ok {
		c.put(hash, ref)
	}
	return ref, ok
}

func (c *seenCache) put(hash [16]byte, ref uint64) {
	if len(c.young) >= c.half {
		c.old, c.young = c.young, make(map[[16]byte]uint64, c.half)
	}
	c.young[hash] = ref
}
