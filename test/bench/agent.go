package main

import "fmt"

// agent writes coding agents' sessions: every request sends the whole
// conversation again, a tool call and its result longer, with the cache mark
// moved on to the last message.
type agent struct {
	*writer
	number  *int64 // of the next record in the corpus
	head    []byte // request up to the messages
	history [][]byte
	person  int
	cached  int
}

const tools = `"tools":[{"name":"Bash","description":"Runs a command in the repository.","input_schema":{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}},` +
	`{"name":"Read","description":"Reads a file, or some lines of it.","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"offset":{"type":"integer"}},"required":["file_path"]}},` +
	`{"name":"Edit","description":"Replaces one passage of a file by another.","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"old_string":{"type":"string"},"new_string":{"type":"string"}},"required":["file_path"]}}],`

// session begins a conversation.
func (w *writer) session(number *int64) *agent {
	a := &agent{writer: w, number: number, person: w.IntN(300)}
	a.head = append(a.head, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":32000,"system":[{"type":"text","text":`...)
	a.head = append(quoted(a.head, w.prose(3000)), `,"cache_control":{"type":"ephemeral"}}],`...)
	a.head = fmt.Appendf(append(a.head, tools...), `"metadata":{"user_id":"user_%016x_account__session_%016x"},"messages":[`, w.Uint64(), w.Uint64())
	a.history = [][]byte{append(quoted([]byte(`{"role":"user","content":[{"type":"text","text":`), w.prose(400)), `}]}`...)}
	return a
}

// call appends the record of one turn, and continues the conversation.
func (a *agent) call(b []byte) []byte {
	e := envelope{number: *a.number, person: a.person, operation: "InvokeModelWithResponseStream", model: "global.anthropic.claude-sonnet-4-6"}
	*a.number++
	b = append(a.writer.head(b, e), a.head...)
	size := len(a.head)
	for i, m := range a.history {
		size += len(m)
		if i > 0 {
			b = append(b, ',')
		}
		if i < len(a.history)-1 {
			b = append(b, m...)
			continue
		}
		b = append(b, m[:len(m)-len(`}]}`)]...)
		b = append(b, `,"cache_control":{"type":"ephemeral"}}]}`...)
	}
	written := size/4 - a.cached
	b = append(middle(append(b, `]}`...), 5), '[')
	b = fmt.Appendf(b, `{"type":"message_start","message":{"id":"msg_bdrk_%016x","type":"message","role":"assistant","model":"claude-sonnet-4-6","content":[],`+
		`"usage":{"input_tokens":5,"cache_creation_input_tokens":%d,"cache_read_input_tokens":%d,"output_tokens":1}}}`, a.Uint64(), written, a.cached)
	a.cached = size / 4
	return tail(append(a.answer(b), ']'), 300)
}

// answer appends the chunks of an answer that calls a tool, and adds them and
// the tool's result to the conversation.
func (a *agent) answer(b []byte) []byte {
	text := string(a.prose(80 + a.IntN(300)))
	b = append(b, `,{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}},{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`...)
	b = append(quoted(b, []byte(text)), `}},{"type":"content_block_stop","index":0}`...)
	id, path := fmt.Sprintf("toolu_bdrk_%016x", a.Uint64()), a.word()+"/"+a.word()+".go"
	input := quoted([]byte(`{"file_path":`), []byte(path))
	input = append(input, '}')
	b = fmt.Appendf(b, `,{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"%s","name":"Read","input":{}}},`+
		`{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":`, id)
	b = append(quoted(b, input), `}},{"type":"content_block_stop","index":1}`...)
	b = append(b, `,{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":300}},{"type":"message_stop"}`...)

	said := quoted([]byte(`{"role":"assistant","content":[{"type":"text","text":`), []byte(text))
	said = fmt.Appendf(said, `},{"type":"tool_use","id":"%s","name":"Read","input":%s}]}`, id, input)
	result := fmt.Appendf(nil, `{"role":"user","content":[{"type":"tool_result","tool_use_id":"%s","content":`, id)
	result = append(quoted(result, a.code(500+a.IntN(5000))), `}]}`...)
	a.history = append(a.history, said, result)
	return b
}
