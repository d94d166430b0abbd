package simulate

// ask makes one call of a vendor's native shape.
func (g *generator) ask(c *call, s *shape, system, prompt string, r *reply, stream bool) {
	g.request = s.request(g, g.request[:0], system, prompt)
	c.use.input = tokens(len(system) + len(prompt))
	g.finish(r, &c.use)
	c.operation = "InvokeModel"
	if stream && s.stream != nil {
		c.operation = "InvokeModelWithResponseStream"
		g.answer = s.stream(g, g.answer[:0], r, &c.use)
	} else {
		g.answer = s.response(g, g.answer[:0], r, &c.use)
	}
	c.request, c.response = g.request, g.answer
	g.emit(c)
}

// claude makes one call in Anthropic's native shape, without tools.
func (g *generator) claude(c *call, model, system, prompt string, r *reply, stream bool) {
	b := quote(append(g.request[:0], `{"anthropic_version":"bedrock-2023-05-31","max_tokens":2048,"temperature":0.2,"system":`...), system)
	b = quote(append(b, `,"messages":[{"role":"user","content":[{"type":"text","text":`...), prompt)
	g.request = append(b, `}]}]}`...)
	c.use.input = tokens(len(system) + len(prompt))
	g.finish(r, &c.use)
	if stream {
		c.operation = "InvokeModelWithResponseStream"
		g.answer = g.anthropicStream(g.answer[:0], model, r, &c.use)
	} else {
		c.operation = "InvokeModel"
		g.answer = g.anthropicAnswer(g.answer[:0], model, r, &c.use)
	}
	c.request, c.response = g.request, g.answer
	g.emit(c)
}

// triageSitting sorts one ticket into a queue.
func (g *generator) triageSitting(at int64) {
	who := g.app(appTriage)
	region := pick(&g.random, []string{"us-east-1", "us-east-1", "eu-west-1"})
	s, system := &mistralShape, "Sort the ticket into one queue: returns, delivery, billing, dealers, praise, account, repair, product advice. Answer with JSON."
	model := s.model
	switch {
	case region == "us-east-1" && g.permille(600):
		s = &llamaShape
		model = reference(who.account, region, "us", s.model, false)
	case g.permille(400):
		s = &novaShape
		model = reference(who.account, region, geoOf(region), "amazon.nova-micro-v1:0", false)
	case g.permille(200):
		s = &titanShape
		model = s.model
	}
	c := &call{at: at, who: &who, region: region, model: model}
	if g.permille(12) {
		g.emit(&call{at: at, who: &who, region: region, operation: "InvokeModel", model: model, fault: "ThrottlingException"})
		c.at = g.later(at, 1, 6)
	}
	r := &reply{text: `{"queue":"` + g.say("queue") + `","urgency":` + itoa(g.between(1, 5)) + `,"order":"` + g.say("order") + `"}`}
	g.ask(c, s, system, g.say("ticket"), r, g.permille(150))
}

const digestSystem = `Summarise the notes for the morning mail of the finance team: what changed, why, and who acts. Five lines at most.`

// digestSitting is one batch of the nightly job that sums up the day.
func (g *generator) digestSitting(at int64) {
	g.digestBatch(at, g.between(14, 26), "anthropic.claude-haiku-4-5-20251001-v1:0", 400, 3)
}

func (g *generator) digestBatch(at int64, calls int, model string, length, pause int) {
	who := g.app(appDigest)
	at -= at % hourMS
	for range calls {
		at = g.later(at, 1, pause)
		c := &call{at: at, who: &who, region: "eu-west-1", ranIn: g.ranIn("eu", "eu-west-1"),
			model:    reference(who.account, "eu-west-1", "eu", model, false),
			metadata: object("team", "finance", "application_name", "nightly-digest", "run", second(at)[:10])}
		if g.permille(15) {
			g.emit(&call{at: at, who: &who, region: "eu-west-1", operation: "InvokeModel", model: c.model, fault: "ThrottlingException"})
			continue
		}
		rule := pick(&g.random, []string{"report", "report", "notes"})
		if g.permille(5) {
			g.claude(c, model, digestSystem, g.prose(rule, "\n", g.between(104_000, 130_000)), &reply{text: g.prose("report", "\n", 600)}, false)
			continue
		}
		g.claude(c, model, digestSystem, g.prose(rule, "\n", g.between(length, length*2)), &reply{text: g.prose("report", "\n", g.between(150, 400))}, false)
	}
}

