package app

import (
	"os"
	"strconv"
	"strings"
)

// progress tells whether this process gets further: whether it reads or writes.
// One that computes for ever, or waits for ever, does neither.
type progress struct{ last string }

func (p *progress) further() bool {
	io, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return false
	}
	// Reading this counts too, but always the same number of bytes at a time: what
	// counts is what DuckDB asks the disk for.
	var now strings.Builder
	for line := range strings.Lines(string(io)) {
		if strings.HasPrefix(line, "syscr") || strings.HasPrefix(line, "syscw") {
			now.WriteString(line)
		}
	}
	moved := now.String() != p.last
	p.last = now.String()
	return moved
}

// resident is how much memory this process has, in bytes; 0 when it is not known.
func (p *progress) resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
