package ctl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seismo/internal/logging"
)

// result is what became of one Region, for --json.
type result struct {
	logging.Plan
	Failed string `json:"failed,omitzero"`
	Hint   string `json:"hint,omitzero"`
}

// outcome ends a command that changed something. well says what is so now, of the
// Regions where it worked.
func (f *loggingFlags) outcome(plans []logging.Plan, errs []error, well string) error {
	return f.outcomes(plans, errs, func(*logging.Plan) string { return well })
}

// outcomes is outcome where not all that worked ended alike.
func (f *loggingFlags) outcomes(plans []logging.Plan, errs []error, well func(*logging.Plan) string) error {
	var list []result
	for i, err := range errs {
		r := result{Plan: plans[i]}
		if err != nil {
			r.Failed, r.Hint = err.Error(), hintOf(err)
		}
		list = append(list, r)
	}
	if f.JSON() {
		if err := f.data("regions", list); err != nil {
			return err
		}
		return ended(errs)
	}
	f.worked(plans, errs, well)
	for i, r := range list {
		if r.Failed != "" && !cut(errs[i]) {
			f.warn("✗ %s", r.Failed)
			if r.Hint != "" {
				f.warn("  → %s", r.Hint)
			}
		}
	}
	f.interrupted(plans, errs)
	return ended(errs)
}

// worked says what is so now, once for all Regions that ended alike.
func (f *loggingFlags) worked(plans []logging.Plan, errs []error, well func(*logging.Plan) string) {
	var said []string
	regions := map[string][]string{}
	for i, err := range errs {
		if err != nil {
			continue
		}
		text := well(&plans[i])
		if !slices.Contains(said, text) {
			said = append(said, text)
		}
		regions[text] = append(regions[text], plans[i].Region)
	}
	for _, text := range said {
		f.say("%s", strings.ReplaceAll(text, "%s", strings.Join(regions[text], ",")))
	}
}

// cut reports whether somebody interrupted it.
func cut(err error) bool {
	var failure *logging.Failure
	return errors.As(err, &failure) && failure.Interrupted()
}

// interrupted tells of each Region that was cut off how far it came, and once how to
// go on.
func (f *loggingFlags) interrupted(plans []logging.Plan, errs []error) {
	var begun []string
	again := ""
	for i, err := range errs {
		var failure *logging.Failure
		if !cut(err) || !errors.As(err, &failure) {
			continue
		}
		line := failure.Region + ": interrupted"
		switch {
		case failure.Step != "":
			what := strings.Join(strings.Fields(failure.Step)[:2], " ") // without the name, which is in the list above
			line += fmt.Sprintf(" at %s, which may be done or not; %d of %s before it", what, len(failure.Left), counted(plans[i].Changes(), "change"))
			begun = append(begun, failure.Region)
		case len(failure.Left) > 0:
			line += "; " + counted(len(failure.Left), "change") + " done"
			begun = append(begun, failure.Region)
		default:
			line += "; nothing was changed"
		}
		f.warn("✗ %s", line)
		again = failure.Again
	}
	switch {
	case again == "":
	case len(begun) > 0 && f.takesOut != "":
		f.warn("What was done is written down. Go on with: %s", again)
		f.warn("Or take it back with: %s", f.like(f.takesOut, begun...))
	case len(begun) > 0:
		f.warn("What was done is written down. Go on with: %s", again)
	default:
		f.warn("Go on with: %s", again)
	}
}

// like is another command on the same account and the same state file.
func (f *loggingFlags) like(verb string, regions ...string) string {
	text := f.root + " logging " + verb + " --region " + strings.Join(regions, ",")
	return text + f.where
}

// ended is the exit of a command whose story is told.
func ended(errs []error) error {
	switch err := errors.Join(errs...); {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return told(exitInterrupted)
	}
	return told(exitError)
}
