package simulate

import (
	_ "embed" // the grammar is data
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed grammar.txt
var grammarText string

// grammar makes the month's texts. It is context-free: a rule has alternatives,
// an alternative is text with references to rules. grammar.txt says how it is
// written down.
type grammar struct {
	rules []rule
	names map[string]int
}

type rule struct{ alternatives [][]piece }

// piece is literal text, a reference, or a number or code made on the spot.
type piece struct {
	literal   string
	kind      byte // 'l' literal, 'r' rule, 'n' number, or the code's letter
	capital   bool
	rule      int
	low, high int
}

// parseGrammar reads the notation of grammar.txt. Errors name the rule.
func parseGrammar(text string) (*grammar, error) {
	g := &grammar{names: map[string]int{}}
	type source struct{ lines []string }
	var sources []source
	current := -1
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		name, rest, short := strings.Cut(line, " = ")
		head, long := strings.CutSuffix(line, ":")
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case short && plainName(name):
			g.names[name] = len(sources)
			sources = append(sources, source{strings.Split(rest, " | ")})
			current = -1
		case long && plainName(head):
			g.names[head] = len(sources)
			current = len(sources)
			sources = append(sources, source{})
		case current < 0:
			return nil, fmt.Errorf("grammar: line outside a rule: %q", line)
		default:
			sources[current].lines = append(sources[current].lines, strings.ReplaceAll(line, `\n`, "\n"))
		}
	}
	for i, s := range sources {
		g.rules = append(g.rules, rule{})
		for _, line := range s.lines {
			pieces, err := g.parseLine(line)
			if err != nil {
				return nil, err
			}
			g.rules[i].alternatives = append(g.rules[i].alternatives, pieces)
		}
	}
	return g, nil
}

func plainName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r != '_' && !unicode.IsLower(r) }) < 0
}

func (g *grammar) parseLine(line string) ([]piece, error) {
	var out []piece
	for line != "" {
		text, rest, found := strings.Cut(line, "{{")
		if text != "" {
			out = append(out, piece{kind: 'l', literal: text})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("grammar: reference without end in %q", line)
		}
		p, err := g.parseReference(name)
		if err != nil {
			return nil, err
		}
		out, line = append(out, p), after
	}
	return out, nil
}

func (g *grammar) parseReference(name string) (piece, error) {
	if low, high, ok := strings.Cut(name, "-"); ok {
		l, err1 := strconv.Atoi(low)
		h, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil || h < l {
			return piece{}, fmt.Errorf("grammar: bad range %q", name)
		}
		return piece{kind: 'n', low: l, high: h}, nil
	}
	if len(name) == 2 && (name[0] == 'x' || name[0] == 'A') {
		return piece{kind: name[0], low: int(name[1] - '0')}, nil
	}
	bare, capital := strings.CutPrefix(name, "^")
	at, ok := g.names[bare]
	if !ok {
		return piece{}, fmt.Errorf("grammar: no rule %q", bare)
	}
	return piece{kind: 'r', rule: at, capital: capital}, nil
}

// expand appends one text of the rule.
func (g *grammar) expand(b []byte, r *random, rule int) []byte {
	for _, p := range pick(r, g.rules[rule].alternatives) {
		switch p.kind {
		case 'l':
			b = append(b, p.literal...)
		case 'n':
			b = strconv.AppendInt(b, int64(r.between(p.low, p.high)), 10)
		case 'x':
			b = r.characters(b, p.low, hexDigits)
		case 'A':
			b = r.characters(b, p.low, upperDigits[:26])
		default:
			start := len(b)
			b = g.expand(b, r, p.rule)
			if p.capital && start < len(b) && b[start] < utf8.RuneSelf {
				b[start] = byte(unicode.ToUpper(rune(b[start])))
			}
		}
	}
	return b
}
