package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// hashers check log files beside each other. What waits for them is bounded by
// their number.
type hashers struct {
	validator *validator
	jobs      chan Log
	group     sync.WaitGroup
}

func newHashers(ctx context.Context, v *validator) *hashers {
	h := &hashers{validator: v, jobs: make(chan Log)}
	for range v.cfg.Workers {
		h.group.Go(func() {
			for log := range h.jobs {
				if ctx.Err() == nil {
					h.check(ctx, log)
				}
			}
		})
	}
	return h
}

func (h *hashers) hand(ctx context.Context, log Log) error {
	select {
	case h.jobs <- log:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hashers) wait() {
	close(h.jobs)
	h.group.Wait()
}

// check reads one log file and tells of it.
func (h *hashers) check(ctx context.Context, log Log) {
	state, reason := h.state(ctx, log)
	if ctx.Err() != nil {
		return
	}
	h.validator.tally.verdict(Verdict{Of: OfLog, State: state, Bucket: log.Bucket, Key: log.Key, Reason: reason})
}

func (h *hashers) state(ctx context.Context, log Log) (state, reason string) {
	if log.Algorithm != hashAlgorithm {
		return Unread, reasonAlgorithm
	}
	var hash string
	_, state, reason = h.validator.read(ctx, log.Bucket, log.Key, func(r io.Reader) (err error) {
		var size int64
		hash, size, err = hashOf(r)
		h.validator.tally.change(func(s *Summary) { s.Bytes += size })
		return err
	})
	if state == Valid && !strings.EqualFold(hash, log.Hash) {
		return Invalid, reasonHash
	}
	return state, reason
}

// maxLog is the longest log file, decompressed, that is read to its end.
// CloudTrail's own have some 50 MB; a longer one is not its work.
const maxLog = 16 << 30

// hashOf is the hex SHA-256 of what r holds, decompressed.
func hashOf(r io.Reader) (hash string, size int64, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return "", 0, err
	}
	sum := sha256.New()
	size, err = io.Copy(sum, io.LimitReader(z, maxLog))
	if err != nil {
		return "", size, err
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}
