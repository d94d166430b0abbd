package bedrock

import (
	"strings"

	"seismo/internal/event"
)

// splitThoughts parts the reasoning that a model writes into its answer's text,
// in <tag>…</tag>, from the rest. An answer that was cut may lack the end.
func (x *exchange) splitThoughts(tag string) {
	if tag == "" {
		return
	}
	opening := "<" + tag + ">"
	for i, m := range x.out {
		var blocks []event.Block
		for _, b := range m.Content {
			if b.Type == event.BlockText && strings.Contains(b.Text, opening) {
				blocks = append(blocks, thoughtsIn(b.Text, opening, "</"+tag+">")...)
				continue
			}
			blocks = append(blocks, b)
		}
		x.out[i].Content = blocks
	}
}

func thoughtsIn(s, opening, closing string) []event.Block {
	var blocks []event.Block
	for s != "" {
		before, rest, found := strings.Cut(s, opening)
		if strings.TrimSpace(before) != "" {
			blocks = append(blocks, text(before))
		}
		if !found {
			break
		}
		thought, after, _ := strings.Cut(rest, closing)
		if thought = strings.TrimSpace(thought); thought != "" {
			blocks = append(blocks, reasoning(thought))
		}
		s = strings.TrimLeft(after, " \r\n")
	}
	return blocks
}
