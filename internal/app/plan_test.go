package app

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
)

// TestSourceKinds: an entry whose kind cannot be told names the key that is at
// fault, and what to do.
func TestSourceKinds(t *testing.T) {
	for _, tt := range []struct{ name, entry, key, remedy string }{
		{"a misspelt key", "queue_ulr: https://sqs.eu-west-1.amazonaws.com/111122223333/q", "queue_ulr", "did you mean queue_url?"},
		{"keys of two kinds", "bucket_arn: my-logs, log_group_name: bedrock", "log_group_name", "two sources"},
		{"a key of another kind", "type: aws-cloudwatch, queue_url: https://sqs.eu-west-1.amazonaws.com/111122223333/q", "queue_url", "two sources"},
		{"no such kind", "type: aws-s4", "type", "aws-s3"},
		{"nothing", "visibility_timeout: 5m", "", "queue_url"},
		{"a key of credentials is no guess", "access_key_id: '${KEY:-x}'", "", "queue_url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "seismo.yaml")
			if err := os.WriteFile(file, []byte("sources:\n  - {"+tt.entry+"}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := LoadFile(file)
			var hinted interface{ Hint() string }
			if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), tt.remedy) {
				t.Fatalf("%v, want a remedy with %q", err, tt.remedy)
			}
			where := fmt.Sprintf("%s:2: sources[0]", file)
			if tt.key != "" {
				where += "." + tt.key
			}
			if !strings.HasPrefix(err.Error(), where+": ") {
				t.Errorf("%q does not begin with %q", err, where)
			}
		})
	}
}

// TestSourceIsTold: the log has a line when a source begins to fail, with the
// remedy, and one when it works again, and no flood when it does so by turns.
func TestSourceIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		l := &line{plan: plan{name: "logs"}}
		tell := l.tell(slog.New(slog.NewTextHandler(&b, nil)))
		fault := &source.Fault{Kind: source.Forbidden, Remedy: "give sqs:ReceiveMessage"}
		for range 20 {
			tell(fault)
			tell(fault)
			tell(nil)
			time.Sleep(time.Second) //nolint:forbidigo // virtual time
		}
		if n := strings.Count(b.String(), "cannot work"); n != 1 {
			t.Errorf("told %d times within 20 seconds, want once:\n%s", n, b.String())
		}
		if !strings.Contains(b.String(), "give sqs:ReceiveMessage") || !strings.Contains(b.String(), "works again") {
			t.Errorf("no remedy, or no end:\n%s", b.String())
		}
		time.Sleep(mostTold) //nolint:forbidigo // virtual time
		tell(fault)
		if n := strings.Count(b.String(), "cannot work"); n != 2 {
			t.Errorf("told %d times, want 2: a later fault is news", n)
		}
	})
}
