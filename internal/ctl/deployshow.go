package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"seismo/internal/deploy"
)

func (f *deployFlags) plan(ctx context.Context) error {
	s, err := f.begin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	plans, err := s.Plan(ctx, s.wish)
	if err != nil {
		return err
	}
	if f.JSON() {
		err := f.object(plans)
		if err == nil && slices.ContainsFunc(plans, func(p deploy.StackPlan) bool { return p.Conflict != "" }) {
			return told(exitMissing)
		}
		return err
	}
	n, refused := 0, false
	for _, p := range plans {
		if p.Conflict != "" {
			refused = true
			f.say("%s  %s: %s", p.Region, p.Name, p.Conflict)
			continue
		}
		f.say("%s  %s  %s", p.Region, p.Name, standing(p))
		if p.Before != "" {
			f.say("  first: %s", p.Before)
		}
		for _, c := range p.Changes {
			n++
			line := fmt.Sprintf("  %-15s %-20s %-34s %s", c.Action, c.ID, c.Type, strings.TrimSpace(c.Physical+" "+strings.Join(c.Of, ", ")))
			f.say("%s", strings.TrimRight(line, " "))
		}
	}
	if refused {
		f.say("Nothing was changed, and `seismo deploy up` with the same flags would not begin.")
		return told(exitMissing)
	}
	if !s.wish.NoLogging {
		f.say("then Bedrock's logging is turned on and verified, as `seismo logging enable` does it; --no-logging leaves it as it is")
	}
	if n == 0 {
		f.say("No stack would be changed.")
	} else {
		f.say("%s. Nothing was changed. `seismo deploy up` with the same flags makes them.", several(n, "change"))
	}
	return nil
}

// standing says in a word or two how a stack stands.
func standing(p deploy.StackPlan) string {
	switch {
	case p.Status == "":
		return "(new)"
	case len(p.Changes) == 0 && p.Before == "":
		return "as it should be"
	}
	return strings.ToLower(strings.ReplaceAll(p.Status, "_", " "))
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (f *deployFlags) verify(ctx context.Context) error {
	s, err := f.begin(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	states, err := s.Verify(ctx, s.wish, f.span)
	if err != nil {
		return err
	}
	bad, full := 0, 0
	var rows [][]string
	for _, w := range states {
		switch w.State {
		case deploy.HasData:
			full++
		case deploy.NotThere, deploy.Unread:
			bad++
		}
		rows = append(rows, []string{w.State, w.Dashboard, w.Widget, w.Why})
	}
	if f.JSON() {
		err = f.object(states)
	} else {
		f.rows([]string{"state", "dashboard", "widget", ""}, rows)
		f.say("%d of %d widgets have data, %d are missing or could not be read", full, len(states), bad)
	}
	if err == nil && bad > 0 {
		return told(exitMissing)
	}
	return err
}

func (f *deployFlags) status(ctx context.Context) error {
	s, err := f.begin(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	states, err := s.Status(ctx, s.wish, f.drift)
	if err != nil {
		return err
	}
	bad, gone := 0, 0
	for _, st := range states {
		if st.Status == deploy.Missing {
			gone++
		}
		if !st.Well || len(st.Drift) > 0 {
			bad++
		}
		if f.JSON() {
			continue
		}
		f.say("%s", strings.TrimRight(fmt.Sprintf("%-14s %-34s %s %s", st.Region, st.Name, st.Status, st.Why), " "))
		for _, d := range st.Drift {
			f.say("  %-9s %s (%s) %s", d.Status, d.ID, d.Name, strings.Join(d.Of, ", "))
		}
	}
	switch {
	case f.JSON():
		err = f.object(states)
	case gone > 0:
		f.say("%d of %d stacks are not there; `seismo deploy up` makes them", gone, len(states))
	case f.drift && bad == 0:
		f.say("all stacks are well, and nothing was changed beside them")
	}
	if err == nil && bad > 0 {
		return told(exitMissing)
	}
	return err
}
