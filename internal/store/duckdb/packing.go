package duckdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"seismo/internal/query"
	"seismo/internal/seal"
	"seismo/internal/store"
)

func (b *block) seal(keys *seal.Keyring) error {
	plain := binary.AppendUvarint([]byte{blockVersion}, uint64(len(b.parts)))
	for _, p := range b.parts {
		plain = append(plain, byte(p.Kind))
		plain = binary.AppendUvarint(plain, uint64(len(p.Bytes)))
	}
	for _, p := range b.parts {
		plain = append(plain, p.Bytes...)
	}
	packer, err := zstdWriter()
	if err != nil {
		return err
	}
	packed := packer.EncodeAll(plain, nil)
	b.sealed = b.key.Seal(nil, packed, blockPlace(b.id))
	b.filter = keys.Filter(func(yield func(string) bool) {
		for _, p := range b.parts {
			for _, token := range query.Tokens(p.Text()) {
				if !yield(token) {
					return
				}
			}
		}
	})
	return nil
}

// blockPlace ties sealed bytes to their row.
func blockPlace(id uint64) []byte { return fmt.Appendf(nil, "block %d", id) }

var zstdWriter = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithEncoderConcurrency(workers), zstd.WithWindowSize(1<<20))
})

var zstdReader = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(workers), zstd.WithDecoderMaxMemory(1<<30))
})

var errBlock = errors.New("damaged block")

// openBlock opens what seal sealed. The parts share one buffer.
func openBlock(ctx context.Context, keys *seal.Keyring, id uint64, owner string, sealed []byte) ([]store.Part, error) {
	key, err := keys.Owner(ctx, owner)
	if err != nil {
		return nil, err
	}
	packed, err := key.Open(nil, sealed, blockPlace(id))
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", id, err)
	}
	reader, err := zstdReader()
	if err != nil {
		return nil, err
	}
	plain, err := reader.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("block %d: %w: %w", id, errBlock, err)
	}
	parts, ok := parseBlock(plain)
	if !ok {
		return nil, fmt.Errorf("block %d: %w", id, errBlock)
	}
	return parts, nil
}

func parseBlock(plain []byte) ([]store.Part, bool) {
	if len(plain) == 0 || plain[0] != blockVersion {
		return nil, false
	}
	count, n := binary.Uvarint(plain[1:])
	if n <= 0 || count > maxParts {
		return nil, false
	}
	rest := plain[1+n:]
	parts := make([]store.Part, count)
	sizes := make([]uint64, count)
	for i := range parts {
		if len(rest) == 0 {
			return nil, false
		}
		parts[i].Kind = store.PartKind(rest[0])
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 {
			return nil, false
		}
		sizes[i] = size
		rest = rest[1+n:]
	}
	for i, size := range sizes {
		if size > uint64(len(rest)) {
			return nil, false
		}
		parts[i].Bytes = rest[:size:size]
		rest = rest[size:]
	}
	return parts, len(rest) == 0
}
