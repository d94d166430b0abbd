package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"seismo/internal/account"
	"seismo/internal/deploy"
	"seismo/internal/doctor"
	"seismo/internal/logging"
)

// deploySession is a tool with all that it was opened with.
type deploySession struct {
	*deploy.Tool
	wish    deploy.Wish
	account *account.Account
	logging *logging.Tool
	close   func() error
}

// begin opens the account and finds out the Regions. Of all Regions, those count
// that the account can use, or, for what is there already, those with a stack.
func (f *deployFlags) begin(ctx context.Context, making bool) (*deploySession, error) {
	w, err := f.wanted()
	if err != nil {
		return nil, err
	}
	w.Regions = trimmed(w.Regions)
	if err := f.checkRegions("--region", w.Regions...); err != nil {
		return nil, err
	}
	all := slices.Contains(w.Regions, every)
	w.Regions = slices.DeleteFunc(w.Regions, func(r string) bool { return r == every })
	first := ""
	if len(w.Regions) > 0 {
		first = w.Regions[0]
	}
	a, err := f.open(ctx, f.Deps, first)
	if err != nil {
		return nil, err
	}
	if len(w.Regions) == 0 {
		own, err := f.ownRegion(a)
		if err != nil {
			return nil, err
		}
		w.Regions = []string{own}
	}
	if all { // those that are named, or the profile's, come first: the trail lives there
		for _, r := range doctor.Regions(a.Partition()) {
			if !slices.Contains(w.Regions, r) {
				w.Regions = append(w.Regions, r)
			}
		}
	}
	if err := w.Check(); err != nil {
		return nil, usage(err.Error(), "see `seismo deploy up --help`")
	}
	memory, err := f.remember(ctx)
	if err != nil {
		return nil, err
	}
	s := &deploySession{wish: w, account: a, close: memory.Close}
	s.logging = logging.New(a, logging.Options{Journal: memory, Memory: memory, Hold: memory.Hold, Log: f.Log(), Command: f.command, Tell: f.steps(&s.wish)})
	s.Tool = deploy.New(a, deploy.Options{Enabler: deploy.Logging(s.logging, f.force), Tell: f.tell, Command: f.command})
	if all {
		err = f.survey(ctx, s, making)
	}
	if err != nil {
		_ = memory.Close() // nothing was written
		return nil, err
	}
	return s, nil
}

// survey leaves those of all Regions that count.
func (f *deployFlags) survey(ctx context.Context, s *deploySession, making bool) error {
	found, err := s.Survey(ctx, s.wish)
	if err != nil {
		return err
	}
	if len(found.Shut) > 0 {
		f.tell("left out, since the account has not enabled them: " + strings.Join(found.Shut, ", "))
	}
	s.wish.Regions = found.Open
	if !making {
		s.wish.Regions = found.Used
	}
	if len(s.wish.Regions) == 0 {
		return &exit{exitMissing, fmt.Sprintf("there is no stack of the environment %s in any Region", s.wish.Environment), "make them with: seismo deploy up --region all"}
	}
	return nil
}

// tell says one line of what goes on, beside JSON.
func (f *deployFlags) tell(line string) {
	if f.JSON() {
		f.warn("%s", line)
		return
	}
	f.say("%s", line)
}

// steps tells what logging does, like the lines of stacks; Regions do it at once.
func (f *deployFlags) steps(w *deploy.Wish) func(region, verb, setting string, err error) {
	var mu sync.Mutex
	return func(region, verb, setting string, err error) {
		if err == nil && verb == string(logging.Keep) {
			return
		}
		line := fmt.Sprintf("  %-8s %s", verb, setting)
		if len(w.Regions) > 1 {
			line = fmt.Sprintf("%-15s %s", region, line)
		}
		mu.Lock()
		defer mu.Unlock()
		f.tell(line)
	}
}

func (f *deployFlags) wanted() (deploy.Wish, error) {
	w := f.wish
	w.Parameters = map[string]string{}
	for _, p := range f.parameters {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return w, usage("--set takes NAME=VALUE", "`seismo deploy up --template-only` shows the names")
		}
		w.Parameters[strings.TrimSpace(name)] = value
	}
	return w, nil
}
