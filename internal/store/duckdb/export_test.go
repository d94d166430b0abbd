package duckdb

// LookLater makes a search find out word by word only in the rows that it comes
// to, as it does for words that are everywhere.
func (s *Store) LookLater() { s.exact = 0 }
