package firehose

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/decode"
)

func TestSubscriptionPayloadsAndPlainRecords(t *testing.T) {
	src, shop := open(t, nil, io.Discard), newShop()
	shop.serve(t, src)
	w, out := answer(t, src, push("r-1", subscription(t, "DATA_MESSAGE", record(1), record(2)), []byte(record(3)), zip(record(4)+"\n"+record(5)), []byte("no record")))
	if w.Code != http.StatusOK || out.RequestID != "r-1" || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, answer %+v", w.Code, out)
	}
	if len(shop.rows) != 5 {
		t.Errorf("%d records kept", len(shop.rows))
	}
	o := shop.items[0].Origin
	if o.Group != "bedrock" || o.Stream != "aws/bedrock/modelinvocations" || !strings.HasSuffix(o.EventID, "1") || o.Key != "firehose/111122223333/bedrock/r-1" {
		t.Errorf("origin: %+v", o)
	}
	last := shop.items[len(shop.items)-1]
	if last.Verdict != decode.Bad {
		t.Errorf("what is no record: %+v", last)
	}
}

func TestControlMessageIsSkippedAndAcknowledged(t *testing.T) {
	src, shop := open(t, nil, io.Discard), newShop()
	shop.serve(t, src)
	w, _ := answer(t, src, push("r-1", subscription(t, "CONTROL_MESSAGE", "CWL CONTROL MESSAGE: Checking health of destination Firehose.")))
	if w.Code != http.StatusOK || len(shop.items) != 1 || shop.items[0].Reason != decode.SkipControl {
		t.Errorf("status %d, items %+v", w.Code, shop.items)
	}
}

func TestCompressedRequests(t *testing.T) {
	src, shop := open(t, nil, io.Discard), newShop()
	shop.serve(t, src)
	plain := push("r-1", []byte(record(1)))
	text, _ := io.ReadAll(plain.Body)
	r := request("r-1", string(zip(string(text))))
	r.Header.Set("Content-Encoding", "gzip")
	if w, _ := answer(t, src, r); w.Code != http.StatusOK || len(shop.rows) != 1 {
		t.Errorf("status %d, %d rows", w.Code, len(shop.rows))
	}
}

func TestAcknowledgedOnlyAfterTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := open(t, nil, io.Discard)
		answered := 0
		go func() {
			w := httptest.NewRecorder()
			src.ServeHTTP(w, push("r-1", []byte(record(1))))
			answered = w.Code
		}()
		d := <-src.pushed
		elapse(time.Minute)
		synctest.Wait()
		if answered != 0 {
			t.Fatalf("answered %d before the commit", answered)
		}
		if err := d.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if answered != http.StatusOK {
			t.Errorf("answered %d", answered)
		}
	})
}

func TestFailedCommitIsSentAgain(t *testing.T) {
	src, shop := open(t, nil, io.Discard), newShop()
	shop.refuse = errors.New("no space left for the secret prompt")
	shop.serve(t, src)
	w, out := answer(t, src, push("r-1", []byte(record(1))))
	if w.Code != http.StatusInternalServerError || strings.Contains(out.Error, "prompt") || out.RequestID != "r-1" {
		t.Errorf("status %d, answer %+v", w.Code, out)
	}
	shop.mu.Lock()
	shop.refuse = nil
	shop.mu.Unlock()
	if w, _ := answer(t, src, push("r-1", []byte(record(1)))); w.Code != http.StatusOK || len(shop.rows) != 1 {
		t.Errorf("status %d, %d rows", w.Code, len(shop.rows))
	}
}

