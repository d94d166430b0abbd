package app

import "fmt"

// Room is how much room a file system has, in bytes.
type Room struct {
	Free  int64 `json:"free"` // for this user
	Total int64 `json:"total"`
}

// mostKept is how much room is left free at most.
const mostKept = 1 << 30

// Enough tells whether reading may go on: it stops while there is still room for
// the state, the audit log and a checkpoint, at a twentieth of the disk or a GiB,
// whichever is less.
func (r Room) Enough() bool { return r.Free >= r.kept() }

func (r Room) kept() int64 { return min(r.Total/20, mostKept) }

// Room asks how much room there is where the database lies.
func (a *App) Room() (Room, error) { return roomAt(a.cfg.DB) }

func roomAt(path string) (Room, error) {
	r, err := ask(path)
	if err != nil {
		return r, fmt.Errorf("ask for free space: %w", err)
	}
	return r, nil
}
