package s3

import (
	"bytes"
	"context"
	"io"

	"seismo/internal/source"
)

// mark delivers nothing but a cursor, so that it is committed as rows are.
type mark struct {
	cursor source.Cursor
	settle func(error)
}

// markOf is called with the lock held.
func (s *Source) markOf(r *root) source.Delivery {
	return &mark{
		cursor: source.Cursor{Name: s.cursorName(r.name), Value: r.closed.text()},
		settle: func(err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			r.marking = false
			r.dirty = r.dirty || err != nil
			s.wake()
		},
	}
}

func (m *mark) Object() source.Object { return source.Object{Size: 0, Cursor: &m.cursor} }

func (m *mark) Open(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(nil)), nil
}

func (m *mark) Settle(_ context.Context, err error) error {
	m.settle(err)
	return nil
}
