// Package content is what seismo knows as data: the model catalogue, the price
// book and the list of CloudTrail sources. Users can widen or override each.
//
// It never interprets the data.
package content

import "embed"

// FS holds the folders models, prices and trail.
//
//go:embed models prices trail
var FS embed.FS
