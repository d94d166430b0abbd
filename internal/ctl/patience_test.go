package ctl

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatienceSpeaksAfterThreeSeconds(t *testing.T) {
	for waited, want := range map[time.Duration]string{
		2500 * time.Millisecond: "",
		4500 * time.Millisecond: "\r\x1b[Kasking AWS about 31 Regions: 3s\r\x1b[Kasking AWS about 31 Regions: 4s\r\x1b[K",
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			stop := patient(&out, "asking AWS about 31 Regions")
			time.Sleep(waited) //nolint:forbidigo // virtual time
			stop()
			stop()
			if out.String() != want {
				t.Errorf("after %v: %q, want %q", waited, out.String(), want)
			}
		})
	}
}
