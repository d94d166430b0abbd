// Package docs holds the pages that `seismo docs` prints. It is text only.
package docs

import "embed"

// FS holds the pages that users read: guide/ and reference/.
//
//go:embed guide/*.md reference/*.md
var FS embed.FS
