package ctl

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"seismo/internal/logging"
	"seismo/internal/terminal"
)

// usual is how wide lists are where there is no terminal.
const usual = 80

// standings prints a few lines of each Region of which there is something to say, and
// one list of the others. A table of all this has lines of three hundred letters.
func (f *loggingFlags) standings(list []logging.Status) {
	var off []string
	for i := range list {
		r := &list[i]
		switch {
		case r.Fault != "":
			f.say("%s: unknown: %s", r.Region, r.Fault)
		case !r.On && r.Since.IsZero() && r.By == "":
			off = append(off, r.Region)
		default:
			f.standing(r)
		}
	}
	if len(off) > 0 {
		f.say("off in %s:", counted(len(off), "Region"))
		for _, line := range folded(off, cmp.Or(terminal.Width(f.Out), usual)-2) {
			f.say("  %s", line)
		}
	}
}

// standing prints one Region.
func (f *loggingFlags) standing(r *logging.Status) {
	line := func(name, text string) {
		if text != "" {
			f.say("  %-12s  %s", name, text)
		}
	}
	f.say("%s: %s", r.Region, map[bool]string{true: "on", false: "off"}[r.On])
	for i, to := range r.To {
		line(map[bool]string{true: "to"}[i == 0], to)
	}
	if r.On {
		line("large bodies", cmp.Or(r.Large, "lost: there is no bucket for bodies over 100 KB"))
	}
	line("with", strings.Join(r.With, ", "))
	line("since", sinceOf(r))
	by := r.By
	if r.Ours && by != "seismo" {
		by = strings.TrimSpace(by + " (seismo)")
	}
	line("by", by)
	if r.On && r.From != logging.FromTrail {
		line("note", r.Note)
	}
}

// sinceOf is since when, and who says so.
func sinceOf(r *logging.Status) string {
	switch {
	case r.Since.IsZero():
		return ""
	case r.From == logging.FromInventory:
		return fmt.Sprintf("%s at the latest, says the %s", r.Since.Format(time.DateTime), r.From)
	case r.From == logging.FromJournal:
		return fmt.Sprintf("%s, says the %s", r.Since.Format(time.DateTime), r.From)
	}
	return strings.TrimSuffix(fmt.Sprintf("%s, says %s", r.Since.Format(time.DateTime), r.From), ", says ")
}

// folded are words in lines of at most so many letters.
func folded(list []string, width int) (lines []string) {
	line := ""
	for i, word := range list {
		if i < len(list)-1 {
			word += ","
		}
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
