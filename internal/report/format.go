package report

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// unknown stands where a value is absent: never 0, which would be a claim.
const unknown = "–"

// whole writes a count with thousands separated.
func whole(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// count writes a count that may be absent, short when it is large: 1.2 M.
func count(n *int64) string {
	if n == nil {
		return unknown
	}
	value, unit := float64(*n), ""
	if math.Abs(value) < 10_000 {
		return whole(*n)
	}
	for _, u := range [...]string{"k", "M", "G", "T"} {
		if math.Abs(value) < 999.95 {
			break
		}
		value, unit = value/1000, u
	}
	places := 1
	if math.Abs(value) >= 99.95 {
		places = 0
	}
	return strconv.FormatFloat(value, 'f', places, 64) + " " + unit
}

// money writes a sum to the cent; less than one gets two digits, so that a small
// sum is never a false 0.
func money(usd float64) string {
	switch {
	case usd < 0:
		return "-" + money(-usd)
	case usd == 0:
		return "$0.00"
	case usd < 0.01:
		return "$" + strconv.FormatFloat(usd, 'f', min(1-int(math.Floor(math.Log10(usd))), 12), 64)
	}
	fixed := strconv.FormatFloat(usd, 'f', 2, 64)
	integer, cents, _ := strings.Cut(fixed, ".")
	n, err := strconv.ParseInt(integer, 10, 64)
	if err != nil {
		return "$" + fixed
	}
	return "$" + whole(n) + "." + cents
}

// cent is the least sum that columns of sums tell exactly.
const cent = 0.01

func dollars(usd *float64) string {
	if usd == nil {
		return unknown
	}
	return money(*usd)
}

// round is money without cents where there is much of it, for scales.
func round(usd float64) string {
	if usd >= 100 {
		return "$" + whole(int64(math.Round(usd)))
	}
	return money(usd)
}

// share writes a part of all: 0 % only for none.
func share(part, all int64) string {
	if all == 0 {
		return unknown
	}
	percent := 100 * float64(part) / float64(all)
	switch {
	case part == 0:
		return "0 %"
	case percent < 0.1:
		return "<0.1 %"
	case part < all && percent > 99.9:
		return ">99.9 %"
	}
	return strconv.FormatFloat(percent, 'f', 1, 64) + " %"
}

// latency writes milliseconds.
func latency(ms *float64) string {
	switch {
	case ms == nil:
		return unknown
	case *ms < 999.5:
		return strconv.FormatFloat(*ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(*ms/1000, 'f', 1, 64) + " s"
}

// drift says by how much a number moved: +12 %, ×15, new, or – when there is
// nothing to hold it against.
func drift(now, before float64) string {
	switch {
	case before == 0 && now == 0:
		return unknown
	case before == 0:
		return fresh
	case now == 0:
		return "−100 %"
	}
	percent := 100 * (now - before) / before
	switch {
	case percent >= 900:
		return "×" + strconv.FormatFloat(now/before, 'f', 0, 64)
	case math.Abs(percent) < 0.5:
		return "±0 %"
	case percent < -99.9: // −100 % is for what is gone
		return nearlyGone
	case percent < -99:
		return "−" + strconv.FormatFloat(-percent, 'f', 1, 64) + " %"
	case percent > 0:
		return "+" + strconv.FormatFloat(percent, 'f', 0, 64) + " %"
	}
	return "−" + strconv.FormatFloat(-percent, 'f', 0, 64) + " %"
}

// nearlyGone is the drift of what is there, and almost nothing.
const nearlyGone = "<−99.9 %"

// value is a number that may be absent, as a sum takes it.
func value[N int64 | float64](n *N) float64 {
	if n == nil {
		return 0
	}
	return float64(*n)
}

// clean is a text on one line, without characters that hide, reorder or forge
// text, and not endless.
func clean(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return '�'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// calls writes so many calls, with the verb that follows.
func calls(n int64, one, many string) string {
	if n == 1 {
		return "1 call " + one
	}
	return whole(n) + " calls " + many
}

func stamp(t time.Time) string { return t.Format("2 Jan 15:04") }
