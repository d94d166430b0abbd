package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// answers gathers the alternatives that one call was given, each whole under
// its index, whether they came in one piece or as a stream's fragments.
type answers struct{ list []*answer }

// maxAnswers bounds what a body can make seismo hold: vendors allow at most
// some dozens of alternatives, and an index above it joins the last one.
const maxAnswers = 128

type answer struct {
	text, thoughts strings.Builder
	calls          []*toolParts
	extra          []event.Block // what is neither text, reasoning nor a tool call
	stop           string
}

// toolParts is one tool call, its arguments as far as they came.
type toolParts struct {
	id, name  string
	arguments strings.Builder
	whole     jsondoc.Value // arguments that came as JSON in place of text
}

// at is the alternative whose index v holds, the first when v holds none.
func (a *answers) at(v jsondoc.Value) *answer {
	index, _ := v.Int()
	return a.nth(int(max(0, min(index, maxAnswers-1))))
}

func (a *answers) nth(index int) *answer {
	index = min(index, maxAnswers-1)
	for len(a.list) <= index {
		a.list = append(a.list, &answer{})
	}
	return a.list[index]
}

// tell writes one assistant message per alternative and the first stop word.
func (a *answers) tell(x *exchange) {
	for _, one := range a.list {
		say(&x.out, event.RoleAssistant, one.blocks()...)
		if x.stop == "" {
			x.stop = one.stop
		}
	}
}

func (a *answer) end(word jsondoc.Value) {
	if s := word.Str(); s != "" {
		a.stop = s
	}
}

func (a *answer) blocks() []event.Block {
	thoughts, said := splitThinking(a.text.String())
	thoughts = a.thoughts.String() + thoughts
	var blocks []event.Block
	if thoughts != "" {
		blocks = append(blocks, reasoning(thoughts))
	}
	if said != "" {
		blocks = append(blocks, text(said))
	}
	blocks = append(blocks, a.extra...)
	for _, call := range a.calls {
		if call.id != "" || call.name != "" { // indexes may leave gaps
			blocks = append(blocks, event.Block{Type: event.BlockToolUse, Tool: call.tool()})
		}
	}
	return blocks
}

func (t *toolParts) tool() *event.ToolCall {
	call := &event.ToolCall{Name: t.name, ID: t.id}
	switch {
	case t.whole.Exists():
		call.Input = t.whole.Raw()
	case t.arguments.Len() > 0:
		if v, err := jsondoc.Parse([]byte(t.arguments.String())); err == nil {
			call.Input = v.Raw()
		}
	}
	return call
}

// splitThinking parts reasoning that a model wrote inline, in <think> or
// <reasoning> tags before its answer. A template may have opened the tag
// already, so that only its end is there; a cut answer may lack the end.
func splitThinking(s string) (thoughts, said string) {
	var gathered []string
	for {
		inner, rest, found := leadingThought(s)
		if !found {
			break
		}
		if inner = strings.TrimSpace(inner); inner != "" {
			gathered = append(gathered, inner)
		}
		s = strings.TrimLeft(rest, "\r\n")
	}
	return strings.Join(gathered, "\n"), s
}

func leadingThought(s string) (inner, rest string, found bool) {
	body := strings.TrimLeft(s, " \t\r\n")
	for _, tag := range [...]string{"think", "reasoning"} {
		if after, opened := strings.CutPrefix(body, "<"+tag+">"); opened {
			inner, rest, _ = strings.Cut(after, "</"+tag+">")
			return inner, rest, true
		}
	}
	before, after, closed := strings.Cut(body, "</think>")
	if closed && !strings.Contains(before, "<think>") && (after == "" || after[0] == '\n') {
		return before, after, true
	}
	return "", "", false
}
