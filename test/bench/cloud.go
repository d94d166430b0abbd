package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/test/standin"
)

// cloud is a stand-in for AWS in a process of its own, so that its CPU time is
// seen apart. On few cores it takes time from what is measured all the same.
type cloud struct {
	URL string

	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// cloudState is what a cloud has seen so far.
type cloudState struct {
	URL      string    `json:"url"`
	CPU      float64   `json:"cpu_seconds"` // of its process
	Gets     int64     `json:"gets"`        // objects opened at their first byte
	Resumed  int64     `json:"resumed"`     // objects opened farther on
	Received int       `json:"received"`    // messages, as often as they were
	Renewed  int       `json:"renewed"`     // calls that renewed messages
	Deleted  int       `json:"deleted"`
	Left     int       `json:"left"`    // messages
	Records  int64     `json:"records"` // good ones that it wrote
	Lags     []float64 `json:"lags"`    // seconds from written to deleted, of healthy objects
}

// startCloud starts a cloud with what the task's kind says in it.
func startCloud(ctx context.Context, t task) (*cloud, cloudState, error) {
	var state cloudState
	self, err := os.Executable()
	if err != nil {
		return nil, state, err
	}
	t.Name = "cloud"
	text, err := json.Marshal(t)
	if err != nil {
		return nil, state, err
	}
	c := &cloud{cmd: exec.CommandContext(ctx, self, child, string(text))}
	c.cmd.Stderr = os.Stderr
	in, errIn := c.cmd.StdinPipe()
	out, errOut := c.cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, state, err
	}
	c.in, c.out = in, bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, state, fmt.Errorf("start the stand-in: %w", err)
	}
	state, err = c.answer()
	if err != nil {
		return nil, state, errors.Join(err, c.end())
	}
	c.URL = state.URL
	return c, state, nil
}

// Words that a cloud understands.
const (
	wordState = "state"
	wordGo    = "go" // objects begin to arrive
)

func (c *cloud) ask(word string) (cloudState, error) {
	if _, err := fmt.Fprintln(c.in, word); err != nil {
		return cloudState{}, fmt.Errorf("ask the stand-in: %w", err)
	}
	return c.answer()
}

func (c *cloud) answer() (state cloudState, err error) {
	line, err := c.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &state)
	}
	if err != nil {
		return state, fmt.Errorf("answer of the stand-in: %w", err)
	}
	return state, nil
}

// until asks again and again until something is so.
func (c *cloud) until(ctx context.Context, so func(cloudState) bool) (cloudState, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := c.ask(wordState)
		if err != nil || so(state) {
			return state, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return state, fmt.Errorf("the stand-in saw %d messages received, %d deleted, %d left: %w",
				state.Received, state.Deleted, state.Left, context.Cause(ctx))
		}
	}
}

// end ends the process.
func (c *cloud) end() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }

// keys are the environment in which a command finds the credentials.
func keys() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + standin.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + standin.SecretKey,
		"AWS_EC2_METADATA_DISABLED=true"}
}
