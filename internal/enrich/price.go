package enrich

import (
	"seismo/internal/event"
)

// longContext is the input above which Anthropic's long-context prices hold for
// the whole request; what is read from or written to the cache counts as input.
const longContext = 200_000

// Why a call of a model with a price has none.
const (
	reasonNoTokens     = "no token counts in the log"
	reasonNoInput      = "no count of input tokens in the log"
	reasonNoOutput     = "no count of output tokens in the log"
	reasonNoImages     = "the log does not say how many images were made"
	reasonNoImageSize  = "the log does not say the size or steps of the images made"
	reasonImageSize    = "no price for images of this size"
	reasonNoSeconds    = "the log does not say how long the video made is"
	reasonNoSecondsIn  = "the log does not say how long the video or sound sent is"
	reasonNoMedia      = "no price for the images, video or sound sent to this model"
	reasonNoMediaKnown = "without the input body it is not known what was embedded"
)

// Price is what the event costs when it is the given call: the sum of its
// parts, added in their order, not rounded. A failed call is free; a call of
// which any part is not known is unpriced and says why. Service tiers and batch
// prices are not applied: the log does not say reliably that they were used.
func (b *Book) Price(ev *event.Event, c Call) event.Cost {
	if ev.Outcome == event.Failure || ev.Error != "" {
		return event.Cost{State: event.Free, USD: new(float64)}
	}
	entry, reason := b.Lookup(c)
	if entry == nil {
		return unpriced(reason)
	}
	sum := bill{entry: entry, name: entry.Name()}
	for _, step := range [...]func(*event.Event) string{
		sum.queries, sum.filmed, sum.tokens, sum.images, sum.embedded, sum.seconds,
	} {
		if reason := step(ev); reason != "" {
			return unpriced(reason)
		}
	}
	if len(sum.parts) == 0 {
		return unpriced(reasonNoTokens)
	}
	usd := 0.0
	for _, part := range sum.parts {
		usd += part.USD
	}
	return event.Cost{State: event.Priced, USD: &usd, Parts: sum.parts}
}

func unpriced(reason string) event.Cost {
	return event.Cost{State: event.Unpriced, Reason: reason}
}

// bill collects the parts of one call's cost. Each step adds what it knows, or
// returns why it cannot.
type bill struct {
	entry *Entry
	name  string
	parts []event.CostPart
}

func (s *bill) add(item, unit string, quantity, rate float64) {
	if s.parts == nil {
		s.parts = make([]event.CostPart, 0, 4)
	}
	s.parts = append(s.parts, event.CostPart{
		Item: item, Unit: unit, Quantity: quantity, Rate: rate, USD: quantity * rate,
		Entry: s.name, Source: s.entry.Source, Date: s.entry.Date,
	})
}

// queries bills one query per call; a request with more documents than AWS
// puts in one query costs more, which the log does not tell.
func (s *bill) queries(*event.Event) string {
	if s.entry.Query != nil {
		s.add("query", "query", 1, *s.entry.Query)
	}
	return ""
}

func (s *bill) tokens(ev *event.Event) string {
	rates := &s.entry.Rates
	if *rates == (Rates{}) {
		return ""
	}
	count := ev.Tokens
	if missing := s.uncounted(ev); missing != "" {
		return missing
	}
	hour, short := cacheWrites(count)
	if s.entry.Above200k != nil && known(count.Input)+known(count.CacheRead)+hour+short > longContext {
		rates = s.entry.Above200k
		s.name += " above 200k"
		defer func() { s.name = s.entry.Name() }()
	}
	for _, line := range [...]struct {
		item   string
		count  float64
		rate   *float64
		always bool
		reason string
	}{
		{"input", known(count.Input), rates.Input, counted(count.Input), "no price for this model's input tokens"},
		{"cache_read", known(count.CacheRead), rates.CacheRead, false, "no price for tokens read from this model's cache"},
		{"cache_write", short, rates.CacheWrite, false, "no price for tokens written to this model's cache"},
		{"cache_write_1h", hour, rates.CacheWrite1h, false, "no price for tokens written to this model's cache for an hour"},
		{"output", known(count.Output), rates.Output, counted(count.Output), "no price for this model's output tokens"},
	} {
		switch {
		case line.count > 0 && line.rate == nil:
			return line.reason
		case line.rate != nil && (line.count > 0 || line.always):
			s.add(line.item, "token", line.count, *line.rate)
		}
	}
	return ""
}

