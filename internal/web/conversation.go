package web

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
)

// turns is what was said, split where a reader wants it: what the caller resent
// of the conversation so far, and what this call is about.
type turns struct {
	System  *passage
	Earlier []turn // history that came with the request
	Now     []turn // the last turn of the request, then the answer
}

// turn is one message.
type turn struct {
	Role   string
	Answer bool // the model said it in this call
	Blocks []block
}

// block is one piece of a message; Kind chooses how the page shows it.
type block struct {
	Kind  string  // text, reasoning, tool_use, tool_result, media, other
	Label string  // tool name, kind of media
	ID    string  // of a tool call
	Facts string  // size, format, address
	Fail  bool    // a tool result that is an error
	Guard bool    // inside guardContent
	Text  passage // what was said
}

func readTurns(e *event.Event, room *budget) turns {
	var t turns
	split := lastRequest(e.MessagesIn)
	// The newest text is read first, so that a huge history cannot crowd it out
	// of the page.
	for _, m := range e.MessagesIn[split:] {
		t.Now = append(t.Now, readTurn(m, false, room))
	}
	for _, m := range answers(e) {
		t.Now = append(t.Now, readTurn(m, true, room))
	}
	if e.System != "" {
		p := room.passage(e.System)
		t.System = &p
	}
	for _, m := range e.MessagesIn[:split] {
		t.Earlier = append(t.Earlier, readTurn(m, false, room))
	}
	return t
}

// lastRequest is where the last turn of the request begins: after the last
// answer of the model in the history.
func lastRequest(messages []event.Message) int {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == event.RoleAssistant {
			return min(i+1, len(messages)-1)
		}
	}
	return max(len(messages)-1, 0)
}

// answers are the messages of the answer, or its plain text where a vendor's
// body has no messages.
func answers(e *event.Event) []event.Message {
	if len(e.MessagesOut) > 0 || e.Completion == "" {
		return e.MessagesOut
	}
	return []event.Message{{Role: event.RoleAssistant,
		Content: []event.Block{{Type: event.BlockText, Text: e.Completion}}}}
}

func readTurn(m event.Message, answer bool, room *budget) turn {
	t := turn{Role: m.Role, Answer: answer}
	for _, b := range m.Content {
		t.Blocks = append(t.Blocks, readBlock(b, room))
	}
	return t
}

func readBlock(b event.Block, room *budget) block {
	out := block{Kind: b.Type, Label: b.Type, Guard: b.Guard}
	switch {
	case b.Tool != nil:
		out.Kind, out.Label, out.ID = event.BlockToolUse, firstOf(b.Tool.Name, "unnamed tool"), b.Tool.ID
		out.Text = room.raw(b.Tool.Input)
		if len(b.Tool.Input) == 0 {
			out.Facts = "no input was logged"
		}
	case b.Result != nil:
		out.Kind, out.Label, out.ID = event.BlockToolResult, firstOf(b.Result.Name, "tool result"), b.Result.ID
		out.Fail = b.Result.Status == "error"
		out.Facts = b.Result.Status
		out.Text = room.passage(b.Result.Text)
		if b.Result.Text == "" {
			out.Text = room.raw(b.Result.JSON)
		}
	case b.Media != nil:
		out.Kind, out.Facts = "media", mediaFacts(*b.Media)
	case b.Type == event.BlockText || b.Type == event.BlockReasoning:
		out.Text = room.passage(b.Text)
	default:
		out.Kind = event.BlockOther
		out.Text = room.passage(b.Text)
		if b.Text == "" {
			out.Text = room.raw(b.Raw)
		}
	}
	return out
}

// mediaFacts says what is known of a picture or document, which is never shown.
func mediaFacts(m event.Media) string {
	facts := ""
	add := func(text string) {
		if text != "" && facts != "" {
			facts += ", "
		}
		facts += text
	}
	add(m.Name)
	add(m.Format)
	if m.Bytes != nil {
		add(size(*m.Bytes))
	}
	add(m.URI)
	return firstOf(facts, "nothing else was logged")
}

// raw is a passage of JSON, indented where it is JSON and not too large.
func (b *budget) raw(text []byte) passage {
	if len(text) <= pageText/4 {
		value := jsontext.Value(bytes.Clone(text))
		err := value.Indent(jsontext.WithIndent("  "), lenient)
		if err == nil && len(value) <= 4*len(text)+1024 {
			text = value
		}
	}
	return b.passage(string(text))
}

// countOf writes "1 earlier message" or "12 earlier messages".
func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
