package duckdb

import (
	"golang.org/x/sync/errgroup"

	"seismo/internal/seal"
	"seismo/internal/store"
)

// A ref names a part: the number of its block, and its place there.
const (
	ordinalBits  = 20
	maxParts     = 1 << ordinalBits
	blockText    = 512 << 10 // bytes of text at which a block is full
	hashSize     = 16
	blockVersion = 1
)

func refBlock(ref uint64) uint64 { return ref >> ordinalBits }
func refOrdinal(ref uint64) int  { return int(ref & (maxParts - 1)) }

// blockState is what the writer knows of the blocks that are committed.
type blockState struct {
	last uint64
	seen *seenCache
}

func newBlockState() blockState { return blockState{seen: newSeenCache(seenParts)} }

// block is one person's new parts of one batch.
type block struct {
	id     uint64
	owner  string
	key    *seal.Key
	parts  []store.Part
	hashes []byte
	text   int

	filter, sealed []byte
}

// stage collects the blocks of a batch that is not committed yet.
type stage struct {
	last   uint64
	seen   *seenCache
	fresh  map[[hashSize]byte]uint64
	open   map[string]*block
	blocks []*block
}

func (s *blockState) stage() *stage {
	return &stage{last: s.last, seen: s.seen,
		fresh: make(map[[hashSize]byte]uint64), open: make(map[string]*block)}
}

// commit makes the stage's parts known to later batches.
func (s *blockState) commit(st *stage) {
	s.last = st.last
	for hash, ref := range st.fresh {
		s.seen.put(hash, ref)
	}
}

// add stores a document's parts, each unless it was seen, and its skeleton.
func (st *stage) add(owner string, key *seal.Key, d document) (skeleton uint64, refs []uint64) {
	refs = make([]uint64, len(d.Parts))
	for i, p := range d.Parts {
		ref, ok := st.find(d.hashes[i])
		if !ok {
			ref = st.put(owner, key, p, d.hashes[i])
			st.fresh[d.hashes[i]] = ref
		}
		refs[i] = ref
	}
	frame := store.Part{Kind: store.PartSkeleton, Bytes: d.Skeleton}
	return st.put(owner, key, frame, [hashSize]byte{}), refs
}

func (st *stage) find(hash [hashSize]byte) (uint64, bool) {
	if ref, ok := st.fresh[hash]; ok {
		return ref, true
	}
	return st.seen.get(hash)
}

func (st *stage) put(owner string, key *seal.Key, p store.Part, hash [hashSize]byte) uint64 {
	b := st.open[owner]
	if b == nil || b.text >= blockText || len(b.parts) == maxParts {
		st.last++
		b = &block{id: st.last, owner: owner, key: key}
		st.open[owner] = b
		st.blocks = append(st.blocks, b)
	}
	b.parts = append(b.parts, p)
	b.hashes = append(b.hashes, hash[:]...)
	b.text += len(p.Bytes)
	return b.id<<ordinalBits | uint64(len(b.parts)-1)
}

// seal makes the filters and the sealed bytes of all blocks.
func (st *stage) seal(keys *seal.Keyring) error {
	var g errgroup.Group
	g.SetLimit(workers)
	for _, b := range st.blocks {
		g.Go(func() error { return b.seal(keys) })
	}
	return g.Wait()
}

// workers is how many goroutines cut, seal and open at a time.
const workers = 2
