package bedrock

import (
	"slices"
	"strings"

	"seismo/internal/event"
)

// messages makes the event's messages and the texts that are read from them.
func (c *call) messages() {
	ev, x := &c.ev, &c.x
	x.liftSystem()
	x.nameResults()
	if tag := c.thinkingTag(); tag != "" {
		x.splitThoughts(tag)
	} else if x.converse && c.ev.Vendor != "anthropic" {
		x.splitOpening()
	}
	ev.System = strings.Join(x.system, "\n")
	ev.MessagesIn, ev.MessagesOut = x.in, x.out
	ev.Prompt = promptOf(x.in)
	ev.Completion, ev.Reasoning = answerOf(x.out)
	ev.ToolResults = newResults(x.in)
	ev.ImagesIn = collect(x.in, event.BlockImage)
	ev.Documents = collect(x.in, event.BlockDocument)
	ev.ImagesOut = x.imagesOut
	if len(ev.ImagesOut) == 0 {
		ev.ImagesOut = collect(x.out, event.BlockImage)
	}
	for b := range blocksOf(x.out) {
		if b.Tool != nil {
			ev.ToolCalls = append(ev.ToolCalls, *b.Tool)
		}
	}
}

// thinkingTag is what the body's family says; of Nova it is known by the model
// too, since Converse has no sign of it.
func (c *call) thinkingTag() string {
	if c.x.thinks == "" && c.ev.Family == "nova" {
		return novaThinks
	}
	return c.x.thinks
}

// liftSystem moves the text of system messages to the system text.
func (x *exchange) liftSystem() {
	x.in = slices.DeleteFunc(x.in, func(m event.Message) bool {
		if m.Role != event.RoleSystem && m.Role != "developer" {
			return false
		}
		if s := plain(m.Content); s != "" {
			x.system = append(x.system, s)
		}
		return true
	})
}

// nameResults gives tool results the name of the tool that the history called.
func (x *exchange) nameResults() {
	names := map[string]string{}
	for b := range blocksOf(x.in) {
		switch {
		case b.Tool != nil && b.Tool.ID != "":
			names[b.Tool.ID] = b.Tool.Name
		case b.Result != nil && b.Result.Name == "":
			b.Result.Name = names[b.Result.ID]
		}
	}
}

// blocksOf yields the blocks of all messages in order.
func blocksOf(messages []event.Message) func(yield func(event.Block) bool) {
	return func(yield func(event.Block) bool) {
		for _, m := range messages {
			for _, b := range m.Content {
				if !yield(b) {
					return
				}
			}
		}
	}
}

// plain is the text of blocks, a line each, without reasoning, documents and tools.
func plain(blocks []event.Block) string {
	var texts []string
	for _, b := range blocks {
		if b.Type == event.BlockText {
			texts = append(texts, b.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// promptOf is the text of the last user turn. A message that only brings tool
// results is the tools' turn, whatever its role.
func promptOf(in []event.Message) string {
	for _, m := range slices.Backward(in) {
		if m.Role == event.RoleUser && !onlyResults(m) {
			return plain(m.Content)
		}
	}
	return ""
}

func onlyResults(m event.Message) bool {
	results := false
	for _, b := range m.Content {
		switch {
		case b.Type == event.BlockText:
			return false
		case b.Type == event.BlockToolResult:
			results = true
		}
	}
	return results
}

// answerOf is the text and the reasoning of an answer. Neighbouring blocks of
// text are one text, which citations have cut; other blocks and alternatives
// part it into lines.
func answerOf(out []event.Message) (completion, thoughts string) {
	var said strings.Builder
	var thought []string
	for _, m := range out {
		joined := false
		for _, b := range m.Content {
			switch {
			case b.Type == event.BlockText:
				if !joined && said.Len() > 0 {
					said.WriteByte('\n')
				}
				said.WriteString(b.Text)
			case b.Type == event.BlockReasoning && b.Text != "":
				thought = append(thought, b.Text)
			}
			joined = b.Type == event.BlockText
		}
	}
	return said.String(), strings.Join(thought, "\n")
}

// newResults are the tool results since the last answer: those before it were
// in an earlier request already. An answer at the very end is one that the
// caller began for the model.
func newResults(in []event.Message) []event.ToolResult {
	start := len(in)
	for start > 0 && (in[start-1].Role != event.RoleAssistant || start == len(in)) {
		start--
	}
	var results []event.ToolResult
	for b := range blocksOf(in[start:]) {
		if b.Result != nil {
			results = append(results, *b.Result)
		}
	}
	return results
}

func collect(messages []event.Message, kind string) []event.Media {
	var found []event.Media
	for b := range blocksOf(messages) {
		if b.Type == kind && b.Media != nil {
			found = append(found, *b.Media)
		}
	}
	return found
}
