package test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/test/process"
	"seismo/test/standin"
)

// chore is a command that changes an account, and the one that takes it back.
type chore struct {
	name    string
	prepare func(*standin.Cloud) // the account as it is found
	earlier [][]string           // commands that ran before, to their end
	on, off []string
	regions string // where, "" is one
	off1st  bool   // off is what is broken off, and on its opposite
	looks   bool   // on only looks: all that it changes is its own
}

// hurt is what happens at a call that changes something.
type hurt struct {
	name   string
	signal syscall.Signal // 0 sends none
	fault  standin.Fault
	well   bool // the command comes through all the same
}

func hurts() []hurt {
	return []hurt{
		{"killed before", syscall.SIGKILL, standin.Fault{Drop: true}, false},
		{"killed after", syscall.SIGKILL, standin.Fault{Drop: true, Late: true}, false},
		{"Ctrl-C before", syscall.SIGINT, standin.Fault{Drop: true}, false},
		{"Ctrl-C after", syscall.SIGINT, standin.Fault{Late: true}, false},
		{"denied", 0, standin.Fault{Status: 403, Code: "AccessDenied",
			Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform this"}, false},
		// As often as a call is tried.
		{"done, and an error all the same", 0, standin.Fault{Late: true, Times: 4, Status: 500, Code: "InternalFailure"}, false},
		{"done, and the answer is lost", 0, standin.Fault{Drop: true, Late: true}, true},
	}
}

// TestKilledChanges breaks every command that changes an account off at every call
// that changes something, before it takes effect and after, by SIGKILL, by Ctrl-C
// and by errors. From each such moment the same command comes to the end that it
// would have come to, and the opposite one leaves the account as it was before,
// with nothing left over. SEISMO_KILLS is how many of these are tried of each
// command, evenly spread: 6 by default, and at most all.
func TestKilledChanges(t *testing.T) {
	most := 6
	if testing.Short() {
		most = 2
	}
	if n, err := strconv.Atoi(os.Getenv("SEISMO_KILLS")); err == nil {
		most = n
	}
	var tried, calls atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d changing calls in %d commands; %d times one was broken off at one of them and gone on with", calls.Load(), len(chores()), tried.Load())
	})
	for _, c := range chores() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			boundaries, p := c.whole(t)
			calls.Add(int64(len(boundaries)))
			all := len(boundaries) * len(hurts()) * 2
			t.Logf("%d of %d, at %d calls: %s", min(most, all), all, len(boundaries), strings.Join(boundaries, " "))
			for i := range min(most, all) {
				// Spread over the calls, and turned by one at each, so that few
				// of them meet all that can happen.
				k := i * all / min(most, all)
				n, same := k/len(hurts())/2, k%2 == 0
				h := hurts()[(k/2+3*n)%len(hurts())]
				t.Run(fmt.Sprintf("%d %s/%s/again=%t", n+1, boundaries[n], h.name, same), func(t *testing.T) {
					t.Parallel()
					c.hurt(t, boundaries[n], n, h, same, p)
					tried.Add(1)
				})
			}
		})
	}
}

// pictures are how an account looks.
type pictures struct {
	before, reached picture
	one             picture // after the command in the first of several Regions
	calls           int     // boundaries
	first           int     // so many boundaries are in the first Region
	several         bool
}

// whole runs a chore without any harm and tells the calls that change something
// in the command that will be broken off, and how the account looks.
func (c *chore) whole(t *testing.T) (boundaries []string, p pictures) {
	t.Helper()
	w := newWorld(t, c)
	p.before = w.look()
	begun := len(w.cloud.Calls())
	w.run(c.on, 0)
	p.reached = w.look()
	from := len(w.cloud.Calls())
	w.run(c.off, 0)
	calls := w.cloud.Calls()
	if c.off1st {
		calls = calls[from:]
	} else {
		calls = calls[begun:from]
	}
	for _, call := range calls {
		if !call.Changes() {
			continue
		}
		if call.Region == standin.Region && !p.several {
			p.first++
		} else {
			p.several = true
		}
		boundaries, p.calls = append(boundaries, call.Op), p.calls+1
	}
	if len(boundaries) < 3 || cmp.Equal(p.before, p.reached) != c.looks {
		t.Fatalf("%d boundaries were found; there are more", len(boundaries))
	}
	w.clean(p.before)
	if c.regions != "" {
		alone := newWorld(t, c)
		alone.run(slices.Concat(c.on, []string{"--region", standin.Region}), 0)
		p.one = alone.look()
	}
	return boundaries, p
}

