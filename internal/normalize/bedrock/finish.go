package bedrock

import (
	"cmp"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// finish makes the event's fields of what envelope and bodies said.
func (c *call) finish() {
	c.resolveModel()
	c.ev.Tokens = c.tokens()
	c.ev.Latency = c.x.latency
	c.ev.Params = c.x.params
	c.ev.ToolsOffered = c.x.tools
	c.ev.Embeddings = c.x.embeddings
	if c.ev.Metadata == nil {
		c.ev.Metadata = metadata(c.request.Get("requestMetadata"))
	}
	c.messages()
	c.guardrail()
	c.ev.StopReason = c.stop()
	c.thread()
	c.ev.API = c.api()
	c.missing()
}

// resolveModel reads the model reference. What the reference hides, the trace
// of a prompt router tells for sure; the name in a body is only a hint at
// vendor and family.
func (c *call) resolveModel() {
	ref := c.models.Resolve(c.ev.ModelRef)
	if c.x.routed != "" {
		routed := c.models.Resolve(c.x.routed)
		ref.Model, ref.Vendor, ref.Family, ref.API = routed.Model, routed.Vendor, routed.Family, routed.API
		ref.Profile = cmp.Or(routed.Profile, ref.Profile) // the profile that was run has the price
	}
	if ref.Model == "" && c.x.model != "" {
		named := c.models.Named(c.x.model)
		ref.Model, ref.Vendor, ref.Family, ref.API = named.Model, named.Vendor, named.Family, named.API
	}
	c.ev.Model, c.ev.Vendor, c.ev.Family = ref.Model, ref.Vendor, ref.Family
	c.ev.Profile, c.ev.ProfileKind = ref.Profile, ref.Kind
	c.modelAPI = ref.API
}

// api is what the bodies show, else what the operation or the model does.
func (c *call) api() string {
	switch {
	case c.x.api != "":
		return c.x.api
	case c.x.converse:
		return "chat"
	case c.ev.Video != event.Video{}:
		return "video"
	}
	return c.modelAPI
}

// tokens are the envelope's counts, and the bodies' where it names none or has
// a 0 while the body counted something.
func (c *call) tokens() event.Tokens {
	body, metrics := c.x.usage, c.x.metrics
	t := event.Tokens{
		Input:        known(c.counts.input, body.input, metrics.input),
		CacheRead:    known(c.counts.cacheRead, body.cacheRead, metrics.cacheRead),
		CacheWrite:   known(c.counts.cacheWrite, body.cacheWrite, metrics.cacheWrite),
		Output:       known(c.counts.output, body.output, metrics.output),
		CacheWrite1h: body.cacheWrite1h,
	}
	if whole := body.whole; whole != nil && t.Input != nil && *t.Input == *whole && t.CacheRead == body.cacheRead {
		t.Input = body.input // the envelope repeats a count with the cache in it
	}
	t.Total = sum(t.Input, t.CacheRead, t.CacheWrite, t.Output)
	if whole := body.total; whole != nil && *whole > 0 && (t.Total == nil || *t.Total == 0) {
		return event.Tokens{Total: whole} // the zeros are no counts
	}
	return t
}

// known is the first count that is more than 0, else the first at all.
func known(counts ...*int64) (first *int64) {
	for _, n := range counts {
		if n != nil && *n > 0 {
			return n
		}
		if first == nil {
			first = n
		}
	}
	return first
}

// duration reads milliseconds. Nothing takes no time at all: 0 is unknown.
func duration(v jsondoc.Value) *float64 {
	ms := number(v)
	if ms == nil || *ms <= 0 {
		return nil
	}
	return ms
}
