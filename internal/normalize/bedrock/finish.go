package bedrock

import (
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
	}
	if ref.Opaque() && c.x.model != "" {
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

// tokens are the envelope's counts, and the bodies' where it names none. An
// envelope's 0 gives way to a body that counted something.
func (c *call) tokens() event.Tokens {
	body := c.x.usage
	known := func(envelope, vendor, metrics *int64) *int64 {
		for _, n := range []*int64{envelope, vendor, metrics} {
			if n != nil && *n > 0 {
				return n
			}
		}
		for _, n := range []*int64{envelope, vendor, metrics} {
			if n != nil {
				return n
			}
		}
		return nil
	}
	t := event.Tokens{
		Input:        known(c.counts.input, body.input, c.x.metrics.input),
		CacheRead:    known(c.counts.cacheRead, body.cacheRead, c.x.metrics.cacheRead),
		CacheWrite:   known(c.counts.cacheWrite, body.cacheWrite, c.x.metrics.cacheWrite),
		Output:       known(c.counts.output, body.output, c.x.metrics.output),
		CacheWrite1h: body.cacheWrite1h,
	}
	t.Total = sum(t.Input, t.CacheRead, t.CacheWrite, t.Output)
	return t
}

// duration reads milliseconds. Nothing takes no time at all: 0 is unknown.
func duration(v jsondoc.Value) *float64 {
	ms := number(v)
	if ms == nil || *ms <= 0 {
		return nil
	}
	return ms
}
