package cli

import (
	"strings"
	"testing"
	"time"
)

func TestStepsShowOnceARunIsLong(t *testing.T) {
	var out strings.Builder
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	step, end := stepper(&out, "publishing", func() time.Time { return at })
	at = at.Add(2 * time.Second)
	step(1, 4)
	if end(); out.Len() > 0 {
		t.Fatalf("a short run shows %q", out.String())
	}
	at = at.Add(2 * time.Second)
	step(3, 4)
	end()
	if got := out.String(); !strings.Contains(got, "publishing: 3 of 4 hours, 75 %") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("it shows %q", got)
	}
}
