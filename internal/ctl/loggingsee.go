package ctl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/logging"
)

// seeing are the commands of logging that look.
func (f *loggingFlags) seeing() []*cobra.Command {
	return []*cobra.Command{
		f.verb("verify", "Check each property that logging needs", func(c *cobra.Command) { f.regionFlags(c); f.canaryFlags(c) }, f.verify),
		f.verb("status", "Show for each Region whether logging is on, where to, since when and by whom", f.regionFlags, f.status),
		f.verb("watch", "Compare with what was enabled, and put it back", func(c *cobra.Command) {
			f.regionFlags(c)
			c.Flags().BoolVar(&f.restore, "restore", false, "put back what drifted, after showing the plan")
		}, f.watch),
	}
}

var gradeMarks = map[logging.Grade]string{logging.Pass: "✓", logging.Fail: "✗", logging.Untold: "–"}

func (f *loggingFlags) verify(ctx context.Context) error {
	if err := f.checkCanary(); err != nil {
		return err
	}
	s, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	stop := f.looking(s.regions)
	defer stop()
	if err := s.Ask(ctx); err != nil {
		return err
	}
	list, err := s.Verify(ctx, s.regions)
	stop()
	return f.flyAfter(ctx, s, f.checked(list, err))
}

// checked ends a verification.
func (f *loggingFlags) checked(list []logging.Check, err error) error {
	failed := slices.ContainsFunc(list, func(c logging.Check) bool { return c.State == logging.Fail })
	for i := range list {
		list[i].Remedy = account.ForCommand(list[i].Remedy)
	}
	if f.JSON() {
		if err := f.data("checks", list); err != nil {
			return err
		}
	} else {
		f.checks(list, err == nil)
	}
	switch {
	case err != nil:
		return err
	case failed:
		return told(exitMissing)
	}
	return nil
}

// checks prints a list; whole says that no Region is missing in it.
func (f *loggingFlags) checks(list []logging.Check, whole bool) {
	region, amiss, width := "", 0, 0
	for _, c := range list {
		width = max(width, utf8.RuneCountInString(c.Name))
	}
	for _, c := range list {
		if c.Region != region {
			region = c.Region
			f.say("%s", region)
		}
		f.say("  %s %-*s  %s", gradeMarks[c.State], width, c.Name, c.Saw)
		if c.Remedy != "" {
			f.say("      → %s", c.Remedy)
		}
		if c.State == logging.Fail {
			amiss++
		}
	}
	if amiss > 0 {
		f.say("%d of %d checks failed", amiss, len(list))
		return
	}
	if whole {
		f.say("%s, none failed", counted(len(list), "check"))
	}
}

func (f *loggingFlags) status(ctx context.Context) error {
	if len(f.regions) == 0 {
		f.regions = []string{every}
	}
	s, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	stop := f.looking(s.regions)
	defer stop()
	if err := s.Ask(ctx); err != nil {
		return err
	}
	list := s.Status(ctx, s.regions)
	stop()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.JSON() {
		if err := f.object(list); err != nil {
			return err
		}
	} else {
		f.standings(list)
	}
	named := !slices.Contains(f.regions, every)
	if slices.ContainsFunc(list, func(r logging.Status) bool { return r.Fault != "" || named && !r.On }) {
		return told(exitMissing)
	}
	return nil
}

func (f *loggingFlags) watch(ctx context.Context) error {
	named := len(f.regions) > 0
	if !named {
		f.regions = []string{every}
	}
	s, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	stop := f.looking(s.regions)
	watched, err := f.watched(ctx, s, named)
	stop()
	if err != nil {
		return err
	}
	drifted := slices.DeleteFunc(slices.Clone(watched), func(d logging.Drift) bool { return len(d.Steps) == 0 && d.Conflict == "" })
	switch {
	case f.JSON() && !f.restore:
		if err := f.object(drifted); err != nil {
			return err
		}
	case len(watched) == 0:
		f.say("nothing was enabled from here, no Region and no trail: there is nothing to watch")
		return nil
	case len(drifted) == 0:
		var what []string
		for _, d := range watched {
			what = append(what, nameOf(&d))
		}
		f.say("no drift in %s", strings.Join(what, ", "))
		return nil
	case !f.JSON():
		for i := range drifted {
			f.drift(&drifted[i])
		}
	}
	if len(drifted) == 0 {
		return nil
	}
	if f.restore {
		return f.outcome(drifted, s.Restore(ctx, drifted), "put back in %s")
	}
	return told(exitMissing)
}

// watched compares all Regions and trails that were enabled, or those of the Regions
// that were named.
func (f *loggingFlags) watched(ctx context.Context, s *session, some bool) ([]logging.Drift, error) {
	regions, err := s.Watched(ctx)
	if err != nil {
		return nil, err
	}
	var named []string
	if some {
		named = s.regions
		regions = slices.DeleteFunc(regions, func(r string) bool { return !slices.Contains(named, r) })
	}
	drifts, err := s.Watch(ctx, regions)
	trails, err2 := s.WatchTrails(ctx, named)
	return slices.Concat(drifts, trails), errors.Join(err, err2)
}

// nameOf is what a drift is of.
func nameOf(d *logging.Drift) string {
	if d.Trail != "" {
		return "trail " + d.Trail + " of " + d.Region
	}
	return d.Region
}

// drift prints one line for each setting that is not as it was enabled.
func (f *loggingFlags) drift(d *logging.Drift) {
	for _, s := range d.Steps {
		what := "is not as it was enabled"
		if s.Verb == logging.Create {
			what = "is gone"
		}
		f.say("drift %s %s %s %s", d.Region, s.Kind, s.Name, what)
		f.step(s)
	}
	if len(d.Steps) == 0 {
		f.say("drift %s", nameOf(d))
	}
	f.conflict(d)
	if !f.restore && len(d.Steps) > 0 {
		fmt.Fprintf(f.Out, "put it back with: seismo logging watch --region %s --restore\n", d.Region)
	}
}
