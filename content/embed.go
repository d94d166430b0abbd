// Package content is what seismo knows as data: the model catalogue, the price
// book, the list of CloudTrail sources, and the templates of what it needs in an
// AWS account. Users can widen or override each of the first three.
//
// It never interprets the data.
package content

import "embed"

// FS holds the folders models, prices, trail, cloudformation, dashboards,
// terraform and snippets.
//
//go:embed models prices trail cloudformation dashboards terraform snippets
var FS embed.FS
