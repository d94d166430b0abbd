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
			media:    g.between(22_000, 60_000),
			metadata: object("team", "finance", "application_name", "nightly-digest", "run", second(g.hour)[:10], "model_override", "opus-trial")}
		if g.permille(30) {
			g.emit(&call{at: at, who: &who, region: "eu-west-1", operation: c.operation, model: c.model, fault: "ThrottlingException"})
			continue
		}
		p := places[placeOf(who.account, c.region)]
		blocks := textBlock("Sum up ledger " + itoa(n+1) + ", page by page. " + g.say("report"))
		blocks = append(blocks, `,{"document":{"format":"pdf","name":"ledger-`+itoa(n+1)+`","source":{"s3Uri":"s3://`+
			p.bucket()+`/`+logFolder(p, at)+`data/`+c.id+`_input_media_00.pdf"}}}`...)
		r := &reply{text: g.prose("report", "\n", g.between(900, 2200))}
		g.converse(c, []turn{{true, blocks}}, systemText(digestSystem)+`,"inferenceConfig":{"maxTokens":4000}`, r, "")
	}
}
