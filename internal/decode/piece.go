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
	hash    hash.Hash // of everything, once kept does not hold everything
	trim    string
	pending []byte // bytes of trim that may turn out to be the end
}

// maxPending bounds what trim may hold back.
const maxPending = 64 << 10

func newPiece(trim string) *piece { return &piece{trim: trim} }

// whole is the piece of exactly these bytes.
func whole(raw []byte) *piece {
	h := &piece{}
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
	if h.hash == nil && h.size+int64(len(b)) > KeepBad {
		h.hash = sha256.New()
		h.hash.Write(h.kept)
	}
	if h.hash != nil {
		h.hash.Write(b)
	}
	h.size += int64(len(b))
	if room := KeepBad - len(h.kept); room > 0 {
		h.kept = append(h.kept, b[:min(room, len(b))]...)
	}
}

// join adds another piece on a line of its own: of a long one what was kept.
func (h *piece) join(other *piece) {
	h.add(other.kept)
	h.size += other.size - int64(len(other.kept))
	h.add([]byte(newline))
}

func (h *piece) digest() string {
	if h.hash != nil {
		return hex.EncodeToString(h.hash.Sum(nil))
	}
	sum := sha256.Sum256(h.kept)
	return hex.EncodeToString(sum[:])
}

func (h *piece) item(p place, reason string, why error) Item {
	return Item{Verdict: Bad, Raw: h.kept, Origin: p.origin, Reason: reason,
		Detail: why.Error(), SHA256: h.digest(), Size: h.size}
}