// translateSitting translates one customer mail, through a profile that books
// the cost to the team.
func (g *generator) translateSitting(at int64) {
	who := g.app(appTranslate)
	c := &call{at: at, who: &who, region: "eu-west-1", ranIn: g.ranIn("eu", "eu-west-1"), operation: "Converse", model: translateProfile}
	turns := []turn{{true, textBlock(g.prose("foreign", " ", g.between(60, 300)))}}
	g.converse(c, turns, systemText("Translate into English. Keep order numbers as they are.")+`,"inferenceConfig":{"maxTokens":800,"temperature":0}`,
		&reply{text: g.prose("ask", " ", g.between(60, 300))}, "")
}

// reviewSitting runs customers' reviews through an imported model and through a
// profile that no map explains.
func (g *generator) reviewSitting(at int64) {
	who := g.app(appReviews)
	for range g.between(3, 7) {
		at = g.later(at, 2, 20)
		c := &call{at: at, who: &who, region: "us-east-1", model: importedModel}
		prompt := g.prose("review", " ", g.between(80, 400))
		if g.permille(500) {
			g.ask(c, &llamaShape, "Name what the customer praises and what not.", prompt, &reply{text: g.say("review")}, false)
			continue
		}
		c.model, c.operation = unmappedProfile, "Converse"
		g.converse(c, []turn{{true, textBlock(prompt)}}, `,"inferenceConfig":{"maxTokens":300}`, &reply{text: g.say("review")}, "")
	}
}

// forecastSitting asks the provisioned model about stock.
func (g *generator) forecastSitting(at int64) {
	who := g.app(appForecast)
	for range 2 {
		at = g.later(at, 5, 60)
		g.ask(&call{at: at, who: &who, region: "eu-west-1", model: forecastModel}, &titanShape,
			"You comment stock forecasts.", g.prose("report", " ", g.between(200, 700)), &reply{text: g.say("report")}, false)
	}
}

// retiredSitting is a job that nobody has switched off: its model is gone, or
// was never opened to it.
func (g *generator) retiredSitting(at int64) {
	who := g.app(appForecast)
	fault := pick(&g.random, []string{"ValidationException", "AccessDeniedException", "ResourceNotFoundException"})
	g.emit(&call{at: at, who: &who, region: "us-east-1", operation: "InvokeModel", model: "anthropic.claude-v2:1", fault: fault})
}

// ciUser is the IAM user of the build machines.
const ciUser = "ci-review"

// reviewBotSitting is the CI user that comments on changes.
func (g *generator) reviewBotSitting(at int64) {
	who := g.user(ciUser, "AKIAI44QH8DHBEXAMPLE", "198.51.100."+itoa(g.between(200, 210)), nodeSDK)
	for range g.between(1, 3) {
		at = g.later(at, 3, 40)
		s := pick(&g.random, []*shape{&qwenShape, &gptOssShape})
		prompt := "Review this change of " + g.say("source_file") + ":\n" + g.prose("code", "\n", g.between(150, 600))
		r := &reply{text: g.prose("done_line", " ", g.between(60, 300))}
		if s == &gptOssShape {
			r.thinking = g.prose("thought", " ", 120)
		}
		g.ask(&call{at: at, who: &who, region: "us-east-1", model: s.model}, s, "You review code changes. Name real faults only.", prompt, r, true)
	}
}
