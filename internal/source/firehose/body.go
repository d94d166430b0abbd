package firehose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// chunk is how much of a request is read at once.
const chunk = 64 << 10

// Why a request's body is not taken.
var (
	errFull   = errors.New("too much is waiting to be stored")
	errLarge  = errors.New("the request is larger than max_request")
	errCoding = errors.New("the Content-Encoding is not gzip")
	errBody   = errors.New("the body cannot be read")
)

// room bounds the bytes of all requests that wait, so that Firehose holds back
// what the store cannot take yet.
type room struct {
	mu   sync.Mutex
	left int64
}

func (r *room) take(n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > r.left {
		return false
	}
	r.left -= n
	return true
}

func (r *room) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left += n
}

// body is a request's expanded bytes in pieces, which were taken from a room.
type body struct {
	room   *room
	pieces [][]byte
	size   int64
	once   sync.Once
}

// free gives the room back. The bytes stay readable for who has them open.
func (b *body) free() { b.once.Do(func() { b.room.give(int64(len(b.pieces)) * chunk) }) }

func (b *body) reader() io.Reader {
	readers := make([]io.Reader, len(b.pieces))
	for i, p := range b.pieces {
		readers[i] = bytes.NewReader(p)
	}
	return io.MultiReader(readers...)
}

// readBody reads and expands a request's body, at most so many bytes of it. What
// it took from the room is given back when it fails.
func readBody(r *http.Request, room *room, most int64) (*body, error) {
	if r.ContentLength > most {
		return nil, errLarge
	}
	in, err := expand(r)
	if err != nil {
		return nil, err
	}
	b := &body{room: room}
	for {
		if !room.take(chunk) {
			b.free()
			return nil, errFull
		}
		piece := make([]byte, chunk)
		n, err := fill(in, piece)
		b.pieces = append(b.pieces, piece[:n])
		b.size += int64(n)
		switch {
		case b.size > most:
			b.free()
			return nil, errLarge
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			b.free()
			return nil, fmt.Errorf("%w: %w", errBody, err)
		}
	}
}

// fill is io.ReadFull, except that it leaves the reader's error as it is: a
// stream that was cut must not look like one that ends.
func fill(in io.Reader, piece []byte) (n int, err error) {
	for n < len(piece) && err == nil {
		var read int
		read, err = in.Read(piece[n:])
		n += read
	}
	return n, err
}

func expand(r *http.Request) (io.Reader, error) {
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
		return r.Body, nil
	case "gzip":
		in, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBody, err)
		}
		return in, nil
	}
	return nil, errCoding
}
