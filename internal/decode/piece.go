package decode

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// piece gathers a bad piece whatever its size: its first bytes, its digest, its
// length. Bytes of trim at its very end do not count as part of it, so that the
// digest of a bad line is that of the line without its line ending.
type piece struct {
	kept    []byte
	size    int64
	hash    hash.Hash
	trim    string
	pending []byte // bytes of trim that may turn out to be the end
}

// maxPending bounds what trim may hold back.
const maxPending = 64 << 10

func newPiece(trim string) *piece { return &piece{hash: sha256.New(), trim: trim} }

func whole(raw []byte) *piece {
	h := newPiece("")
	h.write(raw)
	return h
}

func (h *piece) write(b []byte) {
	body := bytes.TrimRight(b, h.trim)
	if len(body) > 0 || len(h.pending)+len(b) > maxPending {
		h.add(h.pending)
		h.pending = h.pending[:0]
		h.add(body)
	}
	h.pending = append(h.pending, b[len(body):]...)
}

func (h *piece) add(b []byte) {
	h.size += int64(len(b))
	h.hash.Write(b)
	if room := KeepBad - len(h.kept); room > 0 {
		h.kept = append(h.kept, b[:min(room, len(b))]...)
	}
}

func (h *piece) digest() string { return hex.EncodeToString(h.hash.Sum(nil)) }
