package mail

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// endless is a server that says something and then one line without an end.
func endless(t *testing.T, first string) *SMTP {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		chunk := bytes.Repeat([]byte("x"), 1<<16)
		fmt.Fprint(conn, first)
		for err == nil {
			_, err = conn.Write(chunk)
		}
	})
	t.Cleanup(func() {
		l.Close()
		work.Wait()
	})
	return &SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: startTLS}
}

// TestEndlessLineEnds talks to servers whose lines do not end: that costs a
// megabyte, and not all memory there is.
func TestEndlessLineEnds(t *testing.T) {
	for name, first := range map[string]string{
		"greeting":       "220 ",
		"greeting, many": "220-a\r\n220-",
		"EHLO":           "220 mail.example.com\r\n250-mail.example.com\r\n250-",
	} {
		t.Run(name, func(t *testing.T) {
			s := endless(t, first)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := s.Try(t.Context())
			runtime.ReadMemStats(&after)
			if !errors.Is(err, errTalkative) || len(err.Error()) > 300 {
				t.Errorf("%d bytes of error: %.300v", len(fmt.Sprint(err)), err)
			}
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 64 {
				t.Errorf("%d MB were used", grown)
			}
		})
	}
}

// TestLongWordsAreCut lets a server answer with lines that end, late.
func TestLongWordsAreCut(t *testing.T) {
	long := strings.Repeat("ä", 100_000)
	for what, reply := range map[string]string{"RCPT": "550 " + long, "MAIL": "550 " + long, "EHLO": long} {
		s := newServer(t, func(s *server) { s.replies[what], s.replies["HELO"] = reply, reply })
		err := s.config().Send(t.Context(), message())
		if err == nil || len(err.Error()) > 4<<10 || !strings.Contains(err.Error(), "…") || strings.Contains(err.Error(), "\uFFFD") {
			t.Errorf("%s: %d bytes of error: %.100v", what, len(fmt.Sprint(err)), err)
		}
	}
}
