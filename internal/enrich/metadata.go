package enrich

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// claim is what the caller says of itself in requestMetadata.
type claim struct{ person, team, app string }

// The keys of requestMetadata that are understood, the strongest first, as
// foldKey spells them: case, hyphens, underscores, dots and spaces do not
// count. All other keys stay metadata.
var (
	personKeys = [...]string{"useremail", "email", "user", "userid", "username", "person"}
	teamKeys   = [...]string{"team", "teamname", "teamid", "costcenter", "department"}
	appKeys    = [...]string{"applicationname", "application", "appname", "app", "project", "projectname", "applicationid", "appid"}
)

// claims reads requestMetadata. Its values come from the caller, who may say
// anything: attribution tells that they answered, and identity_arn stays beside
// them as AWS saw it. A person is believed only when the value can be one: an
// e-mail address, a name from the map file, or a plain name. Numbers, UUIDs and
// other keys of somebody's database are no person.
func claims(metadata map[string]jsontext.Value, known *people) (c claim) {
	if len(metadata) == 0 {
		return c
	}
	best := [3]int{len(personKeys), len(teamKeys), len(appKeys)}
	var from [3]string
	for name, raw := range metadata {
		key := foldKey(name)
		value := ""
		for i, keys := range [...][]string{personKeys[:], teamKeys[:], appKeys[:]} {
			at := index(keys, key)
			if at < 0 || at > best[i] || at == best[i] && name > from[i] {
				continue // of two spellings of one key the first in the alphabet counts
			}
			if value == "" {
				if value = plainText(raw); value == "" {
					break
				}
			}
			if i == 0 && !named(value, known) {
				break
			}
			best[i], from[i] = at, name
			*[...]*string{&c.person, &c.team, &c.app}[i] = value
		}
	}
	return c
}

func index(keys []string, key string) int {
	for i, k := range keys {
		if k == key {
			return i
		}
	}
	return -1
}

// foldKey spells user_id, userId, user-id and "User ID" the same.
func foldKey(key string) string {
	plain := true
	for i := range len(key) {
		plain = plain && key[i] >= 'a' && key[i] <= 'z'
	}
	if plain {
		return key
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == '.' || r == ' ' || r == ':':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, key)
}

// plainText reads a JSON string, trimmed; "" for every other kind and for words
// that stand for nothing.
func plainText(raw jsontext.Value) string {
	if raw.Kind() != '"' {
		return ""
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return ""
	}
	value := strings.TrimSpace(string(text))
	switch strings.ToLower(value) {
	case "unknown", "none", "null", "n/a", "na", "-", "undefined", "anonymous", "default":
		return ""
	}
	return value
}

// named tells whether a value can be the name of a human.
func named(value string, known *people) bool {
	return isEmail(value) || known.knows(value) || isName(value)
}

// isName tells letters with dots, hyphens, underscores, apostrophes and spaces
// between them, and at most three digits at the end: alice, alice.smith, alice2.
func isName(s string) bool {
	if len(s) < 2 || len(s) > 64 || machine(s) {
		return false
	}
	name := strings.TrimRight(s, "0123456789")
	if len(s)-len(name) > 3 {
		return false
	}
	letters := 0
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r > 0x7f:
			letters++
		case r == '.' || r == '-' || r == '_' || r == '\'' || r == ' ':
		default:
			return false
		}
	}
	return letters >= 2
}
