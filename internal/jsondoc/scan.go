package jsondoc

import (
	"encoding/binary"
	"math/bits"
)

func skipSpace(src []byte, at int) int {
	for at < len(src) {
		switch src[at] {
		case ' ', '\n', '\t', '\r':
			at++
		default:
			return at
		}
	}
	return at
}

// Masks for looking at eight bytes at once.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of w that end the plain part of a string: a quote, a
// backslash, a control character. Only the lowest mark is exact: a borrow may
// set marks above it.
func special(w uint64) uint64 {
	quote := w ^ ones*'"'
	slash := w ^ ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w) & highs
}

// scanString reads the string literal whose opening quote is at src[at] and
// returns the place behind its closing quote. Bytes that are not UTF-8 are let
// through; reading the text replaces them.
func scanString(src []byte, at int) (int, error) {
	at++
	for {
		for at+8 <= len(src) {
			if marks := special(binary.LittleEndian.Uint64(src[at:])); marks != 0 {
				at += bits.TrailingZeros64(marks) / 8
				break
			}
			at += 8
		}
		if at == len(src) {
			return 0, &Error{Offset: at, Want: "a closing quote", Err: ErrIncomplete}
		}
		switch c := src[at]; {
		case c == '"':
			return at + 1, nil
		case c == '\\' && at+1 < len(src) && isPlainEscape(src[at+1]):
			at += 2
		case c == '\\':
			next, err := scanEscape(src, at+1)
			if err != nil {
				return 0, err
			}
			at = next
		case c < 0x20:
			return 0, &Error{Offset: at, Want: "no control character", Err: ErrSyntax}
		default:
			at++
		}
	}
}

// isPlainEscape says whether c behind a backslash is the whole escape.
func isPlainEscape(c byte) bool {
	return c == 'n' || c == '"' || c == '\\' || c == '/' || c == 't' || c == 'r' || c == 'b' || c == 'f'
}

func scanEscape(src []byte, at int) (int, error) {
	if at == len(src) {
		return 0, &Error{Offset: at, Want: "an escape", Err: ErrIncomplete}
	}
	if src[at] == 'u' {
		for i := at + 1; i < at+5; i++ {
			if i == len(src) {
				return 0, &Error{Offset: i, Want: "a hex digit", Err: ErrIncomplete}
			}
			if !isHex(src[i]) {
				return 0, &Error{Offset: i, Want: "a hex digit", Err: ErrSyntax}
			}
		}
		return at + 5, nil
	}
	return 0, &Error{Offset: at, Want: "an escape", Err: ErrSyntax}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func scanLiteral(src []byte, at int, word string) (int, error) {
	for i := range len(word) {
		if at+i == len(src) {
			return 0, &Error{Offset: at + i, Want: word, Err: ErrIncomplete}
		}
		if src[at+i] != word[i] {
			return 0, &Error{Offset: at + i, Want: word, Err: ErrSyntax}
		}
	}
	return at + len(word), nil
}

// scanNumber reads a number by RFC 8259: no plus, no leading zeros, digits on
// both sides of a dot.
func scanNumber(src []byte, at int) (end int, err error) {
	start := at
	if src[at] == '-' {
		at++
	}
	if at < len(src) && src[at] == '0' {
		at++
	} else if at, err = scanDigits(src, at); err != nil {
		if src[start] != '-' {
			err = &Error{Offset: start, Want: "a value", Err: ErrSyntax}
		}
		return 0, err
	}
	if at < len(src) && src[at] == '.' {
		if at, err = scanDigits(src, at+1); err != nil {
			return 0, err
		}
	}
	if at == len(src) || src[at] != 'e' && src[at] != 'E' {
		return at, nil
	}
	at++
	if at < len(src) && (src[at] == '+' || src[at] == '-') {
		at++
	}
	return scanDigits(src, at)
}

func scanDigits(src []byte, at int) (int, error) {
	start := at
	for at < len(src) && '0' <= src[at] && src[at] <= '9' {
		at++
	}
	switch {
	case at > start:
		return at, nil
	case at == len(src):
		return 0, &Error{Offset: at, Want: "a digit", Err: ErrIncomplete}
	}
	return 0, &Error{Offset: at, Want: "a digit", Err: ErrSyntax}
}
