package main

import (
	"math"
	"math/rand/v2"
	"strings"
)

// lexicon makes text that reads like prose or code to a compressor: words that
// are used as often as the words of a language are, and no sentence twice.
type lexicon struct {
	words []string
	rank  []float64 // chance that a word is one of the first i
}

const syllables = "ba be bi bo bra cal can cor da del den dis dor el en er fa fen fi for gal gen gra hal her in is ja ka ken kor la lan le lin lo ma men mi mor na nel no nor on or pa pel per pra ra ren ri ro sa sel si sol sta ta tel ten ti tor tra ul un va vel vi vor wen za"

// Sizes of the lexicon. With these, and the marks and names around the words,
// records compress three to one.
const (
	lexiconSize = 20_000
	zipf        = 0.92
)

func newLexicon(seed uint64) *lexicon {
	random := rand.New(rand.NewPCG(seed, 0x1e81c0))
	parts := strings.Fields(syllables)
	l := &lexicon{words: make([]string, 0, lexiconSize), rank: make([]float64, lexiconSize)}
	seen := make(map[string]bool, lexiconSize)
	for len(l.words) < lexiconSize {
		var word string
		for range 1 + random.IntN(2) + len(l.words)*2/lexiconSize {
			word += parts[random.IntN(len(parts))]
		}
		if len(l.words) > 200 && len(word) < 4 || seen[word] {
			word += parts[random.IntN(len(parts))]
		}
		if seen[word] {
			continue
		}
		seen[word] = true
		l.words = append(l.words, word)
	}
	sum := 0.0
	for i := range l.rank {
		sum += 1 / math.Pow(float64(i+1), zipf)
		l.rank[i] = sum
	}
	for i := range l.rank {
		l.rank[i] /= sum
	}
	return l
}

// writer makes the text and the records of one object. Two writers of the same
// seed and number write the same.
type writer struct {
	*rand.Rand
	lex  *lexicon
	text []byte // reused
}

func newWriter(lex *lexicon, seed, number uint64) *writer {
	return &writer{Rand: rand.New(rand.NewPCG(seed, number)), lex: lex}
}

func (w *writer) word() string {
	at, lo, hi := w.Float64(), 0, len(w.lex.rank)-1
	for lo < hi {
		if mid := (lo + hi) / 2; w.lex.rank[mid] < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return w.lex.words[lo]
}

// prose is about size bytes of sentences, valid until the next call.
func (w *writer) prose(size int) []byte {
	b := w.text[:0]
	for len(b) < size {
		for n := 6 + w.IntN(14); n > 0; n-- {
			b = append(append(b, w.word()...), ' ')
		}
		b[len(b)-1] = '.'
		switch w.IntN(12) {
		case 0:
			b = append(b, "\n\n"...)
		case 1:
			b = append(append(append(b, ` "`...), w.word()...), "\" – "...)
		default:
			b = append(b, ' ')
		}
	}
	w.text = b
	return b
}

// code is about size bytes of lines as of a program, valid until the next call.
func (w *writer) code(size int) []byte {
	b := w.text[:0]
	for len(b) < size {
		for range w.IntN(4) {
			b = append(b, '\t')
		}
		b = append(append(b, w.word()...), ' ')
		switch w.IntN(4) {
		case 0:
			b = append(append(append(b, `:= "`...), w.word()...), '"')
		case 1:
			b = append(append(append(append(append(b, "= "...), w.word()...), '('), w.word()...), ')')
		case 2:
			b = append(append(b, "// "...), w.word()...)
		default:
			b = append(append(append(b, "!= nil { return "...), w.word()...), " }"...)
		}
		b = append(b, '\n')
	}
	w.text = b
	return b
}

// said is text of either kind.
func (w *writer) said(size int) []byte {
	if w.IntN(4) == 0 {
		return w.code(size)
	}
	return w.prose(size)
}
