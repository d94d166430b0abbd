package app

import (
	"os"
	"strconv"
	"strings"
)

// progress tells whether this process gets further: whether it reads or writes.
// One that computes for ever, or waits for ever, does neither.
type progress struct{ last int64 }

// idle is how many bytes this process reads at most between two looks when it
// does nothing but look.
const idle = 4 << 10

func (p *progress) further() bool {
	moved := field("/proc/self/io", "rchar:") + field("/proc/self/io", "wchar:")
	before := p.last
	p.last = moved
	return moved > before+idle
}

// resident is how much memory this process has, in bytes; 0 when it is not known.
func (p *progress) resident() int64 { return field("/proc/self/status", "VmRSS:") << 10 }

// field is a number in a file of /proc, 0 when it is not there.
func field(path, name string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), name)
	line, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(line), " kB"), 10, 64)
	return n
}
