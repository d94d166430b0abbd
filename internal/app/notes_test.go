package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/source/cwlogs"
	"seismo/internal/source/sqs"
	"seismo/internal/store"
)

// TestRefusedStaysRefused: a record that was refused is not stored by a retry of
// the quarantine, however well it reads, and an object that was never read does
// not count as put right.
func TestRefusedStaysRefused(t *testing.T) {
	a, err := Open(t.Context(), Config{DB: filepath.Join(t.TempDir(), "a.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	record := []byte(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-11-20T10:00:00Z","accountId":"111122223333",` +
		`"region":"us-east-1","requestId":"r-1","operation":"Converse","modelId":"amazon.nova-lite-v1:0"}`)
	item := func(reason string, raw []byte) decode.Item {
		return decode.Item{Verdict: decode.Bad, Reason: reason, Detail: "why", Raw: raw, Size: int64(len(raw)), SHA256: reason,
			Origin: event.Origin{Bucket: "elsewhere", Key: "a.json"}}
	}
	bad := []decode.Item{item(decode.BadRefused, record), item(decode.BadGone, nil)}
	if _, err := a.store.Append(t.Context(), store.Batch{Bad: bad}); err != nil {
		t.Fatal(err)
	}
	done, err := a.Retry(t.Context())
	if err != nil || done != (Retried{Tried: 2}) {
		t.Errorf("%+v, %v: want two tried, none put right, none stored", done, err)
	}
}

func TestNotesTellOfRefusals(t *testing.T) {
	text := strings.Join(queueNotes(sqs.Stats{Received: 9, Refused: 3, RefusedIn: []string{"a-bucket", "b-bucket"}, Unasked: 2}), "\n")
	for _, want := range []string{"3 objects refused", "a-bucket, b-bucket", "quarantine", "2 records in messages refused", "message_records: true"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
	if text := strings.Join(queueNotes(sqs.Stats{Received: 9}), "\n"); strings.Contains(text, "refused") {
		t.Errorf("nothing was refused:\n%s", text)
	}
}

func TestNotesTellOfGroupsThatAreNotRead(t *testing.T) {
	read, unread := cwlogs.Standing{Live: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}, cwlogs.Standing{}
	for _, c := range []struct {
		groups []cwlogs.Standing
		want   string
	}{
		{[]cwlogs.Standing{unread}, "nothing was read yet"},
		{[]cwlogs.Standing{read}, "read up to 2026-03-01 08:00:00"},
		{[]cwlogs.Standing{unread, read, unread}, "3 groups, read up to 2026-03-01 08:00:00, 2 of them not read yet"},
		{nil, "0 groups"},
	} {
		if got := strings.Join(groupNotes(c.groups), ", "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
