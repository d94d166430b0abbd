package web

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// unknown is shown wherever a value is absent: never 0, which would be a claim.
const unknown = "–"

// whole writes a count with thousands separated: 12,345.
func whole(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// short writes a large count in four characters or so: 1.2 M. Smaller ones than
// 10,000 are written out.
func short(n int64) string {
	if n > -10_000 && n < 10_000 {
		return whole(n)
	}
	value, unit := float64(n), ""
	for _, u := range []string{"k", "M", "G", "T"} {
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

// dollars writes a sum to the cent, as reports do; sums under a cent get as many
// places as show two digits, so that a small price is never a false 0.
func dollars(usd float64) string {
	switch {
	case usd == 0:
		return "$0.00"
	case usd < 0:
		return "-" + dollars(-usd)
	case usd < 0.01:
		places := 1 - int(math.Floor(math.Log10(usd)))
		return "$" + strconv.FormatFloat(usd, 'f', min(places, 12), 64)
	}
	fixed := strconv.FormatFloat(usd, 'f', 2, 64)
	integer, cents, _ := strings.Cut(fixed, ".")
	n, err := strconv.ParseInt(integer, 10, 64)
	if err != nil {
		return "$" + fixed
	}
	return "$" + whole(n) + "." + cents
}

// price writes what one call costs, of which cents would hide most: four places
// under a dollar, and more where those would show nothing.
func price(usd float64) string {
	if usd >= 0.01 && usd < 1 {
		return "$" + strconv.FormatFloat(usd, 'f', 4, 64)
	}
	return dollars(usd)
}

// precise writes a line of a call's sum: six places, so that lines add up.
func precise(usd float64) string {
	text := strconv.FormatFloat(usd, 'f', 6, 64)
	if usd != 0 && math.Abs(usd) < 0.0005 {
		text = strconv.FormatFloat(usd, 'f', 9, 64)
	}
	return "$" + text
}

// quantity writes a count that is nearly always whole.
func quantity(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return whole(int64(f))
	}
	return exact(f)
}

// exact writes a number with all of its digits and no exponent.
func exact(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// duration writes milliseconds: 840 ms, 1.87 s, 2 min 5 s.
func duration(ms float64) string {
	switch {
	case ms < 999.5:
		return strconv.FormatFloat(math.Round(ms), 'f', 0, 64) + " ms"
	case ms < 9_995:
		return strconv.FormatFloat(ms/1000, 'f', 2, 64) + " s"
	case ms < 119_950:
		return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
	}
	seconds := int64(math.Round(ms / 1000))
	return whole(seconds/60) + " min " + strconv.FormatInt(seconds%60, 10) + " s"
}

// percent writes a share: 0 % only for none, "<0.1 %" for few.
func percent(part, all int64) string {
	if all == 0 {
		return unknown
	}
	share := 100 * float64(part) / float64(all)
	switch {
	case part == 0:
		return "0 %"
	case share < 0.1:
		return "<0.1 %"
	case part < all && share > 99.9:
		return ">99.9 %"
	case share >= 99.95:
		return "100 %"
	}
	return strconv.FormatFloat(share, 'f', 1, 64) + " %"
}

// size writes a number of bytes in binary units.
func size(n int64) string {
	if n < 1<<10 {
		return whole(n) + " B"
	}
	value, unit := float64(n), ""
	for _, u := range []string{"KiB", "MiB", "GiB"} {
		if value < 1<<10 {
			break
		}
		value, unit = value/(1<<10), u
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + unit
}

// stamp writes a time to the second, in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// instant writes a time with all of its fraction, in UTC.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
