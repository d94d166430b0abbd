package store

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

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
