package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"seismo/test/standin"
)

// server is a seismo serve that collects from a cloud.
type server struct {
	DB string

	cmd   *exec.Cmd
	said  bytes.Buffer // read once it has ended
	begin time.Time
	over  chan struct{} // closed when the process has ended, with err
	err   error
}

// startServer starts seismo serve with the queue of a cloud as its source, and
// waits until it answers.
func (b *bench) startServer(ctx context.Context, c *cloud, db string) (*server, error) {
	file := filepath.Join(b.work, "seismo.yaml")
	text := fmt.Sprintf("db: %q\nlisten: 127.0.0.1:0\naccounts:\n"+
		"  default: {region_name: %s, access_key_id: %s, secret_access_key: %s, endpoint: %q}\n"+
		"sources:\n  - {name: queue, queue_url: %q, visibility_timeout: %s, sqs.wait_time: 5s}\n",
		db, standin.Region, standin.AccessKeyID, standin.SecretKey, c.URL, c.URL+"/"+standin.AccountID+"/"+queueName, visibility)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	s := &server{DB: db, cmd: exec.CommandContext(ctx, b.seismo, "serve", "-c", file), over: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), keys()...)
	s.cmd.Stderr = &s.said
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.begin = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("seismo serve: %w", err)
	}
	ready := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "open http") {
				close(ready)
				break
			}
		}
		for lines.Scan() { // what else it says
			continue
		}
		s.fail(s.cmd.Wait())
	}()
	select {
	case <-ready:
		return s, nil
	case <-s.over:
		return nil, s.err
	case <-time.After(time.Minute):
		_ = s.cmd.Process.Kill()
		return nil, errors.New("seismo serve gave no page within a minute")
	}
}

// fail notes how the process ended, with the last of what it said.
func (s *server) fail(err error) {
	if err != nil {
		said := s.said.Bytes()
		s.err = fmt.Errorf("seismo serve ended: %w: %s", err, said[max(0, len(said)-4000):])
	}
	close(s.over)
}

// while is a context that ends with the process.
func (s *server) while(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.over:
			cancel(s.err)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// end asks the process to end and says what it used.
func (s *server) end() (c cost, err error) {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	kill := time.AfterFunc(20*time.Second, func() { _ = s.cmd.Process.Kill() })
	<-s.over
	kill.Stop()
	c.Wall = time.Since(s.begin).Seconds()
	if s.err != nil {
		return c, s.err
	}
	return c, c.of(s.cmd.ProcessState)
}

// count is the number of calls in a database.
func (b *bench) count(ctx context.Context, db string) (n int64, err error) {
	out, _, err := measure(ctx, nil, b.seismo, "sql", "--db", db, "--format", "csv", "select count(*) as n from calls")
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscanf(strings.TrimPrefix(string(out), "n\n"), "%d", &n)
	return n, err
}