func TestDuplicateRequestIsStoredOnce(t *testing.T) {
	src, shop := open(t, nil, io.Discard), newShop()
	shop.serve(t, src)
	again := strings.Replace // the time of a request that is sent again is another
	for i := range 3 {
		r := push("r-1", subscription(t, "DATA_MESSAGE", record(1), record(2)))
		text, _ := io.ReadAll(r.Body)
		r = request("r-1", again(string(text), "1767225660000", "176722566"+string(rune('0'+i))+"000", 1))
		if w, _ := answer(t, src, r); w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	}
	// Other records under the same id are other data.
	answer(t, src, push("r-1", []byte(record(3))))
	if len(shop.ledger) != 2 || len(shop.rows) != 3 {
		t.Errorf("%d objects, %d rows", len(shop.ledger), len(shop.rows))
	}
	for id, n := range shop.rows {
		if n != 1 {
			t.Errorf("%.60s was kept %d times", id, n)
		}
	}
}

// The process dies after the commit and before the answer: Firehose sends the
// same again to the next one.
func TestKillBetweenCommitAndReplyDoublesNothing(t *testing.T) {
	shop := newShop()
	first := open(t, nil, io.Discard)
	answered := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		first.ServeHTTP(w, push("r-1", []byte(record(1))))
		answered <- w.Code
	}()
	d, err := first.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := shop.commit(t, d.(*delivery)); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil { // before Settle
		t.Fatal(err)
	}
	if code := <-answered; code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", code)
	}
	second := open(t, nil, io.Discard)
	shop.serve(t, second)
	if w, _ := answer(t, second, push("r-1", []byte(record(1)))); w.Code != http.StatusOK || shop.rows[record(1)] != 1 {
		t.Errorf("status %d, rows %v", w.Code, shop.rows)
	}
}

func TestSenderThatGivesUpLosesNothing(t *testing.T) {
	src, shop := open(t, nil, io.Discard), newShop()
	ctx, giveUp := context.WithCancel(t.Context())
	answered := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		src.ServeHTTP(w, push("r-1", []byte(record(1))).WithContext(ctx))
		answered <- w.Code
	}()
	d, err := src.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	giveUp()
	<-answered
	if err := d.Settle(t.Context(), shop.commit(t, d.(*delivery))); err != nil {
		t.Fatal(err)
	}
	shop.serve(t, src)
	if w, _ := answer(t, src, push("r-1", []byte(record(1)))); w.Code != http.StatusOK || shop.rows[record(1)] != 1 {
		t.Errorf("status %d, rows %v", w.Code, shop.rows)
	}
	if src.room.left != 2*int64(src.cfg.MaxRequest)+2*chunk {
		t.Errorf("%d bytes of room left", src.room.left)
	}
}

func TestFullMeansComeAgain(t *testing.T) {
	src := open(t, func(c *Config) { c.MaxRequest = 1 << 20 }, io.Discard)
	src.patience = 10 * time.Second
	results := make(chan *httptest.ResponseRecorder)
	big := bytes.Repeat([]byte("x"), 700<<10)
	for _, id := range []string{"r-1", "r-2"} {
		go func() {
			w := httptest.NewRecorder()
			src.ServeHTTP(w, push(id, big))
			results <- w
		}()
	}
	var got []*delivery
	for range 2 {
		d, err := src.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.(*delivery))
	}
	w, _ := answer(t, src, push("r-3", big))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("a third one: status %d, headers %v", w.Code, w.Header())
	}
	for _, d := range got {
		if err := d.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if w := <-results; w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	}
	newShop().serve(t, src)
	if w, _ := answer(t, src, push("r-3", big)); w.Code != http.StatusOK {
		t.Errorf("once there is room: status %d", w.Code)
	}
}

func TestAnswerComesBeforeFirehoseGivesUp(t *testing.T) {
	src := open(t, nil, io.Discard)
	src.patience = time.Millisecond
	w, _ := answer(t, src, push("r-1", []byte(record(1)))) // nobody receives
	if w.Code != http.StatusServiceUnavailable || src.room.left != 2*int64(src.cfg.MaxRequest)+2*chunk {
		t.Errorf("status %d, %d bytes of room left", w.Code, src.room.left)
	}
	if patience >= 3*time.Minute {
		t.Error("Firehose waits for three minutes")
	}
}
