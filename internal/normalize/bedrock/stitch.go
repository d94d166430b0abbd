package bedrock

import (
	"slices"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// stitch makes one message of a stream's pieces, each content block gathered
// under its index.
type stitch struct {
	parts map[int64]*part
	last  *part
}

// part is one content block as far as it came.
type part struct {
	index          int64
	text, thoughts strings.Builder
	hidden         bool // redacted reasoning
	tool           *toolParts
	extra          []event.Block
}

// at is the block with the index that v holds; a piece without an index goes
// on with the block before it.
func (s *stitch) at(v jsondoc.Value) *part {
	index, ok := v.Int()
	if s.last != nil && (!ok || s.last.index == index) {
		return s.last
	}
	if s.parts == nil {
		s.parts = map[int64]*part{}
	}
	p := s.parts[index]
	if p == nil {
		p = &part{index: index}
		s.parts[index] = p
	}
	s.last = p
	return p
}

// blocks are the gathered blocks in the order of their indexes. Text that
// follows text is one block: Nova starts a new index with every few words.
func (s *stitch) blocks() []event.Block {
	parts := make([]*part, 0, len(s.parts))
	for _, p := range s.parts {
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b *part) int { return int(min(1, max(-1, a.index-b.index))) })
	var blocks []event.Block
	var run strings.Builder
	flush := func() {
		if run.Len() > 0 {
			blocks = append(blocks, text(run.String()))
			run.Reset()
		}
	}
	for _, p := range parts {
		if !p.plain() {
			flush()
		}
		blocks = append(blocks, p.before()...)
		run.WriteString(p.text.String())
		if after := p.after(); len(after) > 0 {
			flush()
			blocks = append(blocks, after...)
		}
	}
	flush()
	return blocks
}

// plain reports whether the block is text and nothing else.
func (p *part) plain() bool {
	return p.thoughts.Len() == 0 && !p.hidden && p.tool == nil && len(p.extra) == 0
}

func (p *part) before() []event.Block {
	if p.thoughts.Len() > 0 || p.hidden {
		return []event.Block{reasoning(p.thoughts.String())}
	}
	return nil
}

func (p *part) after() []event.Block {
	blocks := p.extra
	if p.tool != nil {
		blocks = append(blocks, event.Block{Type: event.BlockToolUse, Tool: p.tool.tool()})
	}
	return blocks
}

// toolOf is the block's tool call, begun if this is its first piece.
func (p *part) toolOf() *toolParts {
	if p.tool == nil {
		p.tool = &toolParts{}
	}
	return p.tool
}
