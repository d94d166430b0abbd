package duckdb

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"seismo/internal/query"
	"seismo/internal/seal"
	"seismo/internal/store"
)

// scanner finds words in sealed blocks: filters first, then the blocks that may
// have them. A word that few blocks may have is looked up in all of them at once
// (exact); one that is everywhere only in the blocks of the rows that are asked for.
type scanner struct {
	store  *Store
	leaves []query.Words
	probes []seal.Probe
	exact  []bool

	may  map[uint64]uint64 // leaves that a block may have
	text map[uint64]int64  // bytes of text of the blocks in may
	hits []map[uint64]bool // refs of the parts that have a leaf
	open map[uint64]bool   // blocks that were looked into
}

// exactText is how much text is searched through at once.
const exactText = 96 << 20

func newScanner(s *Store, leaves []query.Words) *scanner {
	sc := &scanner{store: s, leaves: leaves, exact: make([]bool, len(leaves)),
		may: make(map[uint64]uint64), text: make(map[uint64]int64),
		hits: make([]map[uint64]bool, len(leaves)), open: make(map[uint64]bool)}
	for i, w := range leaves {
		whole := w.Words
		if w.Prefix {
			whole = whole[:len(whole)-1] // a filter knows whole words only
		}
		sc.probes = append(sc.probes, s.cfg.Keyring.Probe(whole))
		sc.hits[i] = make(map[uint64]bool)
	}
	return sc
}

// lazy tells whether there are words that are not known yet.
func (sc *scanner) lazy() bool {
	for _, exact := range sc.exact {
		if !exact {
			return true
		}
	}
	return false
}

// prepare reads all filters, and finds the words that lie in at most budget
// bytes of text; a negative budget finds all.
func (sc *scanner) prepare(ctx context.Context, budget int64) error {
	if len(sc.leaves) == 0 {
		return nil
	}
	if err := sc.filter(ctx); err != nil {
		return err
	}
	for i := range sc.leaves {
		var size int64
		for id, mask := range sc.may {
			if mask>>i&1 == 1 {
				size += sc.text[id]
			}
		}
		sc.exact[i] = budget < 0 || size <= budget
	}
	return sc.look(ctx, sc.unseen())
}

// finish finds out all words that are not known yet, in all blocks.
func (sc *scanner) finish(ctx context.Context) error {
	for i := range sc.exact {
		sc.exact[i] = true
	}
	return sc.look(ctx, sc.unseen())
}

// unseen are the blocks that were not looked into and may have a word that is to
// be known.
func (sc *scanner) unseen() []uint64 {
	var blocks []uint64
	for id, mask := range sc.may {
		for i := range sc.leaves {
			if sc.exact[i] && mask>>i&1 == 1 && !sc.open[id] {
				blocks = append(blocks, id)
				break
			}
		}
	}
	return blocks
}

// filterPage is how many filters are in memory at a time.
const filterPage = 256

func (sc *scanner) filter(ctx context.Context) error {
	end, err := sc.store.lastBlock(ctx)
	for last := uint64(0); err == nil && last < end; last += filterPage {
		err = sc.filterPage(ctx, last)
	}
	return err
}

// filterPage reads the filters of the blocks behind one.
func (sc *scanner) filterPage(ctx context.Context, last uint64) error {
	rows, err := sc.store.db.QueryContext(ctx, `SELECT id, text, filter FROM block
		WHERE id > ? AND id <= ? AND filter IS NOT NULL`, last, last+filterPage)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id uint64
		var text int64
		var filter sql.RawBytes
		if err := rows.Scan(&id, &text, &filter); err != nil {
			return err
		}
		if mask := sc.probe(filter); mask != 0 {
			sc.may[id], sc.text[id] = mask, text
		}
	}
	return rows.Err()
}

func (s *Store) lastBlock(ctx context.Context) (last uint64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM block`).Scan(&last)
	return last, err
}

func (sc *scanner) probe(filter []byte) (mask uint64) {
	for i, p := range sc.probes {
		if p.May(filter) {
			mask |= 1 << i
		}
	}
	return mask
}

// lookText is how much text is opened at a time.
const lookText = 16 << 20

// look opens blocks and finds the parts that have the words.
func (sc *scanner) look(ctx context.Context, blocks []uint64) error {
	slices.Sort(blocks)
	for len(blocks) > 0 {
		n := 0
		for size := int64(0); n < len(blocks) && size < lookText; n++ {
			size += sc.text[blocks[n]]
		}
		some := blocks[:n]
		blocks = blocks[n:]
		sealed, err := sc.store.sealed(ctx, some)
		if err != nil {
			return err
		}
		found := make([][]hit, len(sealed))
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(workers)
		for i, b := range sealed {
			g.Go(func() error {
				var err error
				found[i], err = sc.search(ctx, b)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		for _, hits := range found {
			for _, h := range hits {
				sc.hits[h.leaf][h.ref] = true
			}
		}
		for _, id := range some {
			sc.open[id] = true
		}
	}
	return nil
}

// glance tells which leaves a part may have, without reading its JSON: a word
// stands in JSON letter by letter, unless letters are escaped by number.
func (sc *scanner) glance(p store.Part) (may uint64) {
	escaped := bytes.Contains(p.Bytes, []byte(`\u`))
	folded := ""
	if !escaped {
		folded = query.Fold(string(p.Bytes))
	}
	for i, w := range sc.leaves {
		if escaped || strings.Contains(folded, w.Words[0]) {
			may |= 1 << i
		}
	}
	return may
}

// hit is a part that has a leaf's words.
type hit struct {
	leaf int
	ref  uint64
}

func (sc *scanner) search(ctx context.Context, b sealedBlock) ([]hit, error) {
	parts, err := openBlock(ctx, sc.store.cfg.Keyring, b.id, b.owner, b.sealed)
	if errors.Is(err, seal.ErrErased) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	mask := sc.may[b.id]
	var hits []hit
	for ordinal, p := range parts {
		if p.Kind != store.PartJSON && p.Kind != store.PartText {
			continue
		}
		may := mask & sc.glance(p)
		if may == 0 {
			continue
		}
		text := p.Text()
		for i, w := range sc.leaves {
			if may>>i&1 == 1 && w.Within(text) {
				hits = append(hits, hit{i, b.id<<ordinalBits | uint64(ordinal)})
			}
		}
	}
	return hits, nil
}

// condition compiles the leaves that are exact: an event fits when one of its
// documents points to a part that has the words.
func (sc *scanner) condition(st *statement) func(leafNode) string {
	return func(l leafNode) string {
		hits := sc.hits[l.index]
		if len(hits) == 0 {
			return "false"
		}
		refs := make([]uint64, 0, len(hits))
		for ref := range hits {
			refs = append(refs, ref)
		}
		return fmt.Sprintf(`(id IN (SELECT id FROM (SELECT id, unnest(refs) AS ref FROM doc)
			WHERE ref IN (SELECT unnest(%s::UBIGINT[]))))`, st.arg(refs))
	}
}
