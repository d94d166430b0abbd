package bedrock

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"seismo/internal/jsondoc"
)

// stop is why the model stopped, in the vocabulary's words. A native body that
// a guardrail answered in the model's place has no word of its own.
func (c *call) stop() string {
	if c.x.stop == "" && c.ev.Guardrail.Action == intervened && !maskedOnly(c.ev.Guardrail) {
		return stopGuardrail
	}
	return stopReason(c.x.stop)
}

const stopGuardrail = "guardrail_intervened"

// stopReason spells a vendor's word as the vocabulary does. Words that mean
// nothing that the vocabulary has a word for stay, in lower snake.
func stopReason(word string) string {
	word = snake(word)
	switch word {
	case "stop", "finish", "finished", "complete", "endoftext", "eos", "eos_token", "stop_eos":
		return "end_turn"
	case "length", "max_length":
		return "max_tokens"
	case "tool_call", "tool_calls", "function_call":
		return "tool_use"
	case "content_filter", "error_toxic":
		return "content_filtered"
	}
	if strings.HasPrefix(word, "filter_reason") {
		return "content_filtered"
	}
	return word
}

// longestWord bounds words, which come from bodies.
const longestWord = 64

// snake writes a word in lower snake: CONTENT_FILTERED, contentFiltered and
// "content filtered" are all content_filtered. What is longer than a word, or has
// letters that no word of a vendor has, may be what somebody said: it is "".
func snake(word string) string {
	if len(word) > longestWord {
		return ""
	}
	var b strings.Builder
	wasLower := false
	for _, r := range word {
		switch {
		case r >= utf8.RuneSelf:
			return ""
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && wasLower:
			b.WriteByte('_')
		}
		wasLower = unicode.IsLower(r) || unicode.IsDigit(r)
		if r != '_' || !strings.HasSuffix(b.String(), "_") {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() > longestWord {
		return ""
	}
	return strings.Trim(b.String(), "_")
}

// constant reads one of AWS's constants, such as INTERVENED. Anything else may be
// what somebody said: it is "".
func constant(v jsondoc.Value) string {
	s := v.Str()
	if len(s) > longestWord {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; c != '_' && c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return ""
		}
	}
	return s
}
