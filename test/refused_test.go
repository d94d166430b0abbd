package test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seismo/test/process"
	"seismo/test/standin"
)

// TestForgedMessagesAreRefused sends a running collector what somebody could who
// may send to its queue: the name of a bucket that its credentials could read, and
// a record of a call that never was. Neither becomes a row, nothing is asked of that
// bucket, the queue is empty afterwards, and people are told.
func TestForgedMessagesAreRefused(t *testing.T) {
	t.Parallel()
	cloud := standin.New(t)
	queue := cloud.CreateQueue("logs", standin.QueueOptions{})
	key := "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/20260301T080000000Z_"
	record := func(id string) string {
		return `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-03-01T08:00:01Z","accountId":"111122223333",` +
			`"region":"us-east-1","requestId":"` + id + `","operation":"Converse","modelId":"amazon.nova-micro-v1:0","input":{},"output":{}}` + "\n"
	}
	ours := cloud.PutObject("example-logs", key+"aa.json", []byte(record("ours")))
	theirs := cloud.PutObject("somebodys-bucket", key+"bb.json", []byte(record("theirs")))
	for _, message := range []string{
		standin.Notification(standin.FromSNS, standin.Region, theirs), record("made-up"),
		standin.Notification(standin.FromS3, standin.Region, theirs, ours), `{"Records":[{"else":1}]}`,
	} {
		queue.Send(message)
	}
	db, file := filepath.Join(t.TempDir(), "x.duckdb"), filepath.Join(t.TempDir(), "seismo.yaml")
	text := fmt.Sprintf("db: %s\nlisten: 127.0.0.1:0\naccounts:\n  default: {region_name: %s, access_key_id: %s, secret_access_key: %s, endpoint: '%s'}\n"+
		"sources:\n  - {name: queue, queue_url: '%s/%s/logs', buckets: [example-logs], on_poison: quarantine, sqs.wait_time: 1s}\n",
		db, standin.Region, standin.AccessKeyID, standin.SecretKey, cloud.URL(), cloud.URL(), standin.AccountID)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server := process.Serve(t, file)
	url := server.Ready(t)
	server.Until(t, time.Minute, func() bool { return queue.Len() == 0 })
	page := ""
	server.Until(t, time.Minute, func() bool {
		page = fetched(t, url+"api/sources")
		return strings.Contains(page, `"quarantined":3`) && strings.Contains(page, `"stored":1`)
	})
	for _, want := range []string{"objects refused", "somebodys-bucket", "1 records in messages refused"} {
		if !strings.Contains(page, want) {
			t.Errorf("the sources do not tell %q: %s", want, page)
		}
	}
	server.End(t)
	if n := cloud.Count("s3", "GetObject") + cloud.Count("s3", "HeadObject"); n != 1 {
		t.Errorf("%d objects were asked for, want ours alone", n)
	}
	if got := process.Count(t, db); got != "1" {
		t.Errorf("%s calls, want ours alone", got)
	}
	if list := process.Seismo(t, "quarantine", "list", "--db", db); strings.Count(list, "refused") != 3 {
		t.Errorf("in quarantine:\n%s", list)
	}
	if said := process.Seismo(t, "quarantine", "retry", "--db", db); !strings.Contains(said, "0 put right (0 events stored), 3 remain") {
		t.Errorf("tried again:\n%s", said)
	}
}

func fetched(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
