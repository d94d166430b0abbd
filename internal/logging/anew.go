package logging

import (
	"context"
	"time"

	"seismo/internal/state"
)

// meanwhile is how long after it was written down a thing of seismo's may be made:
// calls are tried again, and clocks differ.
const meanwhile = 15 * time.Minute

// madeAnew reports whether a thing that seismo made was deleted since and made anew
// by somebody: under its name lies then what is theirs. at is where it stands in what
// was written down. Buckets are told by what seismo put into them, for S3's time of
// making changes with every change of a policy.
func madeAnew(ctx context.Context, p place, s setting, list []state.Change, at int) (bool, error) {
	if s.born == nil {
		return lacksAll(ctx, p, s, list)
	}
	born, err := s.born(ctx, p, s.name)
	return err == nil && born.After(list[at].Begun.Add(meanwhile)), err
}

// lacksAll reports whether a thing has nothing more of the statements and rules that
// are seismo's alone. Of what was written down last nobody knows whether it was made.
func lacksAll(ctx context.Context, p place, thing setting, list []state.Change) (lacks bool, err error) {
	for i, c := range list {
		s, err := parseSetting(c.Setting)
		if err != nil {
			return false, err
		}
		if s.thing() != thing.id() || s.without == nil || c.After == "" || i == len(list)-1 {
			continue
		}
		now, err := s.read(ctx, p, s.name)
		if err != nil {
			return false, err
		}
		rest, err := s.without(now, ownerOf(c))
		if err != nil || !same(rest, now) {
			return false, err
		}
		lacks = true
	}
	return lacks, nil
}
