package simulate

// codingTools is what a coding agent offers in every request.
const codingTools = `,"tools":[{"name":"Bash","description":"Executes a shell command in the repository and returns its output.","input_schema":{"type":"object","properties":{"command":{"type":"string"},"description":{"type":"string"}},"required":["command"]}},` +
	`{"name":"Read","description":"Reads a file, or the named lines of it.","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"offset":{"type":"integer"},"limit":{"type":"integer"}},"required":["file_path"]}},` +
	`{"name":"Edit","description":"Replaces one passage of a file by another.","input_schema":{"type":"object","properties":{"file_path":{"type":"string"},"old_string":{"type":"string"},"new_string":{"type":"string"}},"required":["file_path","old_string","new_string"]}},` +
	`{"name":"Grep","description":"Searches the repository with a regular expression.","input_schema":{"type":"object","properties":{"pattern":{"type":"string"},"path":{"type":"string"}},"required":["pattern"]}}]`

const codingSystem = `You are a coding agent that works in a terminal on behalf of one developer. Read before you change, keep changes small, run the tests that belong to what you touched, and say plainly what you did not do. Answer in few words.`

// thread is a conversation with a coding agent. Every request repeats all of it.
type thread struct {
	who      *actor
	region   string
	geo      string
	model    string
	head     []byte   // request up to the messages
	messages [][]byte // each ends in }]}
	size     int
	cached   int // tokens of the prefix that the cache holds
	prefix   int // tokens of definitions that are not written here: real agents offer far more tools
	at       int64
	lost     bool
	gone     bool
}

// newThread opens a session; the session id stands in metadata.user_id.
func (g *generator) newThread(who *actor, region, geo, model string, at int64) *thread {
	t := &thread{who: who, region: region, geo: geo, model: model, at: at, prefix: g.between(28_000, 40_000)}
	b := append([]byte(nil), `{"anthropic_version":"bedrock-2023-05-31","max_tokens":32000,"system":[{"type":"text","text":`...)
	b = quote(b, codingSystem)
	b = append(b, `},{"type":"text","text":`...)
	b = quote(b, "Repository: tarn, branch "+g.say("area")+"-"+g.text(4, hexDigits)+". Platform: linux. Open files: "+g.say("source_file")+".")
	b = append(b, `,"cache_control":{"type":"ephemeral"}}]`...)
	b = append(b, codingTools...)
	b = append(b, `,"thinking":{"type":"enabled","budget_tokens":8000},"metadata":{"user_id":"user_`...)
	b = g.characters(b, 64, hexDigits)
	b = append(b, `_account__session_`+g.uuid()+`"},"messages":[`...)
	t.head = b
	return t
}

func (t *thread) push(message []byte) {
	t.messages = append(t.messages, message)
	t.size += len(message) + 1
}

func (t *thread) userText(text string) {
	b := quote([]byte(`{"role":"user","content":[{"type":"text","text":`), text)
	t.push(append(b, `}]}`...))
}

func (t *thread) toolResult(id, text string) {
	b := []byte(`{"role":"user","content":[{"type":"tool_result","tool_use_id":"` + id + `","content":`)
	t.push(append(quote(b, text), `}]}`...))
}

// body writes the request. Its cache mark is on the last message only, and so
// moves on with every turn.
func (t *thread) body(b []byte) []byte {
	b = append(b, t.head...)
	for i, m := range t.messages {
		if i > 0 {
			b = append(b, ',')
		}
		if i < len(t.messages)-1 {
			b = append(b, m...)
			continue
		}
		b = append(b, m[:len(m)-len(`}]}`)]...)
		b = append(b, `,"cache_control":{"type":"ephemeral"}}]}`...)
	}
	return append(b, `]}`...)
}

// answer makes the model's call for the thread as it stands, and adds what it
// answered to the thread.
func (g *generator) answerThread(t *thread, r *reply) {
	whole := t.prefix + tokens(len(t.head)+t.size)
	use := usage{input: g.between(3, 9), cached: true, read: t.cached}
	if whole > t.cached {
		use.write = whole - t.cached
	}
	g.finish(r, &use)
	t.cached = whole
	g.request = t.body(g.request[:0])
	g.answer = g.anthropicStream(g.answer[:0], t.model, r, &use)
	g.emit(&call{
		at: t.at, who: t.who, region: t.region, ranIn: g.ranIn(t.geo, t.region),
		operation: "InvokeModelWithResponseStream", model: reference(t.who.account, t.region, t.geo, t.model, true),
		request: g.request, response: g.answer, use: use, lost: t.lost, gone: t.gone,
	})
	message := anthropicBlocks([]byte(`{"role":"assistant","content":`), r)
	t.push(append(message, '}'))
	t.at += int64(r.latency) + int64(g.between(900, 9000))
}

