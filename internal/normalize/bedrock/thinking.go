package bedrock

import (
	"slices"
	"strings"

	"seismo/internal/event"
)

// splitThoughts parts the reasoning that a model writes into its answer's text,
// in <tag>…</tag>, from the rest. An answer that was cut may lack the end.
func (x *exchange) splitThoughts(tag string) {
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

// splitOpening parts the reasoning with which DeepSeek, gpt-oss, Qwen and their
// like begin an answer's text, where Converse has not parted it already.
func (x *exchange) splitOpening() {
	for i, m := range x.out {
		at := slices.IndexFunc(m.Content, func(b event.Block) bool { return b.Type == event.BlockText })
		if at < 0 {
			continue
		}
		thoughts, said := splitThinking(m.Content[at].Text)
		if thoughts == "" && said == m.Content[at].Text {
			continue
		}
		var parts []event.Block
		if thoughts != "" {
			parts = append(parts, reasoning(thoughts))
		}
		if said != "" {
			parts = append(parts, text(said))
		}
		x.out[i].Content = slices.Replace(m.Content, at, at+1, parts...)
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
