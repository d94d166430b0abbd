package simulate

// runawayContext is how much the agent sends in the end, in bytes: 180,000 tokens.
const runawayContext = 720_000

// runawayLook is how many files it reads before.
const runawayLook = 12

// runawayAgent is a night of a coding agent that runs one failing test again
// and again, and forgets nothing of it. Its requests are soon too large for the
// log; of those that lie beside it only some are still there in the morning.
func (g *generator) runawayAgent(calls int) {
	who := g.person(&people[runawayHost])
	who.agent = agentSDK
	t := g.newThread(&who, people[runawayHost].office.region, "global", "anthropic.claude-opus-4-7", g.hour+20*60_000)
	t.userText("Make the label tests green before tomorrow. Do not stop until they pass, I am off now.")
	for range runawayLook {
		r := &reply{tool: "Read", toolID: "toolu_bdrk_" + g.text(24, base62), toolArgs: object("file_path", "tarn/"+g.say("source_file"))}
		g.answerThread(t, r)
		t.toolResult(r.toolID, g.prose("code", "\n", 6000))
	}
	args := object("command", "go test ./internal/labels/... -run TestLabelRetry -count=1", "description", "Run the label tests")
	calls -= runawayLook + 1
	each := (runawayContext-4*t.prefix-t.size)/calls - 450
	for n := range calls {
		r := &reply{tool: "Bash", toolID: "toolu_bdrk_" + g.text(24, base62), toolArgs: args}
		if g.permille(300) {
			r.text = "Still failing. I'll run the test again."
		}
		t.gone = n%70 != 69
		g.answerThread(t, r)
		t.toolResult(r.toolID, g.prose("output", "\n", each)+"\nFAIL\ttarn/internal/labels\nexit status 1")
		t.at += int64(g.between(5_000, 60_000))
	}
	t.gone = false
	g.answerThread(t, &reply{text: "I have stopped: the context is full. TestLabelRetry still fails, and I have changed nothing."})
}
