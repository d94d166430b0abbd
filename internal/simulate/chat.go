package simulate

const (
	chatSystem = `You answer customers of Tarn Outfitters about orders, returns and products. Use the order tool before you promise a date. Never name a supplier, never ask for card numbers.`
	chatTools  = `,"toolConfig":{"tools":[{"toolSpec":{"name":"order_status","description":"Where an order is.","inputSchema":{"json":{"type":"object","properties":{"order":{"type":"string"}},"required":["order"]}}}}]}`
	chatGuard  = "gr0tarnchat1"
)

// chatSitting is a customer's conversation with the support assistant.
func (g *generator) chatSitting(at int64) {
	who := g.app(appChat)
	region := pick(&g.random, []string{"us-east-1", "us-east-1", "eu-west-1", "eu-west-1", "ap-northeast-1"})
	geo, model := geoOf(region), "anthropic.claude-haiku-4-5-20251001-v1:0"
	if region == "eu-west-1" && g.permille(700) {
		model = "amazon.nova-lite-v1:0"
	}
	op := pick(&g.random, []string{"Converse", "ConverseStream", "ConverseStream"})
	traced := g.permille(250)
	trace := "disabled"
	if traced {
		trace = "enabled"
	}
	meta := object("team", "customer-care", "application_name", "support-chat", "environment", "production",
		"tenant_id", "shop-"+geoOf(region), "session", g.text(10, hexDigits))
	rest := systemText(chatSystem) + `,"inferenceConfig":{"maxTokens":700,"temperature":0.3}` + chatTools +
		`,"guardrailConfig":{"guardrailIdentifier":"` + chatGuard + `","guardrailVersion":"4","trace":"` + trace + `"}`
	opening := "ask"
	if g.permille(160) {
		opening = "foreign"
	}
	var turns []turn
	question := g.say(opening)
	for n := range g.between(1, 4) {
		if n > 0 {
			question = g.say("follow")
		}
		turns = append(turns, turn{true, textBlock(question)})
		c := &call{at: at, who: &who, region: region, ranIn: g.ranIn(geo, region), operation: op,
			model: reference(who.account, region, geo, model, false), metadata: meta}
		switch {
		case g.permille(14):
			g.emit(&call{at: at, who: &who, region: region, operation: op, model: c.model, fault: "ThrottlingException"})
			c.at = g.later(at, 1, 4)
		case g.permille(18):
			g.blockedChat(c, turns, rest, traced)
			return
		}
		r := &reply{text: g.prose("reply", " ", g.between(50, 200))}
		if n == 0 && g.permille(300) {
			r.tool, r.toolID, r.toolArgs = "order_status", "tooluse_"+g.text(22, base62), object("order", g.say("order"))
			r.text = ""
		}
		g.converse(c, turns, rest, r, g.cleanTrace(traced, question))
		turns = append(turns, turn{false, converseBlocks(r)})
		at = g.later(c.at, 4, 90)
		if r.tool != "" {
			result := append([]byte(`{"toolResult":{"toolUseId":"`+r.toolID+`","content":[{"json":`), object("state", "shipped", "depot", g.say("city"), "expected", g.say("date"))...)
			question = g.say("follow")
			turns = append(turns, turn{true, append(result, `}],"status":"success"}}`...)})
			c.at, r = at, &reply{text: g.say("reply")}
			g.converse(c, turns, rest, r, "")
			turns = append(turns, turn{false, converseBlocks(r)})
		}
	}
}

// converse emits a call of the Converse operations.
func (g *generator) converse(c *call, turns []turn, rest string, r *reply, trace string) {
	g.request = converseRequest(g.request[:0], turns, rest)
	if c.metadata != nil {
		g.request = append(raw(g.request[:len(g.request)-1], "requestMetadata", c.metadata), '}')
	}
	c.use.input = tokens(len(g.request)) + c.media
	g.finish(r, &c.use)
	g.answer = converseAnswer(g.answer[:0], r, &c.use, trace)
	c.request, c.response = g.request, g.answer
	g.emit(c)
}

// guardMetrics says how much text a guardrail looked at.
func (g *generator) guardMetrics(text string) string {
	n := itoa(len(text))
	return `"invocationMetrics":{"guardrailProcessingLatency":` + itoa(g.between(140, 520)) +
		`,"usage":{"topicPolicyUnits":1,"contentPolicyUnits":1,"wordPolicyUnits":1,"sensitiveInformationPolicyUnits":1,"sensitiveInformationPolicyFreeUnits":0,"contextualGroundingPolicyUnits":0},"guardrailCoverage":{"textCharacters":{"guarded":` +
		n + `,"total":` + n + `}}}`
}

// cleanTrace is the trace of a guardrail that found nothing.
func (g *generator) cleanTrace(traced bool, text string) string {
	if !traced {
		return ""
	}
	return `{"guardrail":{"inputAssessment":{"` + chatGuard + `":{` + g.guardMetrics(text) + `}},"actionReason":"No action."}}`
}

// blockedChat is a turn in which the guardrail stops the question, or masks the
// answer.
func (g *generator) blockedChat(c *call, turns []turn, rest string, traced bool) {
	if g.permille(500) {
		card := "4111 1111 1111 " + itoa(g.between(1000, 9999))
		r := &reply{text: g.say("reply") + " Your card {CREDIT_DEBIT_CARD_NUMBER} is on file.", stop: "guardrail_intervened"}
		trace := `{"guardrail":{"modelOutput":[` + string(quote(nil, "Your card "+card+" is on file.")) + `],"inputAssessment":{"` + chatGuard + `":{` + g.guardMetrics(r.text) +
			`}},"outputAssessments":[{"` + chatGuard + `":{"sensitiveInformationPolicy":{"piiEntities":[{"type":"CREDIT_DEBIT_CARD_NUMBER","match":"` + card +
			`","action":"ANONYMIZED","detected":true}]}}}],"actionReason":"No action.\nGuardrail masked."}}`
		g.converse(c, turns, rest, r, asked(trace, traced))
		return
	}
	kind := pick(&g.random, []string{"INSULTS", "MISCONDUCT", "PROMPT_ATTACK", "VIOLENCE"})
	turns = append(turns[:len(turns)-1], turn{true, textBlock(g.say("scold"))})
	trace := `{"guardrail":{"inputAssessment":{"` + chatGuard + `":{"contentPolicy":{"filters":[{"type":"` + kind +
		`","confidence":"` + pick(&g.random, []string{"HIGH", "MEDIUM"}) + `","filterStrength":"HIGH","action":"BLOCKED","detected":true}]},` + g.guardMetrics("blocked question") +
		`}},"actionReason":"Guardrail blocked."}}`
	g.request = converseRequest(g.request[:0], turns, rest)
	use := usage{}
	r := &reply{text: "I cannot help with that here. A colleague at care@example.com can.", stop: "guardrail_intervened", latency: g.between(200, 700)}
	g.answer = converseAnswer(g.answer[:0], r, &use, asked(trace, traced))
	c.request, c.response, c.use, c.ranIn = g.request, g.answer, use, ""
	g.emit(c)
}

// asked leaves out the trace where the caller did not ask for one.
func asked(trace string, traced bool) string {
	if !traced {
		return ""
	}
	return trace
}
