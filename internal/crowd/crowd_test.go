package crowd

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Slow clients that never finish a request crowd out one another and leave room
// for one that does.
func TestCrowdClosesTheLongestWaiting(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "headers": "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
		"a body that nobody reads": "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1",
		"no further request":       "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) { crowdOut(t, text) })
	}
}

func crowdOut(t *testing.T, text string) {
	defer goleak.VerifyNone(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Minute}
	Attach(server, 8)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()

	ask := func() {
		t.Helper()
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get("http://" + l.Addr().String() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("status %d", resp.StatusCode)
		}
	}
	var slow []net.Conn
	for range 40 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, conn)
	}
	ask()
	for i, conn := range slow[:20] {
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("slow connection %d is still served: %v", i, err)
		}
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
