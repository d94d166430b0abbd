package simulate

// invocation writes the CloudTrail event of a call.
func (g *generator) invocation(c *call, id string) []byte {
	extra := ""
	converse := c.operation == "Converse" || c.operation == "ConverseStream"
	if c.fault == "" && (c.ranIn != "" || converse) {
		b := []byte{'{'}
		if c.ranIn != "" {
			b = member(b, "inferenceRegion", c.ranIn)
		}
		if converse && c.use.input > 0 {
			b = count(b, "inputTokens", c.use.input)
			b = count(b, "outputTokens", c.use.output)
		}
		if len(b) > 1 {
			extra = string(append(b, '}'))
		}
	}
	fault, message := c.fault, ""
	switch fault {
	case "ThrottlingException":
		message = "Too many requests, please wait before trying again."
	case "ValidationException":
		message = "The provided model identifier is invalid."
	case "AccessDeniedException":
		fault = "AccessDenied" // CloudTrail's word for it
		message = "You don't have access to the model with the specified model ID."
	}
	return g.trailEvent(&trailFacts{
		at: c.at, who: c.who, region: c.region, source: "bedrock", name: c.operation, host: "bedrock-runtime",
		id: id, request: string(object("modelId", c.model)), extra: extra, fault: fault, message: message, readOnly: true,
	})
}

// trailFacts are what differs between CloudTrail events.
type trailFacts struct {
	at                       int64
	who                      *actor
	region                   string
	source, name, host       string // "iam" is iam.amazonaws.com; host "" means the same word
	id                       string // requestID
	request, response, extra string // JSON; "" is null, or absent for extra
	fault, message           string
	readOnly                 bool
}

// manage writes a management event that is no model call.
func (g *generator) manage(f *trailFacts) {
	f.id = g.uuid()
	g.entry(entry{at: f.at, place: placeOf(f.who.account, f.region), kind: trailEntry, data: g.trailEvent(f)})
}

func (g *generator) trailEvent(f *trailFacts) []byte {
	w := f.who
	b := append(g.scratch[:0], `{"eventVersion":"1.11","userIdentity":`...)
	b = append(b, w.before...)
	if w.session {
		created := f.at - f.at%(3600*1000) - 20*60*1000
		b = append(b, second(created)...)
	}
	b = append(b, w.after...)
	b = member(b, "eventTime", second(f.at))
	b = member(b, "eventSource", f.source+".amazonaws.com")
	b = member(b, "eventName", f.name)
	b = member(b, "awsRegion", f.region)
	b = member(b, "sourceIPAddress", w.ip)
	b = member(b, "userAgent", w.agent)
	if f.fault != "" {
		b = member(b, "errorCode", f.fault)
		b = member(b, "errorMessage", f.message)
	}
	b = raw(b, "requestParameters", orNull(f.request))
	b = raw(b, "responseElements", orNull(f.response))
	if f.extra != "" {
		b = raw(b, "additionalEventData", f.extra)
	}
	b = member(b, "requestID", f.id)
	b = member(b, "eventID", g.uuid())
	b = append(b, `,"readOnly":`...)
	if f.readOnly {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	b = append(b, `,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"`...)
	b = append(b, w.account...)
	b = append(b, `","eventCategory":"Management"`...)
	if w.vpc != "" {
		b = member(b, "vpcEndpointId", w.vpc)
		b = member(b, "vpcEndpointAccountId", w.account)
	}
	if f.host != "" {
		b = append(b, `,"tlsDetails":{"tlsVersion":"TLSv1.3","clientProvidedHostHeader":"`...)
		b = append(b, f.host...)
		b = append(b, '.')
		b = append(b, f.region...)
		b = append(b, `.amazonaws.com"}`...)
	}
	return g.keep(append(b, '}'))
}

func orNull(json string) string {
	if json == "" {
		return "null"
	}
	return json
}
