package web

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/query"
)

// group is a titled list of facts about a call.
type group struct {
	Title string
	Rows  []fact
	Note  string // what is missing, and why
}

// fact is one name and value; Href searches for the value.
type fact struct {
	Name, Value, Href string
	Code              bool // an id or other text to be read letter by letter
}

// callFacts says who made a call, from where, with what settings, and where the
// record came from. Empty groups say what would fill them.
func callFacts(e *event.Event) []group {
	all := []group{whoFacts(e), whereFacts(e), modelFacts(e), paramFacts(e), trailFacts(e),
		bodyFacts(e), mediaGroup(e), signalFacts(e), metadataFacts(e), originFacts(e)}
	return slices.DeleteFunc(all, func(g group) bool { return len(g.Rows) == 0 && g.Note == "" })
}

func whoFacts(e *event.Event) group {
	g := group{Title: "Who"}
	g.find("person", e.Person)
	g.find("team", e.Team)
	g.find("app", e.App)
	g.find("principal", e.Principal)
	g.code("identity", e.IdentityARN)
	g.find("account", e.Account)
	g.text("known from", rung(e.Attribution))
	if e.Person == "" {
		g.Note = "No person is known for this call. Single sign-on sessions, request metadata or a map file name one."
	}
	return g
}

// rung says in words which rung of the identity ladder answered.
func rung(attribution string) string {
	switch attribution {
	case "metadata":
		return "request metadata"
	case "profile_tag":
		return "tags of the inference profile"
	case "session_tag":
		return "session tags"
	case "sso":
		return "the single sign-on session"
	case "iam_tag":
		return "IAM tags"
	case "map":
		return "the map file"
	case "arn":
		return "the ARN alone"
	}
	return attribution
}

func whereFacts(e *event.Event) group {
	g := group{Title: "Where from"}
	g.find("source.ip", e.Source.IP)
	g.find("source.service", e.Source.Service)
	g.find("source.country", e.Source.Country)
	g.find("source.as", e.Source.AS)
	g.find("client", e.Client)
	g.code("user agent", e.UserAgent)
	g.find("vpc_endpoint", e.VPCEndpoint)
	g.find("key_type", e.KeyType)
	if e.MFA != nil {
		g.text("second factor", map[bool]string{true: "yes", false: "no"}[*e.MFA])
	}
	g.text("TLS", e.TLS)
	switch {
	case len(g.Rows) == 0:
		g.Note = "CloudTrail has not told yet: no CloudTrail event with this request id was read."
	case e.Source.IP != "" && e.Source.Country == "":
		g.Note = "No country: no MMDB file was named when this call was read, or it does not know the address."
	}
	return g
}

func modelFacts(e *event.Event) group {
	g := group{Title: "Model"}
	if e.Model == "" && e.ModelRef == "" {
		g.Title = "Asked"
	}
	g.find("model", e.Model)
	g.find("vendor", e.Vendor)
	g.find("family", e.Family)
	g.code("asked for", e.ModelRef)
	g.find("profile", e.Profile)
	g.text("kind of profile", e.ProfileKind)
	g.find("region", e.Region)
	g.find("inference_region", e.InferenceRegion)
	g.find("operation", e.Operation)
	g.text("endpoint", e.Endpoint)
	return g
}

func paramFacts(e *event.Event) group {
	g := group{Title: "Parameters"}
	g.number("temperature", e.Params.Temperature)
	g.number("top_p", e.Params.TopP)
	g.number("top_k", e.Params.TopK)
	if e.Params.MaxTokens != nil {
		g.text("max_tokens", whole(*e.Params.MaxTokens))
	}
	for _, stop := range e.Params.Stop {
		g.code("stop at", stop)
	}
	if len(e.ToolsOffered) > 0 {
		g.text("tools offered", strings.Join(e.ToolsOffered, ", "))
	}
	return g
}

func trailFacts(e *event.Event) group {
	g := group{Title: "CloudTrail"}
	g.find("trail.name", e.Trail.Name)
	g.find("trail.source", e.Trail.Source)
	g.text("category", e.Trail.Category)
	g.find("trail.error", e.Trail.Error)
	g.text("message", e.Trail.Message)
	g.code("event id", e.Trail.ID)
	g.json("request", e.Trail.Request)
	g.json("response", e.Trail.Response)
	g.json("extra", e.Trail.Extra)
	return g
}

