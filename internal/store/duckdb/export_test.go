package duckdb

import "context"

// LookLater makes a search find out word by word only in the rows that it comes
// to, as it does for words that are everywhere.
func (s *Store) LookLater() { s.exact = 0 }

// Admit tells whether SQL may run, and does not run it. It does not prepare it
// either, so that what is admitted by mistake does no harm.
func (s *Store) Admit(ctx context.Context, text string) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return examine(ctx, conn, text)
}

// RewriteMark is what an erasure leaves until the file is written anew.
const RewriteMark = rewriteMark

// Read holds off checkpoints, as a long query does.
func (s *Store) Read() (done func()) {
	s.readers.RLock()
	return s.readers.RUnlock
}
