package query

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"seismo/internal/event"
)

// field finds the field of a name as written; only metadata keys have a case.
func (p *parser) field(name string, at int) (event.Field, error) {
	if folded := strings.ToLower(name); !strings.HasPrefix(folded, metadataPrefix) {
		name = folded
	} else {
		name = metadataPrefix + name[len(metadataPrefix):]
	}
	f, ok := Lookup(name)
	if !ok {
		return f, p.fail(at, fmt.Sprintf("there is no field %q", name), suggest(name))
	}
	if f.Sensitivity == event.Content {
		return f, p.fail(at, name+" is what was said, which is searched without a field", alternative(name))
	}
	return f, nil
}

// words reads a bare word or a quoted phrase.
func (p *parser) words() (Node, error) {
	v, err := p.value("")
	if err != nil {
		return nil, err
	}
	beginning := strings.TrimSuffix(v.pattern, "*")
	prefix := beginning != v.pattern && endsInWord(literal(beginning)) && !strings.HasSuffix(beginning, `\`)
	if !v.quoted && len(split(beginning)) > 1 {
		return nil, p.fail(v.pos, "a * can only end a word", "leave out what follows it")
	}
	w := Words{Words: Tokens(literal(v.pattern)), Prefix: prefix}
	if len(w.Words) == 0 {
		return nil, p.fail(v.pos, "there is no word here to search for",
			"comparisons are written without spaces, as in tokens.output>5")
	}
	return w, p.count(1)
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && classify(r) != between
}
