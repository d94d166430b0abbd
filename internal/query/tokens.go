package query

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxToken is the longest word in characters. A longer run is cut into words of
// this length, so that nothing of it is lost.
const maxToken = 64

// Tokens cuts text into words, folded, in their order: a word is a run of
// letters, digits, marks and _. Scripts written without spaces (Chinese,
// Japanese, Korean, Thai, Lao, Khmer, Burmese) give a word for every character.
// Runs longer than 64 characters give several words. It is what indexes and
// Words agree on.
func Tokens(text string) []string { return slices.Collect(words(Fold(text))) }

// words yields the words of folded text.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, runes := 0, 0
		for i, r := range text {
			kind := classify(r)
			if kind == inWord && runes < maxToken {
				runes++
				continue
			}
			if runes > 0 && !yield(text[start:i]) {
				return
			}
			start, runes = i, 0
			switch kind {
			case inWord:
				runes = 1
			case alone:
				if !yield(text[i : i+utf8.RuneLen(r)]) {
					return
				}
			}
			if kind != inWord {
				start = i + utf8.RuneLen(r)
			}
		}
		if runes > 0 {
			yield(text[start:])
		}
	}
}

type class uint8

const (
	between class = iota
	inWord
	alone
)

func classify(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return inWord
		}
		return between
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return alone
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return inWord
	}
	return between
}

// Within tells whether the words stand in text. No words stand in every text.
func (w Words) Within(text string) bool {
	if len(w.Words) == 0 {
		return true
	}
	text = Fold(text)
	if !strings.Contains(text, w.Words[0]) {
		return false
	}
	recent := make([]string, 0, len(w.Words)+1)
	for word := range words(text) {
		recent = append(recent, word)
		if len(recent) > len(w.Words) {
			recent = slices.Delete(recent, 0, 1)
		}
		if w.ends(recent) {
			return true
		}
	}
	return false
}

// ends tells whether recent is the sequence of words.
func (w Words) ends(recent []string) bool {
	if len(recent) < len(w.Words) {
		return false
	}
	last := len(w.Words) - 1
	for i, word := range w.Words[:last] {
		if recent[i] != word {
			return false
		}
	}
	if w.Prefix {
		return strings.HasPrefix(recent[last], w.Words[last])
	}
	return recent[last] == w.Words[last]
}
