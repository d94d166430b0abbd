package store

// Stats says what a store holds.
type Stats struct {
	Calls       int64 `json:"calls"`
	Trail       int64 `json:"trail"`
	Quarantined int64 `json:"quarantined"`
	Objects     int64 `json:"objects"` // entries of the ledger
	Blocks      int64 `json:"blocks"`
	Parts       int64 `json:"parts"`    // messages and the like, each stored once
	Received    int64 `json:"received"` // bytes of the records of which text is kept
	Kept        int64 `json:"kept"`     // bytes of what is stored of them, before compression
	Sealed      int64 `json:"sealed"`   // the same, compressed and sealed
	File        int64 `json:"file"`     // size of the store's file
}

// Saving is how many times smaller the text is for storing each message once,
// before compression; 0 when nothing is stored.
func (s Stats) Saving() float64 {
	if s.Kept == 0 {
		return 0
	}
	return float64(s.Received) / float64(s.Kept)
}