// step is one tool call of an agent, and its result.
func (g *generator) step() (r *reply, result string) {
	r = &reply{toolID: "toolu_bdrk_" + g.text(24, base62)}
	if g.permille(120) {
		r.thinking = g.prose("thought", " ", g.between(40, 120))
	}
	if g.permille(450) {
		r.text = g.say("plan_line")
	}
	switch g.below(5) {
	case 0, 1:
		r.tool = "Read"
		r.toolArgs = object("file_path", "tarn/"+g.say("source_file"))
		result = g.prose("code", "\n", g.between(80, 240))
	case 2:
		r.tool = "Bash"
		r.toolArgs = object("command", g.say("shell"), "description", "Check "+g.say("identifier"))
		result = g.prose("output", "\n", g.between(30, 140))
	case 3:
		r.tool = "Grep"
		r.toolArgs = object("pattern", g.say("identifier"), "path", "internal/"+g.say("area"))
		result = g.prose("output", "\n", g.between(30, 120))
	default:
		r.tool = "Edit"
		r.toolArgs = object("file_path", "tarn/"+g.say("source_file"), "old_string", g.say("code"), "new_string", g.prose("code", "\n", g.between(40, 110)))
		result = "The file has been updated. " + g.say("output")
	}
	return r, result
}

// agentSitting is one session of a developer with a coding agent: tasks, and
// for each of them a chain of tool calls.
func (g *generator) agentSitting(at int64) {
	p := g.busy(0, developers, at)
	who := g.person(p)
	who.agent = agentSDK
	geo, model := "global", "anthropic.claude-sonnet-4-6"
	switch g.below(10) {
	case 0, 1, 2, 3, 4, 5:
		model = "anthropic.claude-opus-4-7"
	case 6, 7:
		geo = geoOf(p.office.region)
	}
	t := g.newThread(&who, p.office.region, geo, model, at)
	// Tokyo keeps large bodies for a day only.
	t.gone = p.office == osaka
	g.agentTitle(t)
	t.userText(g.say("task") + " " + g.say("task"))
	calls, until := 0, g.between(44, 62)
	for calls < until {
		for range g.between(3, 12) {
			r, result := g.step()
			if g.permille(12) {
				g.throttled(t)
			}
			g.answerThread(t, r)
			if g.permille(6) {
				result = g.prose("code", "\n", g.between(1500, 5000))
			}
			t.toolResult(r.toolID, result)
			calls++
		}
		g.answerThread(t, &reply{text: g.say("done_line")})
		calls++
		t.at = g.later(t.at, 30, 600)
		t.userText(g.say("more_work"))
	}
}

// agentTitle is the small call by which an agent names its session.
func (g *generator) agentTitle(t *thread) {
	model := "anthropic.claude-haiku-4-5-20251001-v1:0"
	use := usage{input: g.between(90, 160), cached: true}
	r := &reply{text: `{"title":"` + g.say("verb") + " " + g.say("area") + " " + g.say("noun") + `"}`}
	g.finish(r, &use)
	b := quote(append(g.request[:0], `{"anthropic_version":"bedrock-2023-05-31","max_tokens":64,"system":"Name the session in three words, as JSON.","messages":[{"role":"user","content":`...), g.say("task"))
	g.request = append(b, `}]}`...)
	g.answer = g.anthropicAnswer(g.answer[:0], model, r, &use)
	g.emit(&call{at: t.at, who: t.who, region: t.region, ranIn: g.ranIn(t.geo, t.region), operation: "InvokeModel",
		model: reference(t.who.account, t.region, t.geo, model, true), request: g.request, response: g.answer, use: use})
	t.at += int64(g.between(300, 1200))
}

// throttled is a call that Bedrock refused for now; the client waits.
func (g *generator) throttled(t *thread) {
	g.emit(&call{at: t.at, who: t.who, region: t.region, operation: "InvokeModelWithResponseStream",
		model: reference(t.who.account, t.region, t.geo, t.model, true), fault: "ThrottlingException"})
	t.at = g.later(t.at, 2, 20)
}
