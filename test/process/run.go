package process

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Run is a command of seismo that is on its way.
type Run struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	over     chan struct{}
}

// Outcome is how a command ended.
type Outcome struct {
	Code     int // of its exit; -1 when a signal ended it
	Out, Err string
}

// Begin starts a command of seismo with nothing in its environment but env.
func Begin(t testing.TB, env []string, args ...string) *Run {
	t.Helper()
	r := &Run{cmd: Command(args...), over: make(chan struct{})}
	r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = env, &r.out, &r.err
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.over)
		_ = r.cmd.Wait() // the state of the process says it
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.over
	})
	return r
}

// Signal sends a signal; a process that is over does not mind.
func (r *Run) Signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
}

// Over is closed when the process is gone.
func (r *Run) Over() <-chan struct{} { return r.over }

// Wait waits for the end, at most so long.
func (r *Run) Wait(t testing.TB, most time.Duration) Outcome {
	t.Helper()
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-r.over:
	case <-timer.C:
		_ = r.cmd.Process.Kill()
		<-r.over
		t.Fatalf("%v did not end within %s; it said:\n%s%s", r.cmd.Args[1:], most, r.out.String(), r.err.String())
	}
	return Outcome{r.cmd.ProcessState.ExitCode(), r.out.String(), r.err.String()}
}
