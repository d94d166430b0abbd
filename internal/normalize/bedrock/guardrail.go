package bedrock

import (
	"cmp"
	"slices"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

const intervened = "INTERVENED"

// guardrail says what a guardrail did: from Converse's trace.guardrail or from
// amazon-bedrock-trace, streamed or not, and without a trace from the action
// or the stop reason alone.
func (c *call) guardrail() {
	g := &c.ev.Guardrail
	c.requested(c.request.Get("guardrailConfig"))
	trace := c.x.native.trace.Get("guardrail")
	if c.x.assessed.Exists() {
		trace = c.x.assessed
	}
	g.Action = constant(c.x.native.action)
	if g.Action == "" && stopReason(c.x.stop) == stopGuardrail {
		g.Action = intervened
	}
	g.Reason = trace.Get("actionReason").Str()
	c.assess(event.DirectionInput, trace.First("inputAssessment", "inputAssessments", "input", "inputs"))
	c.assess(event.DirectionOutput, trace.First("outputAssessments", "outputAssessment", "outputs", "output"))
	for _, policy := range policies {
		if slices.ContainsFunc(g.Items, func(item event.GuardrailItem) bool { return item.Policy == policy.name }) {
			g.Policies = append(g.Policies, policy.name)
		}
	}
	ran := trace.Exists() || g.Action != "" || g.ID != "" && c.response.Exists()
	if ran {
		g.Intervened = new(g.Action == intervened || slices.ContainsFunc(g.Items, acts))
	}
}

// requested reads the guardrail that a Converse request asks for. That of
// InvokeModel stands in headers, which are not logged.
func (c *call) requested(config jsondoc.Value) {
	c.ev.Guardrail.ID = guardrailID(config.Get("guardrailIdentifier").Str())
	c.ev.Guardrail.Version = word(config.Get("guardrailVersion"))
}

// guardrailID is the id at the end of a guardrail's ARN, or the id itself.
func guardrailID(s string) string {
	if _, id, found := strings.Cut(s, ":guardrail/"); found {
		return id
	}
	return s
}

// assess reads assessments in all their shapes: a map from guardrail to
// assessment or to a list of them, a list of such maps, or one alone.
func (c *call) assess(direction string, v jsondoc.Value) {
	for m := range v.Items() {
		c.assess(direction, m)
	}
	if isAssessment(v) {
		c.assessment(direction, "", v)
		return
	}
	for id, a := range v.Members() {
		if a.Kind() == jsondoc.Object {
			c.assessment(direction, id, a)
		}
		for one := range a.Items() {
			c.assessment(direction, id, one)
		}
	}
}

func isAssessment(v jsondoc.Value) bool {
	if v.Get("invocationMetrics").Exists() {
		return true
	}
	return slices.ContainsFunc(policies[:], func(p policy) bool { return v.Get(p.key).Exists() })
}

func (c *call) assessment(direction, id string, v jsondoc.Value) {
	g := &c.ev.Guardrail
	details := v.Get("appliedGuardrailDetails")
	named := guardrailID(cmp.Or(details.Get("guardrailId").Str(), details.Get("guardrailArn").Str()))
	switch {
	case named != "" && (g.ID == "" || c.keyed):
		g.ID, c.keyed = named, false
	case g.ID == "":
		g.ID, c.keyed = guardrailID(id), true
	}
	if g.Version == "" && g.ID == cmp.Or(named, guardrailID(id)) { // of several guardrails the id and the version of one
		g.Version = word(details.Get("guardrailVersion"))
	}
	for _, p := range policies {
		for _, list := range p.lists {
			for found := range v.Get(p.key, list).Items() {
				if item, ok := p.read(found); ok {
					item.Policy, item.Direction = p.name, direction
					g.Items = append(g.Items, item)
				}
			}
		}
	}
}

// acts reports whether an item changed what was said. One that was only
// detected did not.
func acts(item event.GuardrailItem) bool {
	return item.Action == event.GuardrailBlocked || item.Action == event.GuardrailAnonymize
}

// maskedOnly reports whether all that the guardrail did was to mask.
func maskedOnly(g event.Guardrail) bool {
	masked := false
	for _, item := range g.Items {
		if item.Action == event.GuardrailBlocked {
			return false
		}
		masked = masked || item.Action == event.GuardrailAnonymize
	}
	return masked
}
