package simulate

import (
	"bytes"
	"strconv"
)

// call is one invocation as the workloads describe it.
type call struct {
	at        int64  // Unix milliseconds
	id        string // request id, "" for any
	who       *actor
	region    string
	ranIn     string // inferenceRegion, "" when there is none
	operation string
	model     string
	request   []byte // JSON; nil where delivery of bodies is off
	response  []byte
	use       usage
	media     int    // tokens of documents that the body only points to
	metadata  []byte // JSON object, or nil
	fault     string // errorCode: such records have no bodies
	images    int    // side of the images made, in pixels
	lost      bool   // large bodies leave no path, as without a large-data bucket
	gone      bool   // large bodies leave a path, but the object is not there
}

// usage are the counts of a call. A count of -1 is not in the record.
type usage struct {
	input, read, write, output int
	cached                     bool // the model reports cache counts
}

// uncounted is the usage of calls that Bedrock logs without counts.
var uncounted = usage{input: -1, output: -1}

// largest is what a body may have to be logged inside its record.
const largest = 100 * 1000

// emit writes the call's record, its large bodies and, for most calls, its
// CloudTrail event.
func (g *generator) emit(c *call) {
	id := c.id
	if id == "" {
		id = g.uuid()
	}
	at := placeOf(c.who.account, c.region)
	g.entry(entry{at: c.at, place: at, kind: logEntry, data: g.record(c, id, at)})
	// The data account keeps its trail to itself.
	if c.who.account != dataAccount && !g.permille(60) {
		g.entry(entry{at: c.at, place: at, kind: trailEntry, data: g.invocation(c, id)})
	}
	g.calls++
}

func (g *generator) record(c *call, id string, at int) []byte {
	b := g.scratch[:0]
	newer := c.region == "eu-west-1" || c.fault != ""
	b = append(b, '{')
	if !newer {
		b = append(b, `"schemaType":"ModelInvocationLog","schemaVersion":"1.0"`...)
	}
	b = member(b, "timestamp", second(c.at))
	b = member(b, "accountId", c.who.account)
	if !newer {
		b = raw(b, "identity", object("arn", c.who.arn))
	}
	b = member(b, "region", c.region)
	b = member(b, "requestId", id)
	b = member(b, "operation", c.operation)
	b = member(b, "modelId", c.model)
	if newer {
		b = raw(b, "identity", object("arn", c.who.arn))
	}
	if c.fault != "" {
		b = member(b, "errorCode", c.fault)
	} else {
		b = g.input(b, c, id, at)
		b = g.output(b, c, id, at)
		if c.ranIn != "" {
			b = member(b, "inferenceRegion", c.ranIn)
		}
		if c.metadata != nil {
			b = raw(b, "requestMetadata", c.metadata)
		}
	}
	if newer {
		b = append(b, `,"schemaType":"ModelInvocationLog","schemaVersion":"1.0"`...)
	}
	return g.keep(append(b, '}'))
}

func (g *generator) input(b []byte, c *call, id string, at int) []byte {
	b = append(b, `,"input":{"inputContentType":"application/json"`...)
	b = g.body(b, c, "input", c.request, id, at)
	if c.use.input >= 0 {
		b = count(b, "inputTokenCount", c.use.input)
	}
	if c.use.cached {
		b = count(b, "cacheReadInputTokenCount", c.use.read)
		b = count(b, "cacheWriteInputTokenCount", c.use.write)
	}
	return append(b, '}')
}

func (g *generator) output(b []byte, c *call, id string, at int) []byte {
	b = append(b, `,"output":{"outputContentType":"application/json"`...)
	b = g.body(b, c, "output", c.response, id, at)
	if c.use.output >= 0 {
		b = count(b, "outputTokenCount", c.use.output)
	}
	if c.images > 0 {
		b = count(b, "outputImageWidth", c.images)
		b = count(b, "outputImageHeight", c.images)
		b = count(b, "outputImageBucketedStepSize", 50)
	}
	return append(b, '}')
}

// body writes a body inline, or as the path of an object when it is large.
func (g *generator) body(b []byte, c *call, side string, body []byte, id string, at int) []byte {
	switch {
	case body == nil, len(body) > largest && c.lost:
		return b
	case len(body) <= largest:
		return raw(b, side+"BodyJson", body)
	}
	key := logFolder(places[at], c.at) + "data/" + id + "_" + side + ".json.gz"
	if !c.gone {
		g.entry(entry{at: c.at, place: at, kind: bodyEntry, data: bytes.Clone(body), key: key})
	}
	return member(b, side+"BodyS3Path", "s3://"+places[at].bucket()+"/"+key)
}

// ranIn picks where a cross-Region profile ran the call.
func (g *generator) ranIn(geo, region string) string {
	switch geo {
	case "us":
		return pick(&g.random, []string{"us-east-1", "us-east-2", "us-west-2"})
	case "eu":
		return pick(&g.random, []string{"eu-west-1", "eu-central-1", "eu-north-1", "eu-west-3"})
	case "jp":
		return pick(&g.random, []string{"ap-northeast-1", "ap-northeast-3"})
	case "global":
		return pick(&g.random, []string{region, "us-east-2", "eu-north-1", "ap-southeast-4", "us-west-2"})
	}
	return ""
}

// geoOf is the geographic profile that a Region's callers use.
func geoOf(region string) string {
	switch region {
	case "eu-west-1":
		return "eu"
	case "ap-northeast-1":
		return "jp"
	}
	return "us"
}

// reference names a model through a cross-Region profile, as id or as ARN.
func reference(account, region, geo, model string, arn bool) string {
	id := geo + "." + model
	if arn {
		return "arn:aws:bedrock:" + region + ":" + account + ":inference-profile/" + id
	}
	return id
}

// foundation is the ARN of a model itself, which has no account.
func foundation(region, model string) string {
	return "arn:aws:bedrock:" + region + "::foundation-model/" + model
}

func itoa(n int) string { return strconv.Itoa(n) }
