package cli

import (
	"fmt"
	"io"
	"time"
)

// silence is how long a run may take before its progress shows.
const silence = 3 * time.Second

// steps shows on a terminal how far a run of hours is once it takes longer than a
// few seconds. step is nil where nobody looks; end takes the line away.
func (s *shell) steps(w io.Writer, what string) (step func(done, all int), end func()) {
	if s.json || terminalWidth(w) == 0 {
		return nil, func() {}
	}
	return stepper(w, what, time.Now)
}

func stepper(w io.Writer, what string, now func() time.Time) (step func(done, all int), end func()) {
	began, shown := now(), false
	step = func(done, all int) {
		if now().Sub(began) < silence {
			return
		}
		shown = true
		fmt.Fprintf(w, "\r%s: %d of %d hours, %d %%\x1b[K", what, done, all, 100*done/max(all, 1))
	}
	end = func() {
		if shown {
			fmt.Fprint(w, "\r\x1b[K")
		}
	}
	return step, end
}
