//go:build !linux && !darwin

package app

// ask knows nothing of this system, and finds that there is always room: a full
// disk is noticed when a batch cannot be written.
func ask(string) (Room, error) { return Room{}, nil }
