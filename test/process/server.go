package process

import (
	"bufio"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a seismo serve.
type Server struct {
	cmd  *exec.Cmd
	said *tail
	url  chan string // its page, once it is there
	over chan error
}

// Serve starts seismo serve with a configuration file.
func Serve(t testing.TB, file string, flags ...string) *Server {
	t.Helper()
	return Start(t, Command(append([]string{"serve", "-c", file}, flags...)...))
}

// Start starts a seismo serve that is a command already.
func Start(t testing.TB, cmd *exec.Cmd) *Server {
	t.Helper()
	p := &Server{cmd: cmd, said: &tail{}, url: make(chan string, 1), over: make(chan error, 1)}
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, rest, ok := strings.Cut(lines.Text(), "open "); ok {
				url, _, _ := strings.Cut(rest, " ")
				p.url <- url
			}
		}
		p.over <- p.cmd.Wait()
	}()
	return p
}

// Ready waits until the page is there, and gives its address.
func (p *Server) Ready(t testing.TB) string {
	t.Helper()
	select {
	case url := <-p.url:
		return url
	case err := <-p.over:
		t.Fatalf("it ended with %v; it said:\n%s", err, p.said)
	case <-time.After(time.Minute):
		t.Fatalf("no page within a minute; it said:\n%s", p.said)
	}
	return ""
}

// Kill ends the process after a while, as the machine's end would.
func (p *Server) Kill(t testing.TB, after time.Duration) {
	t.Helper()
	p.Wait(t, after)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.over
}

// Wait lets time pass in which the process must not end.
func (p *Server) Wait(t testing.TB, d time.Duration) {
	t.Helper()
	select {
	case err := <-p.over:
		t.Fatalf("it ended by itself: %v\n%s", err, p.said)
	case <-time.After(d):
	}
}

// Until waits until something is so, for at most a while.
func (p *Server) Until(t testing.TB, most time.Duration, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(most); !so(); p.Wait(t, 200*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come to pass within %s; it said:\n%s", most, p.said)
		}
	}
}

// End asks the process to end, which it does with success within ten seconds.
func (p *Server) End(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.over:
		if err != nil {
			t.Errorf("asked to end, it ended with: %v\n%s", err, p.said)
		}
	case <-time.After(11 * time.Second):
		t.Fatalf("asked to end, it went on for more than 10 s\n%s", p.said)
	}
}

// Said is the end of what the process wrote to its standard error, about a
// megabyte.
func (p *Server) Said() string { return p.said.String() }

// tail keeps the last of what a process said.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (s *tail) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.text = s.text[max(0, len(s.text)-1<<20):]
	return len(p), nil
}

func (s *tail) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}
