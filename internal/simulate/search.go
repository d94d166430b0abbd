package simulate

import "strings"

const (
	titanEmbed  = "amazon.titan-embed-text-v2:0"
	cohereEmbed = "cohere.embed-multilingual-v3"
	cohereRank  = "cohere.rerank-v3-5:0"
	amazonRank  = "amazon.rerank-v1:0"
)

// handbookSitting is a question to the handbook: the question's embedding, the
// ranking of what was found, and an answer from the passages.
func (g *generator) handbookSitting(at int64) {
	region := g.busy(0, len(people), at).office.region
	base, app := g.app(appKnowledge), g.app(appHandbook)
	question := g.say("handbook")
	ap := region == "ap-northeast-1"
	if ap {
		g.cohereEmbed(&call{at: at, who: &base, region: region, model: foundation(region, cohereEmbed)}, []string{question}, "search_query", true)
	} else {
		g.titanEmbed(&call{at: at, who: &base, region: region, model: foundation(region, titanEmbed)}, question, 256, region == "eu-west-1")
	}
	var passages []string
	for range g.between(2, 4) {
		passages = append(passages, g.say("passage"))
	}
	at = g.later(at, 1, 2)
	if ap || g.permille(400) {
		rank := cohereRank
		if ap {
			rank = amazonRank
		}
		g.rank(&call{at: at, who: &base, region: region, model: foundation(region, rank)}, question, passages)
	}
	at = g.later(at, 1, 2)
	geo, model := geoOf(region), "anthropic.claude-haiku-4-5-20251001-v1:0"
	if region != "ap-northeast-1" && g.permille(500) {
		model = "amazon.nova-pro-v1:0"
	}
	c := &call{at: at, who: &app, region: region, ranIn: g.ranIn(geo, region), operation: "ConverseStream",
		model: reference(app.account, region, geo, model, g.permille(500)), metadata: object("application_name", "handbook-search", "environment", "production")}
	var b strings.Builder
	for i, p := range passages {
		b.WriteString("[" + itoa(i+1) + "] " + p + "\n")
	}
	turns := []turn{{true, textBlock(b.String() + "\nQuestion: " + question)}}
	rest := systemText("Answer from the passages only and cite them by number.") + `,"inferenceConfig":{"maxTokens":500,"temperature":0.1}`
	for n := range g.between(1, 2) {
		if n > 0 {
			turns = append(turns, turn{true, textBlock(g.say("handbook"))})
			c.at = g.later(c.at, 10, 80)
		}
		r := &reply{text: g.prose("grounded", " ", g.between(60, 160))}
		g.converse(c, turns, rest, r, "")
		turns = append(turns, turn{false, converseBlocks(r)})
	}
}

// indexSitting embeds new catalogue texts. The data account does not have
// embeddings delivered to its log.
func (g *generator) indexSitting(at int64) {
	who := g.app(appIndexer)
	region := pick(&g.random, []string{"eu-west-1", "us-east-1"})
	for range g.between(8, 16) {
		at = g.later(at, 1, 3)
		c := &call{at: at, who: &who, region: region, model: titanEmbed}
		if region == "eu-west-1" && g.permille(300) {
			c.model = cohereEmbed
			g.cohereEmbed(c, []string{g.say("review"), g.say("copy")}, "search_document", false)
			continue
		}
		g.titanEmbed(c, g.prose("copy", " ", g.between(60, 300)), 256, false)
	}
}

// vector appends numbers of an embedding.
func (g *generator) vector(b []byte, dimensions int) []byte {
	b = append(b, '[')
	for i := range dimensions {
		if i > 0 {
			b = append(b, ',')
		}
		if g.permille(500) {
			b = append(b, '-')
		}
		b = append(b, "0.0"...)
		b = g.characters(b, 5, "0123456789")
		b = append(b, hexDigits[1+g.below(9)])
	}
	return append(b, ']')
}

func (g *generator) titanEmbed(c *call, text string, dimensions int, delivered bool) {
	c.operation = "InvokeModel"
	c.use = usage{input: tokens(len(text)), output: -1}
	if delivered {
		b := quote(append(g.request[:0], `{"inputText":`...), text)
		g.request = append(b, `,"dimensions":`+itoa(dimensions)+`,"normalize":true}`...)
		b = g.vector(append(g.answer[:0], `{"embedding":`...), dimensions)
		g.answer = append(b, `,"inputTextTokenCount":`+itoa(c.use.input)+`}`...)
		c.request, c.response = g.request, g.answer
	}
	g.emit(c)
}

func (g *generator) cohereEmbed(c *call, texts []string, purpose string, delivered bool) {
	c.operation = "InvokeModel"
	list := []byte{'['}
	n := 0
	for i, t := range texts {
		if i > 0 {
			list = append(list, ',')
		}
		list = quote(list, t)
		n += tokens(len(t))
	}
	list = append(list, ']')
	c.use = usage{input: n, output: -1}
	if delivered {
		b := append(append(g.request[:0], `{"texts":`...), list...)
		g.request = append(b, `,"input_type":"`+purpose+`","truncate":"END"}`...)
		b = append(g.answer[:0], `{"embeddings":[`...)
		for i := range texts {
			if i > 0 {
				b = append(b, ',')
			}
			b = g.vector(b, 96)
		}
		b = append(b, `],"id":"`+g.uuid()+`","response_type":"embeddings_floats","texts":`...)
		g.answer = append(append(b, list...), '}')
		c.request, c.response = g.request, g.answer
	}
	g.emit(c)
}

// rank orders passages by how well they answer. Such calls carry no counts.
func (g *generator) rank(c *call, question string, passages []string) {
	c.operation, c.use = "InvokeModel", uncounted
	b := quote(append(g.request[:0], `{"query":`...), question)
	b = append(b, `,"documents":[`...)
	for i, p := range passages {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, p)
	}
	b = append(b, `],"top_n":`+itoa(len(passages))...)
	if c.model == foundation(c.region, cohereRank) {
		b = append(b, `,"api_version":2`...)
	}
	g.request = append(b, '}')
	b = append(g.answer[:0], `{"results":[`...)
	score := 980
	for i := range passages {
		if i > 0 {
			b = append(b, ',')
		}
		score -= g.between(20, 180)
		b = append(b, `{"index":`+itoa((i+1)%len(passages))+`,"relevance_score":0.`+itoa(1000 + score)[1:]+`}`...)
	}
	g.answer = append(b, `]}`...)
	c.request, c.response = g.request, g.answer
	g.emit(c)
}
