package simulate

// generator makes the entries of one hour: everything that starts in it, to its
// end, even when that is some hours later.
type generator struct {
	random
	seed    uint64
	lex     *lexicon
	hour    int64 // start of the hour, Unix milliseconds
	end     int64 // of the month: nothing happens from then on
	entries []entry
	calls   int
	scratch []byte // one record under construction
	chunk   []byte // where finished records lie
	request []byte // bodies under construction
	answer  []byte
}

// What an entry is.
const (
	logEntry = iota
	trailEntry
	bodyEntry
)

// entry is one record, or one body, on its way to an object.
type entry struct {
	at    int64
	place int
	kind  int
	data  []byte
	key   string // of a body
}

// entry takes what happens within the month. What runs into the next one is
// left out, each piece of it alike.
func (g *generator) entry(e entry) {
	if e.at < g.end {
		g.entries = append(g.entries, e)
	}
}

// keep copies a finished record out of scratch.
func (g *generator) keep(b []byte) []byte {
	g.scratch = b
	if cap(g.chunk)-len(g.chunk) < len(b) {
		g.chunk = make([]byte, 0, max(256<<10, len(b)))
	}
	start := len(g.chunk)
	g.chunk = append(g.chunk, b...)
	return g.chunk[start:len(g.chunk):len(g.chunk)]
}

// lexicon is the parsed grammar.
type lexicon struct{ *grammar }

// say makes one text of a rule. An unknown rule is the empty text; a test holds
// that every rule that the package names is there.
func (g *generator) say(rule string) string {
	at, ok := g.lex.names[rule]
	if !ok {
		return ""
	}
	return string(g.lex.expand(nil, &g.random, at))
}

// prose makes texts of a rule, joined by sep, until there are n bytes.
func (g *generator) prose(rule, sep string, n int) string {
	at, ok := g.lex.names[rule]
	if !ok {
		return ""
	}
	b := make([]byte, 0, n+200)
	for len(b) < n {
		if len(b) > 0 {
			b = append(b, sep...)
		}
		b = g.lex.expand(b, &g.random, at)
	}
	return string(b)
}

// later returns a time from low to high seconds after at.
func (g *generator) later(at int64, low, high int) int64 {
	return at + int64(g.between(low*1000, high*1000))
}

// tokens estimates a text's tokens: four bytes each, at least one.
func tokens(bytes int) int { return bytes/4 + 1 }
