package bedrock

import (
	"fmt"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// Reasons for a body that is there and is not read.
const (
	reasonUnasked    = "the body lies in S3, where this run does not look"
	reasonForeign    = "the address lies in another account's log folder, so that it was not looked for"
	reasonGone       = "the object is not there; it can come a minute after its record, and a lifecycle rule may have removed it"
	reasonForbidden  = "reading the object was refused; allow s3:GetObject on the data folders below the log prefix"
	reasonTooLarge   = "the body is larger than the limit for bodies, which can be raised"
	reasonUnreadable = "the object could not be read"
	reasonNotJSON    = "the body is not JSON"
)

// Reasons for a body that the record neither holds nor points to.
const (
	reasonFailed = "the call failed, and Bedrock logs no bodies of failed calls"
	reasonLarge  = "the body is over 100 KB and the logging configuration has no bucket for large data; " +
		"set largeDataDeliveryS3Config of its CloudWatch destination"
	reasonEither = "either the logging configuration does not deliver %s data (set %sDataDeliveryEnabled), " +
		"or the body is over 100 KB and it has no bucket for large data (set largeDataDeliveryS3Config)"
	reasonOff   = "the logging configuration does not deliver %s data; set %sDataDeliveryEnabled"
	reasonBare  = "the record mentions no body; another tool may have cut it"
	reasonAsync = "the answer of an asynchronous call goes to the caller's own bucket, not to the log"
)

// largeTokens are about 100 KB of text: from there on, size can be why a body is
// missing.
const largeTokens = 20_000

// missing says why bodies are missing, once it is known what kind of call it was.
func (c *call) missing() {
	in, out := &c.ev.Body.Input, &c.ev.Body.Output
	if in.State == event.BodyMissing && in.Reason == "" {
		in.Reason = c.why(c.doc.Get("input"), out.State != event.BodyMissing)
	}
	if out.State == event.BodyMissing && out.Reason == "" {
		out.Reason = c.why(c.doc.Get("output"), in.State != event.BodyMissing || in.URI != "")
		if c.ev.Error == "" && c.ev.Operation == "StartAsyncInvoke" {
			out.Reason = reasonAsync
		}
	}
}

// why weighs the two ways to lose a body. Text is delivered on both sides or on
// none, so that a text whose counterpart is there was too large; records in S3
// have room for every body.
func (c *call) why(side jsondoc.Value, counterpart bool) string {
	kind := c.modality()
	switch inS3 := c.ev.Origin.Bucket != ""; {
	case c.ev.Error != "":
		return reasonFailed
	case side.Len() == 0:
		return reasonBare
	case !inS3 && counterpart && kind == "text":
		return reasonLarge
	case !inS3 && c.large():
		return fmt.Sprintf(reasonEither, kind, kind)
	}
	return fmt.Sprintf(reasonOff, kind, kind)
}

func (c *call) large() bool {
	t := c.ev.Tokens
	in := sum(t.Input, t.CacheRead, t.CacheWrite)
	return in != nil && *in >= largeTokens || t.Output != nil && *t.Output >= largeTokens
}

// modality is the kind of delivery that the logging configuration turns on and
// off: text, image, embedding, video or audio.
func (c *call) modality() string {
	switch c.ev.API {
	case "embeddings":
		return "embedding"
	case "image", "video", "audio":
		return c.ev.API
	}
	return "text"
}
