package firehose

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"
	"go.uber.org/goleak"

	"seismo/internal/decode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "correct-horse-battery-staple"

// shop is a store with its pipeline, whose ledger knows the objects it has.
type shop struct {
	mu     sync.Mutex
	ledger map[string]bool
	rows   map[string]int // how often a record was kept, by its event id or text
	items  []decode.Item
	refuse error
}

func newShop() *shop { return &shop{ledger: map[string]bool{}, rows: map[string]int{}} }

// commit keeps a delivery unless its object is known.
func (s *shop) commit(t *testing.T, d *delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil || s.ledger[d.object.ID] {
		return s.refuse
	}
	in, err := d.Open(context.Background())
	if err != nil {
		t.Error(err)
	}
	err = decode.New(decode.Limits{}).Decode(context.Background(), in, d.object.Origin, func(item decode.Item) error {
		s.items = append(s.items, item)
		if item.Verdict == decode.Good {
			s.rows[item.Origin.EventID+string(item.Raw)]++
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	s.ledger[d.object.ID] = true
	return nil
}

// serve receives and settles until the test ends.
func (s *shop) serve(t *testing.T, src *Source) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			d, err := src.Receive(context.Background())
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			if err := d.Settle(context.Background(), s.commit(t, d.(*delivery))); err != nil {
				t.Error(err)
			}
		}
	}()
	t.Cleanup(func() {
		src.Close()
		<-done
	})
}

func open(t *testing.T, change func(*Config), log io.Writer) *Source {
	t.Helper()
	cfg := Config{Listen: "127.0.0.1:0", AccessKey: key}
	if change != nil {
		change(&cfg)
	}
	src, err := New(t.Context(), cfg, Deps{Name: "push", Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func record(n int) string {
	return fmt.Sprintf(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-01-01T00:00:00Z",`+
		`"accountId":"111122223333","region":"us-east-1","requestId":"00000000-0000-4000-8000-%012d","operation":"Converse",`+
		`"modelId":"anthropic.claude-sonnet-4-6","input":{"inputTokenCount":3},"output":{"outputTokenCount":4}}`, n)
}

func zip(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// subscription is what CloudWatch Logs puts into one record of a stream.
func subscription(t *testing.T, kind string, messages ...string) []byte {
	t.Helper()
	events := []any{}
	for i, m := range messages {
		events = append(events, map[string]any{"id": fmt.Sprintf("%056d", i+1), "timestamp": 1767225600000, "message": m})
	}
	text, err := json.Marshal(map[string]any{
		"messageType": kind, "owner": "111122223333", "logGroup": "bedrock", "logStream": "aws/bedrock/modelinvocations",
		"subscriptionFilters": []string{"push"}, "logEvents": events,
	}, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return zip(string(text))
}

// push makes a request of Firehose.
func push(id string, records ...[]byte) *http.Request {
	var list []string
	for _, r := range records {
		list = append(list, `{"data":"`+base64.StdEncoding.EncodeToString(r)+`"}`)
	}
	return request(id, fmt.Sprintf(`{"requestId":%q,"timestamp":1767225660000,"records":[%s]}`, id, strings.Join(list, ",")))
}

func request(id, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/firehose", strings.NewReader(body))
	r.Header.Set(headerKey, key)
	r.Header.Set(headerRequest, id)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(headerSource, "arn:aws:firehose:us-east-1:111122223333:deliverystream/bedrock")
	return r
}

// answer gives a request to the source and reads what it says.
func answer(t *testing.T, src *Source, r *http.Request) (*httptest.ResponseRecorder, reply) {
	t.Helper()
	w := httptest.NewRecorder()
	src.ServeHTTP(w, r)
	var out reply
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Errorf("the answer %q: %v", w.Body, err)
	}
	if (w.Code == http.StatusOK) != (out.Error == "") || out.Timestamp == 0 && w.Code == http.StatusOK {
		t.Errorf("status %d, answer %+v", w.Code, out)
	}
	return w, out
}

// elapse lets time pass, a bubble's where there is one.
func elapse(d time.Duration) { <-time.After(d) }
