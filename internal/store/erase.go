package store

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/seal"
)

// Anonymize takes an erased person off a row that is about to be stored: the
// name becomes the alias wherever it stands, and what describes the person's
// machine goes.
func Anonymize(e *event.Event, alias string) {
	if e.Person == "" {
		return
	}
	name := NamePattern(e.Person)
	for _, f := range event.Fields() {
		if f.Virtual || !f.Column() || f.Sensitivity == event.Public {
			continue
		}
		switch v := f.Get(e).(type) {
		case string:
			f.Set(e, name.ReplaceAllLiteralString(v, alias))
		case jsontext.Value:
			f.Set(e, jsontext.Value(name.ReplaceAllLiteralString(string(v), alias)))
		case []string:
			list := make([]string, len(v))
			for i, s := range v {
				list[i] = name.ReplaceAllLiteralString(s, alias)
			}
			f.Set(e, list)
		}
	}
	e.IdentityARN, e.UserAgent, e.Source.IP = "", "", ""
	e.Person = alias
}

// NamePattern finds a person's name without regard to case. Stores that erase in
// SQL use the same pattern.
func NamePattern(person string) *regexp.Regexp {
	return regexp.MustCompile("(?i)" + regexp.QuoteMeta(person))
}

// Alias is what stands in the place of an erased person's name. Without the
// store's key nobody can tell whose it is.
func Alias(keys *seal.Keyring, person string) string {
	sum := keys.Store().Hash([]byte("alias " + person))
	return fmt.Sprintf("%s%x", aliasPrefix, sum[:4])
}

const aliasPrefix = "erased-"

// NoRecord is why there is no record of an event.
func NoRecord(e *event.Event) error {
	if strings.HasPrefix(e.Person, aliasPrefix) {
		return ErrErased
	}
	return ErrNotKept
}
