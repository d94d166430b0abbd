package simulate

import "slices"

// personSitting is someone who asks a model of their choice a few things.
func (g *generator) personSitting(at int64) {
	p := g.busy(developers, len(people), at)
	who := g.person(p)
	region, geo := p.office.region, geoOf(p.office.region)
	model := pick(&g.random, []string{"anthropic.claude-sonnet-4-6", "anthropic.claude-sonnet-4-6", "anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-opus-4-7"})
	if p.team == "finance" || p.office == osaka {
		model = "anthropic.claude-sonnet-4-6"
	}
	op := pick(&g.random, []string{"Converse", "ConverseStream"})
	if g.permille(300) {
		who.agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15"
	}
	pages := 0 // tokens of a document that is asked about
	if g.permille(350) {
		pages = g.between(4000, 24_000)
	}
	var turns []turn
	opening := textBlock(g.prose("essay", " ", g.between(40, 160)))
	for n := range g.between(1, 4) {
		question := opening
		if n > 0 {
			question = textBlock(g.prose("essay", " ", g.between(40, 160)))
		}
		turns = append(turns, turn{true, question})
		c := &call{at: at, who: &who, region: region, ranIn: g.ranIn(geo, region), operation: op, model: reference(who.account, region, geo, model, g.permille(300))}
		if pages > 0 {
			c.id, c.media = g.uuid(), pages
			turns[0].blocks = append(slices.Clone(opening), c.document("paper-"+itoa(pages))...)
		}
		r := &reply{text: g.prose(pick(&g.random, []string{"report", "notes", "copy"}), " ", g.between(150, 600))}
		rest := `,"inferenceConfig":{"maxTokens":2000}`
		if model == "anthropic.claude-opus-4-7" && g.permille(500) {
			r.thinking = g.prose("thought", " ", 200)
			rest += `,"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2000}}`
		}
		if g.permille(40) {
			r.stop = "max_tokens"
		}
		g.converse(c, turns, rest, r, "")
		turns = append(turns, turn{false, converseBlocks(r)})
		at = g.later(c.at, 20, 300)
	}
}

// evaluationSitting puts one question to every model under evaluation.
func (g *generator) evaluationSitting(at int64) {
	who := g.person(g.busy(12, 14, at))
	prompt := g.say("essay")
	for _, s := range evaluatedModel {
		at = g.later(at, 2, 15)
		region := "us-east-1"
		model := s.model
		switch s {
		case &llamaShape, &palmyraShape, &pixtralShape:
			model = reference(who.account, region, "us", s.model, false)
		case &novaShape:
			model = foundation(region, s.model)
		}
		r := &reply{text: g.prose("report", " ", g.between(150, 600))}
		if s == &kimiShape || s == &gptOssShape {
			r.thinking = g.prose("thought", " ", 150)
		}
		c := &call{at: at, who: &who, region: region, model: model}
		if g.permille(25) {
			g.emit(&call{at: at, who: &who, region: region, operation: "InvokeModel", model: s.model + "x", fault: "ValidationException"})
			continue
		}
		g.ask(c, s, "Answer for a reader without previous knowledge.", prompt, r, g.permille(350))
	}
}

// pixel is a PNG of one point: pictures here show that there are some.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"

// studioSitting makes pictures and lines for a campaign.
func (g *generator) studioSitting(at int64) {
	who := g.app(appStudio)
	c := &call{at: at, who: &who, region: "us-east-1"}
	g.picture(c)
	c = &call{at: g.later(at, 20, 90), who: &who, region: "us-east-1", ranIn: g.ranIn("us", "us-east-1"), operation: "Converse", model: studioProfile,
		metadata: object("team", "marketing", "campaign", g.say("month")+"-"+itoa(g.between(1, 9)))}
	turns := []turn{{true, textBlock("Three lines for the picture of " + g.say("picture") + ".")}}
	if g.permille(400) {
		turns[0].blocks = append(turns[0].blocks, `,{"image":{"format":"png","source":{"bytes":"`+pixel+g.text(56, base62)+`="}}}`...)
	}
	g.converse(c, turns, `,"inferenceConfig":{"maxTokens":300,"temperature":0.9}`, &reply{text: g.prose("copy", "\n", 240)}, "")
}

func (g *generator) picture(c *call) {
	c.operation, c.use, c.images = "InvokeModel", uncounted, 1024
	image := pixel + g.text(200, base62)
	text, seed := g.say("picture"), itoa(g.below(1<<31))
	b := g.request[:0]
	answer := `{"images":["` + image + `"]}`
	switch g.below(3) {
	case 0:
		c.model = "stability.stable-image-core-v1:1"
		c.region = "us-west-2"
		b = quote(append(b, `{"prompt":`...), text)
		b = append(b, `,"mode":"text-to-image","aspect_ratio":"1:1","seed":`+seed+`,"output_format":"png"}`...)
		answer = `{"seeds":[` + seed + `],"finish_reasons":[null],"images":["` + image + `"]}`
	case 1:
		c.model = "amazon.titan-image-generator-v2:0"
		b = quote(append(b, `{"taskType":"TEXT_IMAGE","textToImageParams":{"text":`...), text)
		b = append(b, `},"imageGenerationConfig":{"numberOfImages":1,"quality":"standard","height":1024,"width":1024,"cfgScale":8.0,"seed":`+seed+`}}`...)
	default:
		c.model = "amazon.nova-canvas-v1:0"
		b = quote(append(b, `{"taskType":"TEXT_IMAGE","textToImageParams":{"text":`...), text)
		b = append(b, `,"negativeText":"people, logos"},"imageGenerationConfig":{"numberOfImages":1,"quality":"premium","height":1024,"width":1024,"cfgScale":6.5,"seed":`+seed+`}}`...)
	}
	g.request = b
	c.request, c.response = b, []byte(answer)
	g.emit(c)
}
