package firehose

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// listening is a source whose endpoint is open on loopback.
func listening(t *testing.T, change func(*Source)) (*Source, string) {
	t.Helper()
	src, shop := open(t, func(c *Config) { c.Listen = "127.0.0.1:0" }, io.Discard), newShop()
	change(src)
	if err := src.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	shop.serve(t, src)
	return src, src.Addr().String()
}

func dial(t *testing.T, addr, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second)) // less than any of the server's
	return conn
}

// Who sends nothing, or headers byte by byte, takes no place from Firehose.
func TestSlowSendersCrowdOutOneAnother(t *testing.T) {
	_, addr := listening(t, func(s *Source) { s.crowd = 8 })
	var slow []net.Conn
	for i := range 40 {
		slow = append(slow, dial(t, addr, [...]string{"", "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Slow: "}[i%2]))
	}
	r := push("r-1", []byte(record(1)))
	text, _ := io.ReadAll(r.Body)
	out, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+"/firehose", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	out.Header = r.Header
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(out)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
	for i, conn := range slow[:20] {
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !isReset(err) {
			t.Errorf("slow connection %d is still served: %v", i, err)
		}
	}
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && !op.Timeout()
}

// A request without the key that keeps its body back is answered and gone, and does
// not stay for as long as a body may take.
func TestRefusedSenderDoesNotStay(t *testing.T) {
	_, addr := listening(t, func(s *Source) { s.leaving = 20 * time.Millisecond })
	conn := dial(t, addr, "POST /firehose HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d", resp.StatusCode)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && !isReset(err) {
		t.Errorf("the connection stays: %v", err)
	}
}

// None of these gets by without the key, or makes two requests of one.
func TestNoWayAroundTheKey(t *testing.T) {
	src, addr := listening(t, func(*Source) {})
	body := `{"requestId":"x","records":[]}`
	length := fmt.Sprint("Content-Length: ", len(body), "\r\n")
	for name, head := range map[string]string{
		"no key":             "POST /firehose HTTP/1.1\r\nHost: x\r\n" + length,
		"empty key":          "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key:\r\n" + length,
		"key cut":            "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: " + key[:len(key)-1] + "\r\n" + length,
		"key and more":       "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: " + key + ",\r\n" + length,
		"wrong key first":    "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: a\r\nX-Amz-Firehose-Access-Key: " + key + "\r\n" + length,
		"another path":       "POST /firehose/ HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: " + key + "\r\n" + length,
		"path with dots":     "POST /a/../firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: " + key + "\r\n" + length,
		"method in a header": "GET /firehose HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: POST\r\nX-Amz-Firehose-Access-Key: " + key + "\r\n" + length,
		"two lengths":        "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: " + key + "\r\nContent-Length: 1\r\n" + length,
		"obscured chunks":    "POST /firehose HTTP/1.1\r\nHost: x\r\nX-Amz-Firehose-Access-Key: " + key + "\r\nTransfer-Encoding: xchunked\r\n" + length,
		"folded header":      "POST /firehose HTTP/1.1\r\nHost: x\r\n X-Amz-Firehose-Access-Key: " + key + "\r\n" + length,
	} {
		conn := dial(t, addr, head+"Connection: close\r\n\r\n"+body)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if resp.StatusCode < 400 {
			t.Errorf("%s: status %d", name, resp.StatusCode)
		}
	}
	if left := src.room.has(); left != 2*defaultRequest+2*chunk {
		t.Errorf("%d bytes of room are left", left)
	}
}

// A request of a megabyte that expands to gigabytes, and one of a thousand streams
// of nothing, stop at the limit and give back what they took.
func TestBombs(t *testing.T) {
	src := open(t, func(c *Config) { c.MaxRequest = leastRequest }, io.Discard)
	whole := src.room.has()
	deep := `{"requestId":"x","records":` + strings.Repeat("[", 900_000)
	for name, bomb := range map[string]io.Reader{
		"zeros":   io.LimitReader(zeros{}, 1<<30),
		"deep":    strings.NewReader(deep),
		"records": strings.NewReader(`{"requestId":"x","records":[` + strings.Repeat("{},", 300_000) + `{}]`),
	} {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
		if _, err := io.Copy(z, bomb); err != nil {
			t.Fatal(err)
		}
		_ = z.Close()
		r := request("x", packed.String())
		r.Header.Set("Content-Encoding", "gzip")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if w, out := answer(t, src, r.WithContext(ctx)); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: status %d, %q", name, w.Code, out.Error)
		}
		cancel()
	}
	if left := src.room.has(); left != whole {
		t.Errorf("%d of %d bytes of room are left", left, whole)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func (r *room) has() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left
}