// cacheWrites splits what was written to the cache into the part that is kept for
// an hour and the rest, which is kept for five minutes. The whole is what
// Bedrock counts: a body cannot claim a part that is larger.
func cacheWrites(count event.Tokens) (hour, short float64) {
	hour = known(count.CacheWrite1h)
	if !counted(count.CacheWrite) {
		return hour, 0
	}
	whole := known(count.CacheWrite)
	hour = min(hour, whole)
	return hour, whole - hour
}

// uncounted says which count is missing though the entry has a price for it.
func (s *bill) uncounted(ev *event.Event) string {
	noInput := s.entry.Input != nil && !counted(ev.Tokens.Input)
	noOutput := s.entry.Output != nil && !counted(ev.Tokens.Output)
	if noInput && s.entry.ImageIn != nil && len(ev.ImagesIn) > 0 && ev.Prompt == "" {
		noInput = false // nothing but images was embedded
	}
	switch {
	case noInput && !counted(ev.Tokens.Output):
		return reasonNoTokens
	case noInput:
		return reasonNoInput
	case noOutput && !counted(ev.Tokens.Input):
		return reasonNoTokens
	case noOutput:
		return reasonNoOutput
	}
	return ""
}

// counted tells whether a count is one.
func counted(count *int64) bool { return count != nil && *count >= 0 }

// known is a count, 0 when it is absent or no count at all.
func known(count *int64) float64 {
	if !counted(count) {
		return 0
	}
	return float64(*count)
}

// seconds bills video by its length, which the log tells of what was made but
// not of what was sent.
func (s *bill) seconds(ev *event.Event) string {
	if s.entry.VideoSecond == nil {
		return ""
	}
	if ev.Video.Seconds == nil || *ev.Video.Seconds < 0 {
		return reasonNoSeconds
	}
	s.add("second", "second", *ev.Video.Seconds, *s.entry.VideoSecond)
	return ""
}

// filmed ends the bill of a model that is billed by the second of what was sent,
// and by nothing else that is: the log does not tell it.
func (s *bill) filmed(*event.Event) string {
	e := s.entry
	if e.Input == nil && e.ImageIn == nil && (e.VideoSecondIn != nil || e.AudioSecondIn != nil) {
		return reasonNoSecondsIn
	}
	return ""
}

// embedded bills what else than text was sent to a model that reads images,
// video or sound by the piece.
func (s *bill) embedded(ev *event.Event) string {
	e := s.entry
	if e.ImageIn == nil && e.VideoSecondIn == nil && e.AudioSecondIn == nil {
		return s.unembedded(ev)
	}
	switch {
	case ev.Body.Input.State == event.BodyMissing || ev.Body.Input.State == event.BodyS3:
		return reasonNoMediaKnown
	case hasFilm(ev):
		return reasonNoSecondsIn
	}
	if n := len(ev.ImagesIn); n > 0 {
		if e.ImageIn == nil {
			return reasonNoPrice
		}
		s.add("image_in", "image", float64(n), *e.ImageIn)
	}
	return ""
}

// unembedded finds media that were sent to an embedding model of which the book has
// no more than the price of text: counted as no tokens, they would cost nothing.
func (s *bill) unembedded(ev *event.Event) string {
	if s.entry.Input == nil || s.entry.Output != nil || known(ev.Tokens.Input) > 0 {
		return ""
	}
	if len(ev.ImagesIn) > 0 || hasFilm(ev) {
		return reasonNoMedia
	}
	return ""
}

func hasFilm(ev *event.Event) bool {
	for _, message := range ev.MessagesIn {
		for _, block := range message.Content {
			if block.Type == event.BlockVideo || block.Type == event.BlockAudio {
				return true
			}
		}
	}
	return false
}
