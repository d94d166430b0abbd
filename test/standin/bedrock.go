package standin

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
)

// Bedrock is what one Region's control plane knows. Documents are as AWS's API
// spells them: inferenceProfileArn, guardrailId, contentPolicy.
type Bedrock struct {
	Logging     map[string]any // loggingConfig; nil when logging is off
	Profiles    []map[string]any
	Models      []map[string]any
	Guardrails  []map[string]any // as GetGuardrail gives them
	Throughputs []map[string]any
	Tags        map[string]map[string]string // by ARN
	Page        int                          // length of a page; 0 is 2
}

type bedrockKey struct{ region string }

// SetBedrock replaces what a Region's control plane knows.
func (c *Cloud) SetBedrock(region string, b Bedrock) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*state(c, bedrockKey{region}, func() *Bedrock { return new(Bedrock) }) = b
}

// control is a Region's control plane; the caller holds c.mu.
func (c *Cloud) control(r *request) *Bedrock {
	return state(c, bedrockKey{r.region}, func() *Bedrock { return new(Bedrock) })
}

func (c *Cloud) bedrockOperations() map[string]operation {
	return map[string]operation{
		"ListInferenceProfiles": c.listBedrock("inferenceProfileSummaries", func(b *Bedrock) []map[string]any { return b.Profiles }),
		"ListProvisionedModelThroughputs": c.listBedrock("provisionedModelSummaries",
			func(b *Bedrock) []map[string]any { return b.Throughputs }),
		"ListFoundationModels": c.listBedrock("modelSummaries", func(b *Bedrock) []map[string]any { return b.Models }),
		"ListGuardrails":       c.listBedrock("guardrails", summaries),
		"GetInferenceProfile": c.getBedrock("inferenceProfileArn", "inferenceProfileId",
			func(b *Bedrock) []map[string]any { return b.Profiles }),
		"GetGuardrail":        c.getBedrock("guardrailArn", "guardrailId", func(b *Bedrock) []map[string]any { return b.Guardrails }),
		"ListTagsForResource": c.bedrockTags,
		"GetModelInvocationLoggingConfiguration": func(r *request) (any, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if b := c.control(r); b.Logging != nil {
				return map[string]any{"loggingConfig": b.Logging}, nil
			}
			return map[string]any{}, nil
		},
		"Converse":                                  c.converse,
		"PutModelInvocationLoggingConfiguration":    c.putLogging,
		"DeleteModelInvocationLoggingConfiguration": c.deleteLogging,
	}
}

// routeBedrock names the operation of a path of Bedrock's control plane.
func routeBedrock(r *request) (op, subject string) {
	path, _ := url.PathUnescape(strings.TrimPrefix(r.http.URL.EscapedPath(), "/"))
	head, rest, _ := strings.Cut(path, "/")
	switch head {
	case "model":
		return "Converse", rest
	case "inference-profiles":
		return oneOrAll("InferenceProfile", rest), rest
	case "guardrails":
		return oneOrAll("Guardrail", rest), rest
	case "foundation-models":
		return "ListFoundationModels", rest
	case "provisioned-model-throughputs":
		return "ListProvisionedModelThroughputs", rest
	case "listTagsForResource":
		return "ListTagsForResource", string(r.body)
	case "logging":
		verb := map[string]string{http.MethodPut: "Put", http.MethodDelete: "Delete"}[r.http.Method]
		return cmp.Or(verb, "Get") + "ModelInvocationLoggingConfiguration", string(r.body)
	}
	return "", path
}

func oneOrAll(what, id string) string {
	if id == "" {
		return "List" + what + "s"
	}
	return "Get" + what
}

// summaries are guardrails as ListGuardrails spells them.
func summaries(b *Bedrock) []map[string]any {
	var out []map[string]any
	for _, g := range b.Guardrails {
		out = append(out, map[string]any{"arn": g["guardrailArn"], "id": g["guardrailId"], "name": g["name"],
			"status": g["status"], "version": g["version"], "createdAt": g["createdAt"], "updatedAt": g["updatedAt"]})
	}
	return out
}

// listBedrock answers a list by pages; foundation models have none. Of
// guardrails it is the drafts, or all versions of one.
func (c *Cloud) listBedrock(member string, list func(*Bedrock) []map[string]any) operation {
	return func(r *request) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		b := c.control(r)
		var all []map[string]any
		kind := r.http.URL.Query().Get("type")
		id := r.http.URL.Query().Get("guardrailIdentifier")
		for _, d := range list(b) {
			_, versioned := d["version"]
			if (kind == "" || d["type"] == kind) && (!versioned || id == "" && d["version"] == "DRAFT" || d["id"] == id && id != "") {
				all = append(all, d)
			}
		}
		size := b.Page
		if size == 0 {
			size = 2
		}
		if member == "modelSummaries" {
			size = len(all)
		}
		from, to, token := pageOf(r.http.URL.Query().Get("nextToken"), len(all), size, r.fault.empty)
		out := map[string]any{member: append([]map[string]any{}, all[from:to]...)}
		if token != "" {
			out["nextToken"] = token
		}
		return out, nil
	}
}

// getBedrock answers one document by its ARN or id.
func (c *Cloud) getBedrock(arn, id string, list func(*Bedrock) []map[string]any) operation {
	return func(r *request) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		version := r.http.URL.Query().Get("guardrailVersion")
		for _, d := range list(c.control(r)) {
			if (d[arn] == r.subject || d[id] == r.subject) && (version == "" || d["version"] == version) {
				return d, nil
			}
		}
		return nil, fail(404, "ResourceNotFoundException", "%s was not found", r.subject)
	}
}

func (c *Cloud) bedrockTags(r *request) (any, error) {
	var in struct {
		ResourceARN string `json:"resourceARN"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	tags := []map[string]any{}
	for _, k := range sortedTags(c.control(r).Tags[in.ResourceARN]) {
		tags = append(tags, map[string]any{"key": k[0], "value": k[1]})
	}
	return map[string]any{"tags": tags}, nil
}
