package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seismo/internal/event"
)

// Cursor is a place between two events in the order of Older; as text it is a
// Page's Next.
type Cursor struct {
	Time time.Time // zero when the event has none
	ID   string
}

// CursorAt is the place behind an event.
func CursorAt(e *event.Event) Cursor { return Cursor{e.Time, e.ID} }

// String writes the cursor for an address.
func (c Cursor) String() string {
	at := ""
	if !c.Time.IsZero() {
		at = fmt.Sprintf("%d.%09d", c.Time.Unix(), c.Time.Nanosecond())
	}
	return base64.RawURLEncoding.EncodeToString([]byte(at + " " + c.ID))
}

// ErrCursor says that a text is no Page's Next.
var ErrCursor = errors.New("this is not the beginning of a next page")

// ParseCursor reads what String wrote.
func ParseCursor(text string) (Cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Cursor{}, ErrCursor
	}
	at, id, ok := strings.Cut(string(raw), " ")
	if !ok || at == "" {
		if ok {
			return Cursor{ID: id}, nil
		}
		return Cursor{}, ErrCursor
	}
	seconds, nanos, _ := strings.Cut(at, ".")
	s, err1 := strconv.ParseInt(seconds, 10, 64)
	n, err2 := strconv.ParseInt(nanos, 10, 64)
	if err1 != nil || err2 != nil || n < 0 || n >= 1e9 {
		return Cursor{}, ErrCursor
	}
	return Cursor{time.Unix(s, n).UTC(), id}, nil
}
