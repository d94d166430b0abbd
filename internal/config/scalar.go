// Package config reads seismo's configuration file: one YAML document, strictly.
// An unknown key, a value of the wrong type or an unset ${VARIABLE} is an error
// that names the key, the line and the remedy, before anything starts. The rooms
// declare what they can be told as structs of their own, with a help tag for each
// key; the reference page is made from these.
//
// It never knows a source or a store, and never shows the value of a secret.
package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time: Go's notation with d for days, such as 90s, 5m,
// 48h or 30d. A bare number is refused, since nobody can tell its unit.
type Duration time.Duration

// Std is the duration as the standard library spells it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

func (d Duration) String() string { return time.Duration(d).String() }

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseFloat(days, 64); err == nil && n >= 0 && n <= 36500 {
			*d = Duration(n * float64(24*time.Hour))
			return nil
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return errors.New("not a duration; write for example 30s, 5m, 48h or 30d")
	}
	*d = Duration(v)
	return nil
}

// Size is a number of bytes: a number alone, or one with kB, MB, GB (thousands)
// or KiB, MiB, GiB (1,024s).
type Size int64

var units = []struct {
	name  string
	bytes float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"b", 1}, {"", 1},
}

// UnmarshalText reads a size.
func (z *Size) UnmarshalText(text []byte) error {
	s := strings.ToLower(strings.ReplaceAll(string(text), " ", ""))
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		if n, err := strconv.ParseFloat(digits, 64); err == nil && n >= 0 && n*u.bytes < 1<<62 {
			*z = Size(n * u.bytes)
			return nil
		}
	}
	return errors.New("not a size; write for example 10MiB")
}

// Secret is a value that is never printed: not in errors, logs or listings.
type Secret string

func (Secret) String() string   { return "(secret)" }
func (Secret) GoString() string { return "(secret)" }

// UnmarshalText takes the value.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// MarshalText keeps the value out of any document.
func (Secret) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

// Reveal returns the value, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }
