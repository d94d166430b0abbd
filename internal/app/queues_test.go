package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/config"
)

func loadText(t *testing.T, text string) (File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seismo.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadFile(path)
}

func TestQueuesOfAFile(t *testing.T) {
	f, err := loadText(t, `accounts: {prod: {role_arn: "arn:aws:iam::111122223333:role/seismo"}}
sources:
  - bucket_arn: arn:aws:s3:::example-logs
  - {name: calls, account: prod, queue_url: "https://sqs.eu-west-1.amazonaws.com/111122223333/calls"}
  - queue_url: https://sqs.eu-west-1.amazonaws.com/111122223333/trail
`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range f.Queues() {
		got = append(got, q.Source+" "+q.URL+" "+q.Account.RoleARN)
	}
	want := []string{
		"calls https://sqs.eu-west-1.amazonaws.com/111122223333/calls arn:aws:iam::111122223333:role/seismo",
		"aws-s3-3 https://sqs.eu-west-1.amazonaws.com/111122223333/trail ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestQueueURLIsChecked: what is no queue is said before anything starts, with
// the line and without what the URL holds.
func TestQueueURLIsChecked(t *testing.T) {
	_, err := loadText(t, "sources:\n  - number_of_workers: 2\n    queue_url: arn:aws:sqs:eu-west-1:111122223333:logs-hush\n")
	var fault *config.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "queue_url") || !strings.Contains(err.Error(), "3") || strings.Contains(err.Error(), "hush") {
		t.Errorf("%v", err)
	}
}
