package store

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"seismo/internal/decode"
)

// QuarantineID names a bad item by what and where it is, so that reading the
// object again adds nothing.
func QuarantineID(item *decode.Item) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s", item.Reason, item.SHA256, originOrder(item.Origin))
	code := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16])
	return strings.ToLower(code)
}

// Quarantine is a bad item as it is kept, read at a time.
func Quarantine(item *decode.Item, at time.Time) Quarantined {
	return Quarantined{ID: QuarantineID(item), Time: at, Reason: item.Reason, Detail: item.Detail,
		Origin: item.Origin, SHA256: item.SHA256, Size: item.Size, Bytes: item.Raw}
}
