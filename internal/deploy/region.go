package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"seismo/internal/account"
)

// atOnce is in how many Regions something is done at a time. Each Region has
// quotas of its own; IAM, which all share, is what bounds it.
const atOnce = 8

// in is the tool for one of several Regions: each of its lines begins with the
// Region.
func (t *Tool) in(region string, several bool) *Tool {
	if !several {
		return t
	}
	here := *t
	here.opt.Tell = func(line string) { t.opt.Tell(fmt.Sprintf("%-15s %s", region, line)) }
	return &here
}

// each does something in every Region, in several at once. The results and errors
// are in the order of the Regions. several says that lines are told apart.
func each[T any](ctx context.Context, t *Tool, regions []string, several bool, do func(ctx context.Context, t *Tool, region string) (T, error)) ([]T, []error) {
	out, errs := make([]T, len(regions)), make([]error, len(regions))
	gate := make(chan struct{}, atOnce)
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			out[i], errs[i] = do(ctx, t.in(region, several), region)
		})
	}
	work.Wait()
	return out, errs
}

// together is one error of those of several Regions, nil when there are none. The
// only one of one Region is itself.
func together(regions []string, errs []error) error {
	var what, well, remedies []string
	for i, err := range errs {
		if err == nil {
			well = append(well, regions[i])
			continue
		}
		what = append(what, regions[i]+": "+err.Error())
		if h := hintOf(err); h != "" && !slices.Contains(remedies, h) {
			remedies = append(remedies, h)
		}
	}
	if len(what) == 0 {
		return nil
	}
	if len(regions) == 1 {
		return errs[0]
	}
	e := &Error{What: strings.Join(what, "\n"), Remedy: strings.Join(remedies, "\n"), Err: errors.Join(errs...)}
	if len(well) > 0 {
		e.Unchanged = "done, and not taken back: " + strings.Join(well, ", ")
	}
	return e
}

// shut are AWS's words for a Region that the account does not use.
var shut = []string{"UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired", "RegionDisabledException", "AuthFailure"}

// Survey is what a look into many Regions found.
type Survey struct {
	Open []string // that the account can use
	Shut []string // that are not enabled for it
	Used []string // with a stack of the wish
}

// Survey looks in which Regions of a wish there is something of it, and which the
// account can use at all. It changes nothing.
func (t *Tool) Survey(ctx context.Context, w Wish) (Survey, error) {
	if err := w.Check(); err != nil {
		return Survey{}, err
	}
	used, errs := each(ctx, t, w.Regions, false, func(ctx context.Context, t *Tool, region string) (bool, error) {
		for _, kind := range all {
			s := t.stack(&w, region, kind)
			if err := s.look(ctx); err != nil || s.found {
				return s.found, err
			}
		}
		return false, nil
	})
	var found Survey
	for i, region := range w.Regions {
		switch {
		case slices.Contains(shut, account.Code(errs[i])):
			found.Shut = append(found.Shut, region)
			continue
		case errs[i] != nil:
			return found, errs[i]
		case used[i]:
			found.Used = append(found.Used, region)
		}
		found.Open = append(found.Open, region)
	}
	if len(found.Open) == 0 { // then it is not the Regions
		return found, account.Explain(errs[0], "look at the stacks in "+w.Regions[0])
	}
	return found, nil
}

// home moves the Region to the front that has the trail already: a second one
// would cost the same again.
func (t *Tool) home(ctx context.Context, w *Wish) error {
	if w.NoTrail || len(w.Regions) < 2 {
		return nil
	}
	first := t.stack(w, w.Regions[0], Trail)
	if err := first.look(ctx); err != nil {
		return t.untouched(err)
	}
	if first.there() {
		return nil
	}
	rest := w.Regions[1:]
	there, errs := each(ctx, t, rest, false, func(ctx context.Context, t *Tool, region string) (bool, error) {
		s := t.stack(w, region, Trail)
		err := s.look(ctx)
		return s.there(), err
	})
	if err := together(rest, errs); err != nil {
		return t.untouched(err)
	}
	at := slices.Index(there, true)
	if at < 0 {
		return nil
	}
	region := rest[at]
	t.tell("the trail lives in %s already and stays there", region)
	w.Regions = append([]string{region}, slices.DeleteFunc(slices.Clone(w.Regions), func(r string) bool { return r == region })...)
	return nil
}