func bodyFacts(e *event.Event) group {
	g := group{Title: "Bodies"}
	for _, b := range []struct {
		name string
		body event.Body
	}{{"input", e.Body.Input}, {"output", e.Body.Output}} {
		if b.body.State == "" {
			continue
		}
		g.text(b.name, strings.Join(slices.DeleteFunc(
			[]string{bodyState(b.body.State), b.body.Reason}, func(s string) bool { return s == "" }), ": "))
		g.code(b.name+" object", b.body.URI)
	}
	return g
}

func bodyState(state string) string {
	switch state {
	case event.BodyInline:
		return "in the record"
	case event.BodyS3:
		return "in S3, not looked for"
	case event.BodyFetched:
		return "fetched from S3"
	case event.BodyMissing:
		return "missing"
	}
	return state
}

func mediaGroup(e *event.Event) group {
	g := group{Title: "Pictures, documents, vectors"}
	for _, list := range []struct {
		name  string
		media []event.Media
	}{{"image sent", e.ImagesIn}, {"image made", e.ImagesOut}, {"document", e.Documents}} {
		for _, m := range list.media {
			g.text(list.name, mediaFacts(m))
		}
	}
	for _, v := range e.Embeddings {
		value := firstOf(v.Format, "vector")
		if v.Dimensions != nil {
			value += ", " + whole(*v.Dimensions) + " dimensions"
		}
		g.text("embedding", value)
	}
	g.number("video seconds", e.Video.Seconds)
	g.code("video", e.Video.URI)
	return g
}

func signalFacts(e *event.Event) group {
	g := group{Title: "Signals"}
	for _, s := range e.Signals {
		g.text(s.Kind, "in the "+s.Direction+" at character "+whole(s.Offset)+", hash "+s.Hash)
	}
	return g
}

func metadataFacts(e *event.Event) group {
	g := group{Title: "Request metadata"}
	for _, key := range slices.Sorted(maps.Keys(e.Metadata)) {
		value := string(e.Metadata[key])
		var text string
		if json.Unmarshal(e.Metadata[key], &text, lenient) == nil {
			value = text
		}
		g.link(key, "metadata."+key, value)
	}
	return g
}

func originFacts(e *event.Event) group {
	g := group{Title: "Record"}
	g.code("id", e.ID)
	g.code("request id", e.RequestID)
	g.code("bucket", e.Origin.Bucket)
	g.code("object", e.Origin.Key)
	if e.Origin.Line != nil {
		g.text("record", "number "+whole(*e.Origin.Line)+" in the object")
	}
	g.code("log group", e.Origin.Group)
	g.code("log stream", e.Origin.Stream)
	if e.Conversation != "" {
		g.find("conversation", e.Conversation)
	}
	if e.Turn != nil {
		g.text("turn", whole(*e.Turn))
	}
	if e.Conflict {
		g.Note = "Another record of this request id says something else: both are kept."
	}
	return g
}

// find adds a value that a click searches for; name is the field's.
func (g *group) find(name, value string) { g.link(spoken(name), name, value) }

// link adds a value with a search for it in a field. Values too long for an
// address are shown without.
func (g *group) link(name, field, value string) {
	switch {
	case len(field)+len(value) > lineMost:
		g.text(name, value)
	case value != "":
		g.Rows = append(g.Rows, fact{Name: name, Value: value,
			Href: searchFor(query.Compare{Field: field, Op: query.Equal, Value: value})})
	}
}

func (g *group) text(name, value string) {
	if value != "" {
		g.Rows = append(g.Rows, fact{Name: name, Value: value})
	}
}

func (g *group) code(name, value string) {
	if value != "" {
		g.Rows = append(g.Rows, fact{Name: name, Value: value, Code: true})
	}
}

func (g *group) number(name string, value *float64) {
	if value != nil {
		g.text(name, exact(*value))
	}
}

func (g *group) json(name string, value jsontext.Value) {
	if len(value) > 0 && value.Kind() != 'n' {
		g.code(name, string(value))
	}
}

// spoken is a field's name as people say it.
func spoken(field string) string {
	switch field {
	case "source.ip":
		return "address"
	case "source.as":
		return "network"
	case "key_type":
		return "key"
	}
	name := field[strings.LastIndexByte(field, '.')+1:]
	return strings.ReplaceAll(name, "_", " ")
}
