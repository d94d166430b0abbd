package ctl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/logging"
)

// ErrNoCollector is what Deps.Stored says where there is no collector to ask.
var ErrNoCollector = logging.ErrNoCollector

// canaryFlags are what a canary is told.
type canaryFlags struct {
	fly   bool
	model string
	wait  time.Duration
	first map[string]any // of JSON: what the command said before it flew
}

func (f *loggingFlags) canaryFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.canary.fly, "canary", false, "make one real call of a few tokens in each Region, and follow its record to where it must arrive")
	flags.StringVar(&f.canary.model, "canary-model", "", "`MODEL` of that call: an id, an inference profile or an ARN (default: a cheap one that the Region offers)")
	flags.DurationVar(&f.canary.wait, "canary-wait", logging.DefaultWait, "how long its record is waited for; from 15m on CloudTrail's event is waited for too")
}

// plannedCanary is --canary of plan, which makes no call.
func (f *loggingFlags) plannedCanary(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.canary.fly, "canary", false, "list the permissions that enable --canary needs beside; plan makes no call")
	flags.StringVar(&f.canary.model, "canary-model", "", "`MODEL` of the call that enable --canary would make")
	flags.DurationVar(&f.canary.wait, "canary-wait", logging.DefaultWait, "how long enable --canary would wait")
}

// data prints one object as JSON; where a canary follows it is printed with it, so
// that a command's output stays one object.
func (f *loggingFlags) data(name string, v any) error {
	if f.canary.fly {
		f.canary.first = map[string]any{name: v}
		return nil
	}
	return f.object(v)
}

// checkCanary says what is wrong with the flags, before anything is done.
func (f *loggingFlags) checkCanary() error {
	if f.canary.fly && f.canary.wait <= 0 {
		return usage("--canary-wait takes a time above nothing", "such as 10m")
	}
	return nil
}

// flyAfter flies a canary where one was asked for, after something else that ended
// with err. Without --canary no call is ever made.
func (f *loggingFlags) flyAfter(ctx context.Context, s *session, err error) error {
	if !f.canary.fly {
		return err
	}
	var flights []logging.Flight
	var flown error
	var coded *exit
	if err == nil || errors.As(err, &coded) && coded.code == exitMissing {
		flights, flown = f.flights(ctx, s)
	}
	if e := f.flown(flights); e != nil {
		return e
	}
	return cond(landed(flights, flown), err)
}

func cond(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// flights says what a canary costs, and flies it.
func (f *loggingFlags) flights(ctx context.Context, s *session) ([]logging.Flight, error) {
	models := f.canary.model
	if models == "" {
		models = "the first of " + strings.Join(logging.CanaryModels(s.regions[0]), ", ") + " that is offered"
		if len(s.regions) > 1 {
			models = "a cheap model"
		}
	}
	f.aside("canary: one call in %s, of about %d tokens in and at most %d out, to %s", strings.Join(s.regions, " and one in "), logging.CanaryInput, logging.CanaryOutput, models)
	watch := &waiting{flags: f, seen: map[string]logging.Flight{}}
	defer watch.clear()
	return s.Fly(ctx, logging.Canary{Model: f.canary.model, Wait: f.canary.wait, Stored: f.Stored, Tell: watch.tell}, s.regions)
}

// aside says a line that is no part of JSON.
func (f *loggingFlags) aside(format string, args ...any) {
	if f.JSON() {
		f.warn(format, args...)
		return
	}
	f.say(format, args...)
}

// landed is the exit of a command that flew canaries.
func landed(flights []logging.Flight, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return told(exitInterrupted)
	case err != nil:
		return err
	case slices.ContainsFunc(flights, func(l logging.Flight) bool { return !l.Proved() }):
		return told(exitMissing)
	}
	return nil
}

var arrivalMarks = map[logging.Arrival]string{logging.Arrived: "✓", logging.Missed: "✗", logging.Blocked: "✗"}

// flown prints what became of canaries.
func (f *loggingFlags) flown(flights []logging.Flight) error {
	if f.JSON() {
		f.canary.first["canary"] = flights
		return f.object(f.canary.first)
	}
	for i := range flights {
		l := &flights[i]
		f.say("canary %s", strings.Join(slices.DeleteFunc([]string{l.Region, l.Model, l.RequestID}, func(s string) bool { return s == "" }), " "))
		if l.Input != nil && l.Output != nil {
			f.say("  %d tokens in, %d out; its record is marked seismo-canary=%s", *l.Input, *l.Output, l.Mark)
		}
		for _, h := range l.Hops {
			f.landing(h)
		}
		if l.Proved() {
			f.say("  everything that was waited for arrived")
		}
	}
	return nil
}

func (f *loggingFlags) landing(h logging.Hop) {
	mark := arrivalMarks[h.State]
	if mark == "" {
		mark = "–"
	}
	delay := ""
	switch {
	case h.Name == logging.HopCall && h.Since != nil:
		delay = "answered after " + seconds(*h.Since)
	case h.After != nil:
		delay = "after " + seconds(*h.After) + ", " + seconds(*h.Since) + " after the hop before"
	}
	f.say("  %s %-10s %-12s %s", mark, h.Name, h.State, strings.Join(slices.DeleteFunc([]string{delay, h.Saw, h.Where}, func(s string) bool { return s == "" }), "; "))
	if h.Fix != "" {
		f.say("      → %s", account.ForCommand(h.Fix))
	}
}

func seconds(s float64) string { return fmt.Sprintf("%.1f s", s) }

// waiting is the line that tells on a terminal what is still waited for.
type waiting struct {
	flags *loggingFlags
	mu    sync.Mutex
	seen  map[string]logging.Flight
	drawn bool
}

// tell draws the line anew.
func (w *waiting) tell(l logging.Flight) {
	if !onTerminal(w.flags.Err) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if line := w.line(l, time.Now()); line != "" {
		fmt.Fprint(w.flags.Err, "\r\x1b[K"+line)
		w.drawn = true
	}
}

// line is what is said of all flights once one of them got on; "" when nothing is
// waited for.
func (w *waiting) line(l logging.Flight, now time.Time) string {
	w.seen[l.Region] = l
	came, open, longest := 0, []string{}, time.Duration(0)
	for _, l := range w.seen {
		for _, h := range l.Hops {
			switch h.State {
			case logging.Arrived:
				came++
			case logging.Waiting:
				open = append(open, l.Region+" "+h.Name)
			}
		}
		if !l.Answered.IsZero() {
			longest = max(longest, now.Sub(l.Answered))
		}
	}
	if len(open) == 0 {
		return ""
	}
	slices.Sort(open)
	line := fmt.Sprintf("waiting %s of %s: %d arrived; not yet: %s", longest.Round(time.Second), w.flags.canary.wait, came, strings.Join(open, ", "))
	return shortened(plain(line), 100)
}

// clear takes the line away.
func (w *waiting) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.drawn {
		fmt.Fprint(w.flags.Err, "\r\x1b[K")
	}
}

func shortened(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
