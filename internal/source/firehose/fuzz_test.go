package firehose

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRequest posts any body: no panic, nothing kept waiting, and success only
// for what is a delivery.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"requestId":"r","timestamp":1767225660000,"records":[{"data":"e30="}]}`), false)
	f.Add([]byte(`{"records":[{"data":"e30="},{"data":"!"}],"timestamp":1e99,"requestId":"r"}`), false)
	f.Add([]byte(`{"records":[],"records":[]}`), false)
	f.Add(zip(`{"requestId":"r","timestamp":1,"records":[]}`), true)
	f.Add([]byte(`{"requestId":"\ud800","timestamp":-1,"records":[1,[2],{"data":{}}]}`), false)
	src, err := New(f.Context(), Config{Listen: "127.0.0.1:0", AccessKey: key, MaxRequest: 1 << 20}, Deps{})
	if err != nil {
		f.Fatal(err)
	}
	close(src.closing) // so that a good request is answered without a receiver
	room := src.room.left
	f.Fuzz(func(t *testing.T, in []byte, compressed bool) {
		r := request("r", string(in))
		if compressed {
			r.Header.Set("Content-Encoding", "gzip")
		}
		w := httptest.NewRecorder()
		src.ServeHTTP(w, r)
		e, err := readEnvelope(strings.NewReader(string(in)))
		good := err == nil && (e.requestID == "" || e.requestID == "r")
		if !compressed && good != (w.Code == 503) {
			t.Errorf("status %d, envelope %+v, %v", w.Code, e, err)
		}
		if src.room.left != room {
			t.Errorf("%d bytes of room are lost", room-src.room.left)
		}
		if _, err := io.ReadAll(w.Body); err != nil {
			t.Error(err)
		}
	})
}
