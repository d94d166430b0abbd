package cloudtrail

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/model"
)

// hidden stands where AWS keeps a value to itself.
const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

// bedrock reads what only events of Bedrock have: the model, and of calls that
// run something, where it ran and what it counted.
func (t *trail) bedrock(models *model.Catalogue) {
	ev := &t.ev
	ev.InferenceRegion = t.extra.Get("inferenceRegion").Str()
	if isUse(ev.Trail.Name) {
		ev.Operation = ev.Trail.Name
	}
	ev.Endpoint = t.endpoint()
	ev.ModelRef = t.modelRef()
	ref := models.Resolve(ev.ModelRef)
	ev.Model, ev.Vendor, ev.Family = ref.Model, ref.Vendor, ref.Family
	ev.Profile, ev.ProfileKind = ref.Profile, ref.Kind
	switch {
	case strings.HasPrefix(ev.Operation, "Converse"):
		ev.API = "chat"
	case ev.Operation != "":
		ev.API = ref.API
	}
	ev.Tokens = tokens(t.extra)
	if ev.Endpoint == "mantle" {
		ev.Metadata = metadata(t.request.Get("metadata"))
	}
}

// metadata is what the caller of a Mantle model says of the call, as
// requestMetadata is of a runtime one; its values are free JSON.
func metadata(v jsondoc.Value) map[string]jsontext.Value {
	if v.Kind() != jsondoc.Object || v.Len() == 0 {
		return nil
	}
	said := make(map[string]jsontext.Value, v.Len())
	for name, value := range v.Members() {
		said[name] = value.Raw()
	}
	return said
}

// isUse reports whether an event is a use of a model, agent, flow, knowledge
// base, guardrail or gateway, and not a change or a look at the settings.
func isUse(name string) bool {
	switch name {
	case "Converse", "ConverseStream", "StartAsyncInvoke", "CreateInference", "CountTokens",
		"Retrieve", "RetrieveAndGenerate", "RetrieveAndGenerateStream", "Rerank",
		"ApplyGuardrail", "RenderPrompt", "StartFlowExecution", "OptimizePrompt":
		return true
	}
	return strings.HasPrefix(name, "Invoke")
}

// endpoint is told by the source or the host, which may be that of a VPC
// endpoint; a call of a model without either has no other door than the runtime.
func (t *trail) endpoint() string {
	host := t.doc.Get("tlsDetails", "clientProvidedHostHeader").Str()
	switch {
	case strings.HasPrefix(t.source, "bedrock-mantle"), strings.Contains(host, "bedrock-mantle"):
		return "mantle"
	case strings.HasPrefix(t.source, "bedrock-runtime"), strings.Contains(host, "bedrock-runtime"):
		return "runtime"
	case host == "" && t.source == "bedrock.amazonaws.com" && callsModel(t.ev.Operation):
		return "runtime"
	}
	return ""
}

func callsModel(operation string) bool {
	return strings.HasPrefix(operation, "InvokeModel") || strings.HasPrefix(operation, "Converse")
}

// modelRef is the model that the event is about. Some events name it only in
// their answer; a name that AWS hid is no name.
func (t *trail) modelRef() string {
	names := [...]string{"modelId", "model", "modelIdentifier", "foundationModel", "baseModelIdentifier"}
	for _, place := range [...]jsondoc.Value{t.request, t.response} {
		for _, name := range names {
			if ref := place.Get(name).Str(); ref != "" && ref != hidden {
				return ref
			}
		}
	}
	return ""
}

// tokens are the counts that CloudTrail adds to some calls.
func tokens(extra jsondoc.Value) event.Tokens {
	t := event.Tokens{
		Input:      count(extra.Get("inputTokens")),
		Output:     count(extra.Get("outputTokens")),
		CacheRead:  count(extra.Get("cacheReadInputTokens")),
		CacheWrite: count(extra.Get("cacheWriteInputTokens")),
	}
	for _, n := range [...]*int64{t.Input, t.Output, t.CacheRead, t.CacheWrite} {
		switch {
		case n == nil:
		case t.Total == nil:
			t.Total = new(*n)
		default:
			*t.Total += *n
		}
	}
	return t
}

// maxCount is far above any context window; larger counts are not believed.
const maxCount = 1 << 40

// count reads a count; the maps of CloudTrail Lake hold all values as strings.
func count(v jsondoc.Value) *int64 {
	n, ok := v.Int()
	if v.Kind() == jsondoc.String {
		read, err := strconv.ParseInt(v.Str(), 10, 64)
		n, ok = read, err == nil
	}
	if !ok || n < 0 || n > maxCount {
		return nil
	}
	return &n
}
