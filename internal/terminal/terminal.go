// Package terminal is about what people see on a terminal: how wide it is, text
// that cannot move its cursor, and tables that fit.
//
// It never changes what goes into a pipe or a file: there, nothing is cut for want
// of room.
package terminal

import (
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// On reports whether what is written is seen on a terminal. One that does not tell
// its width is a terminal too.
func On(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// Width is how many columns the terminal has; 0 where there is none, or one that
// does not tell.
func Width(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok || !On(w) {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// Plain makes text safe for a terminal: control characters and those that turn the
// direction of writing become visible, so that a log cannot move the cursor. A line
// break and a tab become a space.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case Moves(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// Moves reports whether a character can move the cursor or turn the direction of
// writing.
func Moves(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
