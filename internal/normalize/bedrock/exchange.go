package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// family reads the bodies of one vendor family. Each function looks at the
// shape of what it is given; it returns false, having touched nothing, when the
// shape is not its own. nil means that the family has no such body.
type family struct {
	name     string // "anthropic messages", for tests and coverage
	request  func(x *exchange, body jsondoc.Value) bool
	response func(x *exchange, body jsondoc.Value) bool
	stream   func(x *exchange, chunks []jsondoc.Value) bool // objects only, never empty
}

// exchange collects what the two bodies of one call say. Families write to it;
// finish in finish.go makes the event's fields from it.
type exchange struct {
	converse bool // the operation is Converse or ConverseStream

	api    string // chat, text, embeddings, image, video, audio, rerank
	model  string // the model that the body names, "" when it does not
	routed string // reference of the model that a prompt router chose
	stop   string // the vendor's own word; mapped to the vocabulary once, at the end
	params event.Params

	// Messages with the role system or developer may stand in `in`: finish
	// moves their text to system. Of several alternative answers each is one
	// message of `out`, in the order of their indexes.
	system  []string
	in, out []event.Message
	tools   []string
	thinks  string // the tag, such as "thinking", inside which this vendor reasons in the text of its answer

	usage   usage // as the vendor's body counts
	metrics usage // amazon-bedrock-invocationMetrics, read for all families by invocation in call.go
	latency event.Latency

	imagesOut  []event.Media
	embeddings []event.Embedding

	session  string // session or conversation id that the request carries
	native   nativeGuardrail
	assessed jsondoc.Value // Converse's trace.guardrail

	families []string // names of the families that read the bodies
}

// nativeGuardrail holds what InvokeModel bodies say of a guardrail; chunks may
// repeat it, the last one that is there wins. It is read for all families, by
// invocation in call.go.
type nativeGuardrail struct{ action, trace jsondoc.Value }

// usage are counts named in bodies; nil when not named. The envelope's counts
// win over them.
type usage struct {
	input, cacheRead, cacheWrite, cacheWrite1h, output, total *int64

	// whole is the input with the cache in it, where a vendor counts it so.
	whole *int64
}

// say adds a message to the request (in) or answer (out) side, leaving out
// messages without any block.
func say(side *[]event.Message, role string, blocks ...event.Block) {
	if len(blocks) > 0 {
		*side = append(*side, event.Message{Role: role, Content: blocks})
	}
}

func text(s string) event.Block      { return event.Block{Type: event.BlockText, Text: s} }
func reasoning(s string) event.Block { return event.Block{Type: event.BlockReasoning, Text: s} }
func other(v jsondoc.Value) event.Block {
	return event.Block{Type: event.BlockOther, Raw: v.Raw()}
}

// count reads a token count: a whole number from 0 to maxCount. Negative and
// oversized counts are unknown.
func count(v jsondoc.Value) *int64 {
	n, ok := v.Int()
	if !ok || n < 0 || n > maxCount {
		return nil
	}
	return &n
}

// maxCount is far above any context window; larger counts are not believed.
const maxCount = 1 << 40

// number reads a float, nil when it is not one.
func number(v jsondoc.Value) *float64 {
	f, ok := v.Float()
	if !ok {
		return nil
	}
	return &f
}

// set replaces *target when value is known: the last one that is there wins.
func set[T any](target **T, value *T) {
	if value != nil {
		*target = value
	}
}

// words reads a string or a list of strings.
func words(v jsondoc.Value) []string {
	if v.Kind() == jsondoc.String {
		return []string{v.Str()}
	}
	var out []string
	for item := range v.Items() {
		if item.Kind() == jsondoc.String {
			out = append(out, item.Str())
		}
	}
	return out
}

// inline describes base64 data, with or without a data: prefix, by its format
// and decoded size; the data itself goes no further.
func inline(format, data string) *event.Media {
	if head, rest, found := strings.Cut(data, ";base64,"); found && strings.HasPrefix(head, "data:") {
		data = rest
		if format == "" {
			_, format, _ = strings.Cut(head, "/")
		}
	}
	size := int64(len(strings.TrimRight(data, "="))) * 3 / 4
	return &event.Media{Format: format, Bytes: &size}
}
