package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"seismo/internal/source/cloudtrail/digest"
)

// verdicts prints what is found while it is found: of many files of one fate the
// first few, unless it is to be verbose.
type verdicts struct {
	w             io.Writer
	json, verbose bool
	err           error
	any           bool
	fates         map[fate]int64
}

// fate is what became of a file, without its name.
type fate struct {
	of, state, reason string
	unlinked          bool
}

// mostAlike is how many files of one fate are named.
const mostAlike = 5

func (f fate) String() string {
	one := digest.Verdict{Of: f.of, State: f.state, Reason: f.reason}
	switch text := strings.Split(one.String(), "\t"); {
	case f.of == digest.OfGap:
		return "times without a digest: " + f.reason
	case f.unlinked && f.state == digest.Valid:
		return text[0] + "  that no other digest names"
	default:
		return text[0] + "  " + text[2]
	}
}

// crowded counts a verdict, and tells whether enough of its fate were named.
func (v *verdicts) crowded(one digest.Verdict) bool {
	if v.fates == nil {
		v.fates = map[fate]int64{}
	}
	f := fate{one.Of, one.State, one.Reason, one.Unlinked}
	v.fates[f]++
	return v.fates[f] > mostAlike
}

// rest tells how many more there were of each fate.
func (v *verdicts) rest(b *strings.Builder) {
	var lines []string
	for f, n := range v.fates {
		if n > mostAlike {
			lines = append(lines, plain(fmt.Sprintf("… and %s more: %s", show("", n-mostAlike), f)))
		}
	}
	slices.Sort(lines)
	if len(lines) > 0 {
		fmt.Fprintf(b, "%s\n-v names each of them\n", strings.Join(lines, "\n"))
	}
}

func (v *verdicts) tell(one digest.Verdict) {
	if one.State == digest.Valid && !v.verbose && !one.Unlinked {
		return
	}
	if !v.json && !v.verbose && v.crowded(one) {
		return
	}
	var text string
	switch {
	case !v.json:
		text = strings.ReplaceAll(one.String(), "\t", "  ")
		if one.Unlinked && one.State == digest.Valid {
			text += ", but no other digest names it"
		}
		text = plain(text) + "\n"
	default:
		line, err := jsonLine(one)
		v.err = cmp.Or(v.err, err)
		text = map[bool]string{false: "{\"verdicts\": [\n  ", true: ",\n  "}[v.any] + line
	}
	v.any = true
	_, err := io.WriteString(v.w, text)
	v.err = cmp.Or(v.err, err)
}

func (v *verdicts) end(sum *digest.Summary) error {
	if v.json {
		line, err := jsonLine(sum)
		text := map[bool]string{false: "{\"verdicts\": [", true: "\n"}[v.any] + "], \"summary\": " + line + "}\n"
		_, printed := io.WriteString(v.w, text)
		return errors.Join(v.err, err, printed)
	}
	var b strings.Builder
	v.rest(&b)
	if v.any {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "Results requested for %s to %s\n", shownTime(sum.From), shownTime(sum.To))
	switch {
	case sum.Digests.Total()+sum.Backfills.Total() == 0:
		b.WriteString("No digests found\n")
	case sum.FoundTo.IsZero():
		b.WriteString("No valid digests found in range\n")
	default:
		fmt.Fprintf(&b, "Results found for %s to %s:\n", shownTime(sum.FoundFrom), shownTime(sum.FoundTo))
	}
	b.WriteString("\n")
	ratio(&b, sum.Digests, "digest")
	ratio(&b, sum.Backfills, "backfill digest")
	ratio(&b, sum.Logs, "log")
	fmt.Fprintf(&b, "%s chains, %s hours without a log file, %s gaps, %s read\n",
		show("", int64(sum.Chains)), show("", sum.Empty), show("", sum.Gaps), bytesOf(sum.Bytes))
	_, err := io.WriteString(v.w, b.String())
	return errors.Join(v.err, err)
}

func ratio(b *strings.Builder, c digest.Count, what string) {
	total := c.Total()
	if total == 0 {
		return
	}
	fmt.Fprintf(b, "%d/%d %s files valid", c.Valid, total, what)
	if c.Invalid > 0 {
		fmt.Fprintf(b, ", %d/%d %s files INVALID", c.Invalid, total, what)
	}
	if c.Unread > 0 {
		fmt.Fprintf(b, ", %d/%d %s files not checked", c.Unread, total, what)
	}
	b.WriteString("\n")
}

// jsonLine writes one value on one line, safe for a terminal.
func jsonLine(v any) (string, error) {
	text, err := json.Marshal(v, append(lenient(), json.Deterministic(true))...)
	if err != nil {
		return "", fmt.Errorf("print as JSON: %w", err)
	}
	return string(plainJSON(text)), nil
}
