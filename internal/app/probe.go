package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/store/duckdb"
)

// A database that was damaged may end the process that opens it: by an abort, by
// taking all memory, or by never coming back. So a child process opens it first.
// It writes a line whenever it has got further, and a verdict at the end; a child
// that says nothing for a while hangs.

// finding of a child.
const (
	whole    = "whole"
	damaged  = "damaged"
	needy    = "memory" // it takes more memory than it was given
	lockedBy = "locked"
	newer    = "newer"
	failed   = "failed" // the system does not let it be read, or another reason that is no damage
)

// verdict is what a child found.
type verdict struct {
	State  string `json:"state"`
	Detail string `json:"detail,omitzero"`
	duckdb.Condition
}

// bad tells whether the file cannot be used as it is.
func (v verdict) bad() bool { return v.State == damaged || v.State == needy }

func judge(found duckdb.Condition, err error) verdict {
	v := verdict{State: failed, Condition: found}
	switch {
	case err == nil:
		v.State = whole
		return v
	case errors.Is(err, duckdb.ErrLocked):
		v.State = lockedBy
	case errors.Is(err, duckdb.ErrNewer):
		v.State = newer
	case errors.Is(err, duckdb.ErrMemory):
		v.State = needy
	case errors.Is(err, duckdb.ErrDamaged):
		v.State = damaged
	}
	v.Detail = brief(err.Error())
	return v
}

// brief is the beginning of a message, on one line. Names of files may hold any
// bytes; a message that is no text could not be handed on, and its child would
// look as if it had died.
func brief(text string) string {
	text = strings.ReplaceAll(text, "database/sql/driver: could not connect to database: ", "")
	text = strings.Join(strings.Fields(text), " ")
	return strings.ToValidUTF8(text[:min(len(text), 400)], "\uFFFD")
}

// Probing is what a child checks.
type Probing struct {
	duckdb.Checking
	Limit  int64     // memory of the child in bytes; 0 is without a limit
	Parent io.Reader // ends when the process does that asked; nil: nothing tells
}

// Probe is the child: it checks a database and writes what it found to out. It is
// what the hidden command `seismo db probe` does. A parent that was killed takes
// the child with it: until then the child has the database, and the next start
// would find it held.
func Probe(ctx context.Context, c Probing, out io.Writer) error {
	orphaned := make(chan struct{})
	if c.Parent != nil {
		go func() {
			_, _ = io.Copy(io.Discard, c.Parent)
			close(orphaned)
		}()
	}
	done := make(chan verdict, 1)
	go func() { done <- judge(duckdb.Check(ctx, c.Checking)) }()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	var p progress
	for {
		select {
		case v := <-done:
			return json.MarshalWrite(out, v)
		case <-orphaned:
			return errors.New("the process that asked has ended")
		case <-tick.C:
			if c.Limit > 0 && p.resident() > c.Limit {
				return json.MarshalWrite(out, verdict{State: needy, Detail: "it took more than " + strconv.FormatInt(c.Limit>>20, 10) + " MiB"})
			}
			if !p.further() {
				continue
			}
			if _, err := io.WriteString(out, "\n"); err != nil {
				return err // nobody listens any more
			}
		}
	}
}

// prober starts children.
type prober struct {
	self    []string      // the command that starts this program; nil checks in this process
	silence time.Duration // how long a child may say nothing; 0 is a minute
	memory  string        // of the database
	limit   int64         // memory of the child in bytes; 0 is 2 GiB
}

// probe checks a file in a child. Only the end of ctx, and a child that cannot be
// started, are errors.
func (p prober) probe(ctx context.Context, c duckdb.Checking) (verdict, error) {
	if c.Memory == "" {
		c.Memory = p.memory
	}
	if len(p.self) == 0 {
		v := judge(duckdb.Check(ctx, c))
		return v, ctx.Err()
	}
	limit := p.limit
	if limit == 0 {
		limit = 2 << 30
	}
	args := append(p.self[1:len(p.self):len(p.self)], "db", "probe", "--db", c.Path, "--memory", c.Memory,
		"--limit", strconv.FormatInt(limit, 10))
	for name, given := range map[string]bool{"--rows": c.Rows, "--blocks": c.Blocks, "--settle": c.Settle} {
		if given {
			args = append(args, name)
		}
	}
	cmd := exec.CommandContext(ctx, p.self[0], args...)
	cmd.Env = bare()
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return verdict{}, fmt.Errorf("check the database: %w", err)
	}
	alive, err := cmd.StdinPipe()
	if err != nil {
		return verdict{}, fmt.Errorf("check the database: %w", err)
	}
	defer alive.Close()
	if err := cmd.Start(); err != nil {
		return verdict{}, fmt.Errorf("check the database in a process of its own: %w", err)
	}
	v, hung := p.listen(out, cmd.Process)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return v, ctx.Err()
	case hung:
		return verdict{State: damaged, Detail: fmt.Sprintf("opening it did not get any further for %s", p.patience())}, nil
	case v.State != "":
		return v, nil
	case sentAway(err):
		return verdict{State: failed, Detail: "the check was ended from outside: " + ending(err)}, nil
	}
	return verdict{State: damaged, Detail: "opening it ended the process: " + ending(err)}, nil
}

func (p prober) patience() time.Duration {
	if p.silence > 0 {
		return p.silence
	}
	return time.Minute
}

// listen waits for the verdict; it kills a child that falls silent, and does not
// wait for what that one may have started.
func (p prober) listen(out io.Reader, child *os.Process) (v verdict, hung bool) {
	lines, enough := make(chan []byte), make(chan struct{})
	defer close(enough)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			select {
			case lines <- bytes.Clone(scan.Bytes()):
			case <-enough:
				return
			}
		}
	}()
	silence := time.NewTimer(p.patience())
	defer silence.Stop()
	for {
		select {
		case line, more := <-lines:
			if !more {
				return v, false
			}
			var said verdict
			if json.Unmarshal(line, &said) == nil {
				v = said
			}
			silence.Reset(p.patience())
		case <-silence.C:
			_ = child.Kill()
			return v, true
		}
	}
}

// bare is what a child needs of the environment: no credentials, no passphrase.
func bare() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, "GOTRACEBACK=none")
}

// sentAway tells whether a child ended for a reason that says nothing of the file:
// a signal by which people and supervisors end processes, all of a group often, or
// an error that the child told of itself. Crashes end by other signals, and Go's
// with status 2.
func sentAway(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		switch status.Signal() {
		case syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT:
			return true
		}
		return false
	}
	return exit.ExitCode() == 1
}

func ending(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "without a word"
	case errors.As(err, &exit):
		return exit.String()
	case errors.Is(err, fs.ErrNotExist):
		return "it is gone"
	}
	return brief(err.Error())
}
