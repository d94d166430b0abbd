package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text is the report in plain text, for terminals and for readers of e-mail that
// show no page. Lines have 78 characters at most.
func (r *Report) Text() string {
	v := r.view()
	w := &writer{}
	w.line("%s", clean(v.Title))
	w.line("%s", strings.Repeat("=", utf8.RuneCountInString(clean(v.Title))))
	w.wrapped(r.Warning())
	against := "held against " + v.FormerName
	if r.Alone() {
		against = "no calls of " + v.FormerName + " to hold it against"
	}
	w.wrapped(fmt.Sprintf("%s - %s, %s; %s", stamp(r.Period.From), stamp(r.Period.To), clean(v.Zone), against))
	for _, m := range r.Missing {
		w.hung("! ", clean(m))
	}
	w.line("")
	w.totals(v)
	for _, text := range [...]string{r.Meaning(), r.Empty()} {
		if text != "" {
			w.line("")
			w.wrapped(text)
		}
	}
	if r.Now.Calls > 0 {
		for _, t := range v.Tables {
			w.table(t)
		}
		w.failures(r.Failures)
	}
	w.bills(r.Bills)
	w.findings(v)
	w.coverage(v.Seen)
	w.heading("Quarantine")
	for _, q := range r.Quarantine {
		w.hung(fmt.Sprintf("%8d  ", q.Items), clean(q.Reason))
	}
	if r.Quarantine == nil {
		w.line("Everything that was read in this time could be read.")
	}
	w.line("")
	w.line("Made %s %s by seismo %s.", stamp(r.Made), clean(v.Zone), clean(r.Version))
	w.wrapped("It holds nothing of what was said. " + r.Whose())
	return w.String()
}

type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	w.WriteString(text)
	w.WriteByte('\n')
}

// lineWidth is the most characters of a line.
const lineWidth = 78

// wrapped writes a sentence in lines that are not too long; nothing for none.
func (w *writer) wrapped(text string) { w.hung("", text) }

// hung writes a text behind a head, with its further lines below its first word.
// A word that fits no line is cut into several.
func (w *writer) hung(head, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	width := lineWidth - len(indent)
	line := ""
	end := func() {
		w.line("%s", head+line)
		head, line = indent, ""
	}
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			end()
		}
		for long := []rune(word); len(long) > width; long = []rune(word) {
			line, word = string(long[:width]), string(long[width:])
			end()
		}
		line = strings.TrimSpace(line + " " + word)
	}
	if line != "" {
		end()
	}
}

func (w *writer) heading(title string) {
	w.line("")
	w.line("%s", title)
	w.line("%s", strings.Repeat("-", len(title)))
}

func (w *writer) totals(v view) {
	n, f := v.Now, v.Former
	row := func(name, now, before, drift string) {
		if v.Alone() {
			w.line("%-10s %16s", name, now)
			return
		}
		w.line("%-10s %16s   before %14s   %8s", name, now, before, drift)
	}
	row("Calls", whole(n.Calls), whole(f.Calls), drift(float64(n.Calls), float64(f.Calls)))
	row("Spend", dollars(n.USD), dollars(f.USD), drift(value(n.USD), value(f.USD)))
	row("Failed", share(n.Failed, n.Calls), share(f.Failed, f.Calls), "")
	row("Throttled", whole(n.Throttled), whole(f.Throttled), drift(float64(n.Throttled), float64(f.Throttled)))
	row("People", whole(n.People), whole(f.People), drift(float64(n.People), float64(f.People)))
	row("Tokens", count(n.Tokens()), count(f.Tokens()), drift(value(n.Tokens()), value(f.Tokens())))
	row("p95", latency(n.P95), latency(f.P95), "")
	visible, note := unknown, "coverage is not measured"
	if s := v.Seen; s != nil {
		visible, note = s.Share, s.Note()
	}
	w.line("%-10s %16s   %s", "Visible", visible, note)
	if n.Unpriced > 0 {
		w.line("%s no price; every sum of money leaves them out.", calls(n.Unpriced, "has", "have"))
	}
}

func (w *writer) table(t table) {
	w.heading(t.Title)
	if len(t.Rows) == 0 {
		w.line("No calls.")
		return
	}
	w.columns("", "calls", "failed", "spend", "drift", t.Rows[0].alone)
	for _, l := range t.Rows {
		name := clean(l.Name)
		if name == "" {
			name = "(" + t.Nameless + ")"
		}
		w.row(name, l)
	}
	if t.More > 0 {
		w.row(fmt.Sprintf("(%d more)", t.More), t.Rest)
	}
}

func (w *writer) row(name string, l Line) {
	spend := "unpriced"
	if l.USD != nil {
		spend = l.Spend()
	}
	w.columns(name, whole(l.Calls), share(l.Failed, l.Calls), spend, l.SpendDrift(), l.alone)
}

// columns writes a row of a table; what has nothing to be held against has no
// drift, as on the page.
func (w *writer) columns(name, calls, failed, spend, drift string, alone bool) {
	if alone {
		w.line("%s %9s %7s %13s", padded(name, 46), calls, failed, spend)
		return
	}
	w.line("%s %9s %7s %13s %8s", padded(name, 37), calls, failed, spend, drift)
}

// padded is a text of exactly so many characters.
func padded(s string, width int) string {
	if n := utf8.RuneCountInString(s); n <= width {
		return s + strings.Repeat(" ", width-n)
	}
	return string([]rune(s)[:width-1]) + "…"
}

func (w *writer) failures(r Ranking) {
	w.heading("Failures")
	if len(r.Rows) == 0 {
		w.line("No call failed.")
		return
	}
	for _, l := range r.Rows {
		before := "new"
		if l.alone {
			before = ""
		}
		if l.Former != nil {
			before = "before " + whole(l.Former.Calls)
		}
		name := clean(l.Name)
		if name == "" {
			name = "(without a code)"
		}
		w.line("%8s  %s  %s", whole(l.Calls), padded(name, 50), before)
	}
	if r.More > 0 {
		w.line("%8s  (%d more kinds)", whole(r.Rest.Calls), r.More)
	}
}

func (w *writer) findings(v view) {
	w.heading("Findings")
	if len(v.Listed) == 0 {
		w.line("None were read of this time.")
		return
	}
	for _, f := range v.Listed {
		w.hung(fmt.Sprintf("%-9s %-12s ", clean(f.Severity), f.When), clean(f.Account)+" "+clean(f.Region))
		w.hung("          ", clean(f.Title))
	}
	if v.MoreFindings > 0 {
		w.line("%d more.", v.MoreFindings)
	}
}

func (w *writer) coverage(s *seen) {
	w.heading("Coverage")
	if s == nil {
		w.line("Nothing tells how many calls there were beside the log.")
		return
	}
	if s.Calls == 0 {
		w.line("No count knows of a call in this time.")
		return
	}
	w.wrapped(fmt.Sprintf("%s of %s calls have a row (%s); %s lost what was said.", whole(s.Visible), whole(s.Calls), s.Share, whole(s.NoBody)))
	for _, g := range s.Gaps {
		w.hung(fmt.Sprintf("%-16s ", g.State.Label()), fmt.Sprintf("%s %s, %s - %s UTC: %s", clean(g.Account), clean(g.Region),
			stamp(g.From.UTC()), stamp(g.To.UTC()), strings.TrimSpace(calls(g.Calls, "", ""))))
		w.hung(strings.Repeat(" ", 17), clean(g.Why))
	}
	if s.More > 0 {
		w.line("%d more.", s.More)
	}
}
