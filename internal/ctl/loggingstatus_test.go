package ctl

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
)

func TestStatusFits(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 8, 42, 0, time.UTC)
	list := []logging.Status{
		{Region: "eu-west-1", On: true, To: []string{"s3://logs/", "log group /aws/bedrock"}, Large: "s3://logs/large-data", With: []string{"text", "image"},
			Since: at, By: "seismo", From: logging.FromJournal, Note: "CloudTrail remembers no change", Ours: true},
		{Region: "eu-west-2"},
		{Region: "eu-west-3", Fault: "not allowed"},
		{Region: "us-east-1", On: true, To: []string{"log group /company"}, With: []string{"text"}, Since: at, By: "arn:aws:iam::111122223333:user/alice", From: logging.FromTrail, Ours: true},
		{Region: "us-east-2", Since: at, By: "arn:aws:iam::111122223333:user/bob", From: logging.FromTrail},
		{Region: "us-west-2", On: true, To: []string{"s3://x/"}, Large: "s3://x/", With: []string{"text"}, Since: at, From: logging.FromInventory},
		{Region: "us-west-3", On: true, To: []string{"s3://x/"}, Large: "s3://x/", With: []string{"text"}},
	}
	for i := range 12 {
		list = append(list, logging.Status{Region: fmt.Sprintf("ap-southeast-%d", i)})
	}
	const want = `eu-west-1: on
  to            s3://logs/
                log group /aws/bedrock
  large bodies  s3://logs/large-data
  with          text, image
  since         2026-03-01 09:08:42, says the journal
  by            seismo
  note          CloudTrail remembers no change
eu-west-3: unknown: not allowed
us-east-1: on
  to            log group /company
  large bodies  lost: there is no bucket for bodies over 100 KB
  with          text
  since         2026-03-01 09:08:42, says CloudTrail
  by            arn:aws:iam::111122223333:user/alice (seismo)
us-east-2: off
  since         2026-03-01 09:08:42, says CloudTrail
  by            arn:aws:iam::111122223333:user/bob
us-west-2: on
  to            s3://x/
  large bodies  s3://x/
  with          text
  since         2026-03-01 09:08:42 at the latest, says the inventory
us-west-3: on
  to            s3://x/
  large bodies  s3://x/
  with          text
off in 13 Regions:
  eu-west-2, ap-southeast-0, ap-southeast-1, ap-southeast-2, ap-southeast-3,
  ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7,
  ap-southeast-8, ap-southeast-9, ap-southeast-10, ap-southeast-11
`
	var out bytes.Buffer
	f := &loggingFlags{Deps: Deps{Out: &out}}
	f.standings(list)
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > usual+1 {
			t.Error("too long:", line)
		}
	}
	for _, width := range []int{10, 40, 120} {
		names := []string{"ap-southeast-1", "us-east-1", "eu-west-1"}
		lines := folded(names, width)
		if got := strings.Join(lines, " "); got != strings.Join(names, ", ") {
			t.Errorf("%d: %q", width, got)
		}
		for _, line := range lines {
			if len(line) > max(width, len("ap-southeast-1,")) {
				t.Errorf("%d: %q", width, line)
			}
		}
	}
}
