package ctl

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// silent is how long a command looks without a word.
const silent = 3 * time.Second

// looking says on a terminal what a command that prints nothing yet is busy with, once
// it was silent for some seconds. stop takes the line away, and must be called before
// anything else is printed.
func (f *loggingFlags) looking(regions []string) (stop func()) {
	if !onTerminal(f.Err) {
		return func() {}
	}
	of := counted(len(regions), "Region")
	if len(regions) == 1 {
		of = strings.Join(regions, "")
	}
	return patient(f.Err, "asking AWS about "+of)
}

// patient draws a line each second, from the third on, until it is stopped.
func patient(w io.Writer, what string) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		begun, drawn := time.Now(), false
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				if drawn {
					fmt.Fprint(w, "\r\x1b[K")
				}
				return
			case now := <-tick.C:
				if waited := now.Sub(begun); waited >= silent {
					fmt.Fprintf(w, "\r\x1b[K%s: %s", plain(what), waited.Round(time.Second))
					drawn = true
				}
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(quit)
		<-done
	})
}
