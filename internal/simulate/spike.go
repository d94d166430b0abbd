package simulate

// costSpike is the night in which the digest job reads whole ledgers, with a
// larger model, ten at a time. The ledgers are documents, which Bedrock leaves
// beside the log: their tokens count, their text is not in the record.
func (g *generator) costSpike(calls int) {
	who := g.app(appDigest)
	at := g.hour
	for n := range calls {
		at = g.later(at, 0, 14_000/calls)
		c := &call{at: at, id: g.uuid(), who: &who, region: "eu-west-1", ranIn: g.ranIn("eu", "eu-west-1"), operation: "Converse",
			model:    reference(who.account, "eu-west-1", "eu", "anthropic.claude-opus-4-7", false),
			media:    g.between(5_000, 11_000),
			metadata: object("team", "finance", "application_name", "nightly-digest", "run", second(g.hour)[:10], "model_override", "opus-trial")}
		if g.permille(30) {
			g.emit(&call{at: at, who: &who, region: "eu-west-1", operation: c.operation, model: c.model, fault: "ThrottlingException"})
			continue
		}
		blocks := textBlock("Sum up ledger " + itoa(n+1) + ", page by page. " + g.say("report"))
		blocks = append(blocks, c.document("ledger-"+itoa(n+1))...)
		r := &reply{text: g.prose("report", "\n", g.between(700, 1500))}
		g.converse(c, []turn{{true, blocks}}, systemText(digestSystem)+`,"inferenceConfig":{"maxTokens":4000}`, r, "")
	}
}

// document is a content block that follows another: a PDF, which Bedrock puts
// beside the log. The call has to have its id.
func (c *call) document(name string) []byte {
	p := places[placeOf(c.who.account, c.region)]
	return []byte(`,{"document":{"format":"pdf","name":"` + name + `","source":{"s3Uri":"s3://` +
		p.bucket() + `/` + logFolder(p, c.at) + `data/` + c.id + `_input_media_00.pdf"}}}`)
}
