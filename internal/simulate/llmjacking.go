package simulate

// The user whose key is stolen, and the key: the one of AWS's documentation.
const (
	stolenUser   = "report-export"
	stolenKey    = "AKIAIOSFODNN7EXAMPLE"                     //nolint:gosec // AWS's documentation example
	stolenSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" //nolint:gosec // AWS's documentation example
	stolenModel  = "anthropic.claude-opus-4-7"
)

// Programs of the one who stole it.
const (
	thiefSDK   = "Boto3/1.39.4 md/Botocore#1.39.4 ua/2.1 os/windows#10 md/arch#amd64 lang/python#3.12.4 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.39.4"
	thiefProxy = "Python/3.11 aiohttp/3.9.5"
)

// export is the daily work of the user before anyone else has its key: it
// copies a report, from the data centre.
func (g *generator) export(at int64) {
	who := g.user(stolenUser, stolenKey, "198.51.100.214", pythonSDK)
	g.manage(&trailFacts{at: at, who: &who, region: "us-east-1", source: "sts", name: "GetCallerIdentity", readOnly: true})
	g.manage(&trailFacts{at: at + 1000, who: &who, region: "us-east-1", source: "s3", name: "GetBucketLocation", readOnly: true,
		request: string(object("bucketName", "tarn-finance-reports"))})
}

// llmjacking is a night in which someone sells what a stolen key can do.
func (g *generator) llmjacking(calls int) {
	scout := g.user(stolenUser, stolenKey, "203.0.113.77", thiefSDK)
	at := g.scout(&scout, g.hour+7*60_000)
	at = g.probe(&scout, at)
	at = g.later(at, 1500, 2400)
	until := g.calls + calls - 8
	for g.calls < until {
		guest := g.user(stolenUser, stolenKey, "203.0.113."+itoa(g.between(80, 84)), thiefProxy)
		g.rolePlay(&guest, at, min(g.between(2, 8), until-g.calls))
		at = g.later(at, 3, 20_000/(calls/6+1))
	}
	for _, region := range []string{"us-east-1", "us-west-2"} {
		at += 2300
		const action = "DeleteModelInvocationLoggingConfiguration"
		g.manage(&trailFacts{at: at, who: &scout, region: region, source: "bedrock", name: action, host: "bedrock", fault: "AccessDenied",
			message: "User: " + scout.arn + " is not authorized to perform: bedrock:" + action + " because no identity-based policy allows the bedrock:" + action + " action"})
	}
}

// scout looks at what the key can do, and asks for access to the model.
func (g *generator) scout(who *actor, at int64) int64 {
	look := func(source, region, name, request, fault string) {
		f := &trailFacts{at: at, who: who, region: region, source: source, name: name, request: request, fault: fault, readOnly: true}
		if source == "bedrock" {
			f.host = "bedrock"
		}
		if fault != "" {
			f.message = "User: " + who.arn + " is not authorized to perform: " + source + ":" + name
		}
		g.manage(f)
		at = g.later(at, 1, 9)
	}
	look("sts", "us-east-1", "GetCallerIdentity", "", "")
	look("iam", "us-east-1", "ListAttachedUserPolicies", string(object("userName", stolenUser)), "AccessDenied")
	for _, region := range []string{"us-east-1", "us-west-2", "eu-west-1"} {
		look("bedrock", region, "ListFoundationModels", "", "")
		look("bedrock", region, "ListInferenceProfiles", "", "")
		for _, model := range []string{stolenModel, "anthropic.claude-sonnet-4-6", "anthropic.claude-opus-4-6-v1"} {
			look("bedrock", region, "GetFoundationModelAvailability", string(object("modelId", model)), "")
		}
		look("bedrock", region, "GetModelInvocationLoggingConfiguration", "", "")
	}
	look("bedrock", "us-east-1", "GetUseCaseForModelAccess", "", "")
	look("bedrock", "us-east-1", "ListFoundationModelAgreementOffers", string(object("modelId", stolenModel)), "")
	for _, f := range []trailFacts{
		{name: "PutUseCaseForModelAccess", request: `{"formData":"HIDDEN_DUE_TO_SECURITY_REASONS"}`},
		{name: "CreateFoundationModelAgreement", request: string(object("modelId", stolenModel+":0", "offerToken", "HIDDEN_DUE_TO_SECURITY_REASONS")),
			response: string(object("modelId", stolenModel))},
	} {
		f.at, f.who, f.region, f.source, f.host = at, who, "us-east-1", "bedrock", "bedrock"
		g.manage(&f)
		at = g.later(at, 4, 30)
	}
	return at
}

// probe tries calls that cost nothing, to see which models answer.
func (g *generator) probe(who *actor, at int64) int64 {
	for _, try := range []struct{ region, model, fault string }{
		{"us-east-1", "us.anthropic.claude-opus-4-6-v1", "AccessDeniedException"},
		{"eu-west-1", "eu.anthropic.claude-opus-4-6-v1", "AccessDeniedException"},
		{"ap-northeast-1", "jp.anthropic.claude-opus-4-7", "AccessDeniedException"},
		{"eu-west-1", "eu." + stolenModel, "AccessDeniedException"},
		{"us-east-1", "us." + stolenModel, "ValidationException"},
		{"us-west-2", "us." + stolenModel, "ValidationException"},
	} {
		g.emit(&call{at: at, who: who, region: try.region, operation: "InvokeModel", model: try.model, fault: try.fault})
		at = g.later(at, 1, 5)
	}
	return at
}

// rolePlay is one stranger's conversation, all of it sent again with each turn.
func (g *generator) rolePlay(who *actor, at int64, turns int) {
	region := pick(&g.random, []string{"us-east-1", "us-east-1", "us-west-2"})
	b := quote([]byte(`{"anthropic_version":"bedrock-2023-05-31","max_tokens":8192,"temperature":1,"system":`), g.say("persona"))
	b = append(b, `,"messages":[`...)
	for n := range turns {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(quote(append(b, `{"role":"user","content":`...), g.say("scene")+" "+g.say("scene")), '}')
		c := &call{at: at, who: who, region: region, operation: "InvokeModelWithResponseStream", model: "us." + stolenModel}
		at = g.later(at, 15, 90)
		switch {
		case g.permille(40):
			c.fault = "ThrottlingException"
		case g.permille(25):
			c.region, c.model, c.fault = "eu-west-1", "eu."+stolenModel, "AccessDeniedException"
		}
		if c.fault != "" {
			g.emit(c)
			return
		}
		r := &reply{text: g.prose("scene", " ", g.between(700, 2000))}
		g.request = append(append(g.request[:0], b...), `]}`...)
		c.ranIn, c.use.input = g.ranIn("us", region), tokens(len(g.request))
		g.finish(r, &c.use)
		if g.permille(800) {
			c.operation = "InvokeModel"
			g.answer = g.anthropicAnswer(g.answer[:0], stolenModel, r, &c.use)
		} else {
			g.answer = g.anthropicStream(g.answer[:0], stolenModel, r, &c.use)
		}
		c.request, c.response = g.request, g.answer
		g.emit(c)
		b = append(quote(append(b, `,{"role":"assistant","content":`...), r.text), '}')
	}
}
