package s3

import "github.com/zeebo/xxh3"

// known remembers objects that are done, so that the journal is not asked again
// at each listing. It is bounded: when a generation is full, the one before it is
// forgotten. 128 bits of hash make it certain enough that none is taken for
// another.
type known struct {
	young, old map[xxh3.Uint128]struct{}
}

const mostKnown = 100_000 // of a generation; about 4 MB

func (k *known) add(id string) {
	if len(k.young) >= mostKnown {
		k.old, k.young = k.young, nil
	}
	if k.young == nil {
		k.young = map[xxh3.Uint128]struct{}{}
	}
	k.young[xxh3.HashString128(id)] = struct{}{}
}

func (k *known) has(id string) bool {
	h := xxh3.HashString128(id)
	if _, ok := k.young[h]; ok {
		return true
	}
	_, ok := k.old[h]
	return ok
}