// hurt breaks a command off at its nth changing call, and goes on with the same
// command or with its opposite.
func (c *chore) hurt(t *testing.T, boundary string, n int, h hurt, same bool, p pictures) {
	t.Helper()
	w := newWorld(t, c)
	victim, opposite := c.on, c.off
	if c.off1st {
		w.run(c.on, 0)
		victim, opposite = c.off, c.on
	}
	remove := w.breakOff(victim, n, h, n == p.calls-1)
	remove()
	if t.Failed() {
		return
	}
	// A change set that may not be removed stays until the next run.
	if h.signal == 0 && !h.well && !c.off1st && (h.name != "denied" || boundary != "DeleteChangeSet") {
		if n >= p.first { // the first Region is done then, and stays
			w.same("the failed command took back what it did in the second Region", p.one)
		} else {
			w.same("the failed command took back what it did", p.before)
		}
	}
	if same {
		w.run(victim, 0)
	} else {
		w.run(opposite, 0)
	}
	if same != c.off1st {
		w.same("gone on with", p.reached)
	}
	w.run(c.off, 0)
	w.clean(p.before)
}

// breakOff runs a command to which something happens at its nth changing call. After
// the last of them it may have nothing more to do than to say so.
func (w *world) breakOff(args []string, n int, h hurt, last bool) (remove func()) {
	t := w.t
	t.Helper()
	running := make(chan *process.Run, 1)
	struck := make(chan time.Time, 4)
	f := h.fault
	f.Changes, f.After, f.Times = true, n, max(1, f.Times)
	f.Do = func(ctx context.Context, _ standin.Call) {
		struck <- time.Now()
		if h.signal == 0 {
			return
		}
		p := <-running
		p.Signal(t, h.signal)
		select { // the answer never arrives at one who is gone
		case <-p.Over():
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
	remove = w.cloud.Fault(f)
	p := process.Begin(t, w.env, w.line(args)...)
	running <- p
	got := p.Wait(t, time.Minute)
	select {
	case at := <-struck:
		if took := time.Since(at); h.signal == syscall.SIGINT && took > 5*time.Second {
			t.Errorf("after Ctrl-C it went on for %s", took)
		}
	default:
		t.Fatalf("the moment never came; it ended with %d:\n%s%s", got.Code, got.Out, got.Err)
	}
	switch said := got.Out + got.Err; {
	case h.signal == syscall.SIGKILL:
		if got.Code != -1 {
			t.Errorf("killed, it ended with %d", got.Code)
		}
	case h.signal == syscall.SIGINT:
		if last && got.Code == 0 {
			break
		}
		if got.Code != 130 || !strings.Contains(said, "interrupted") || !strings.Contains(got.Err, "seismo "+args[0]+" ") {
			t.Errorf("after Ctrl-C: exit code %d; it must say what was done and what is to be run next:\n%s", got.Code, got.Err)
		}
	case h.well && got.Code != 0:
		t.Errorf("a lost answer: exit code %d:\n%s", got.Code, said)
	case !h.well && (got.Code != 1 || !strings.Contains(got.Err, "seismo "+args[0]+" ")):
		t.Errorf("after an error: exit code %d; it must say what is to be run next:\n%s", got.Code, got.Err)
	}
	return remove
}

// line is a whole command line.
func (w *world) line(args []string) []string {
	line := slices.Concat(args, []string{"--endpoint", w.cloud.URL(), "--state", w.state})
	if slices.Contains(args, "--region") {
		return line
	}
	return append(line, "--region", w.regions)
}

// run runs a command to its end.
func (w *world) run(args []string, want int) {
	w.t.Helper()
	p := process.Begin(w.t, w.env, w.line(args)...)
	if got := p.Wait(w.t, time.Minute); got.Code != want {
		for _, call := range w.cloud.Calls() {
			if call.Changes() {
				w.t.Log(call.Time.Format(time.StampMilli), call.Service, call.Op, call.Status, call.Code)
			}
		}
		w.t.Fatalf("%s: exit code %d, want %d:\n%s%s", strings.Join(args, " "), got.Code, want, got.Out, got.Err)
	}
}
