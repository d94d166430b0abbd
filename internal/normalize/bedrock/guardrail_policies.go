package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// policy is one part of an assessment: lists of what was looked at. read is
// false for what was looked at and not found.
type policy struct {
	name, key string
	lists     []string
	read      func(jsondoc.Value) (event.GuardrailItem, bool)
}

// policies stand in the order of the vocabulary's constants.
var policies = [...]policy{
	{event.PolicyTopic, "topicPolicy", []string{"topics"}, entry},
	{event.PolicyContent, "contentPolicy", []string{"filters"}, entry},
	{event.PolicyWord, "wordPolicy", []string{"customWords", "managedWordLists"}, entry},
	{event.PolicySensitive, "sensitiveInformationPolicy", []string{"piiEntities", "regexes"}, entry},
	{event.PolicyGrounding, "contextualGroundingPolicy", []string{"filters"}, grounding},
	{event.PolicyReasoning, "automatedReasoningPolicy", []string{"findings"}, finding},
}

// entry reads what a policy lists. Full traces also list what was not found,
// as detected: false; older ones have no such member and list only what was.
func entry(v jsondoc.Value) (event.GuardrailItem, bool) {
	item := event.GuardrailItem{
		Type: constant(v.Get("type")), Name: event.Code(v.Get("name").Str()), Action: constant(v.Get("action")),
		Confidence: constant(v.Get("confidence")), Strength: constant(v.Get("filterStrength")),
		Match: v.Get("match").Str(),
	}
	if v.Kind() != jsondoc.Object || acts(item) {
		return item, v.Kind() == jsondoc.Object
	}
	detected, said := v.Get("detected").Bool()
	return item, detected || !said && item.Confidence != "NONE"
}

// grounding reads a score, which is always listed; it is a find when it stays
// below its threshold.
func grounding(v jsondoc.Value) (event.GuardrailItem, bool) {
	item, found := entry(v)
	item.Score, item.Threshold = number(v.Get("score")), number(v.Get("threshold"))
	if _, said := v.Get("detected").Bool(); said || acts(item) || item.Score == nil || item.Threshold == nil {
		return item, found
	}
	return item, *item.Score < *item.Threshold
}

// finding reads a finding of automated reasoning, whose one member says how the
// check ended. Only a valid one without a warning found nothing. Findings have
// no action: the caller decides what to make of them.
func finding(v jsondoc.Value) (event.GuardrailItem, bool) {
	for kind, detail := range v.Members() {
		warned := detail.Get("logicWarning").Exists()
		return event.GuardrailItem{Type: snake(kind)}, kind != "valid" || warned
	}
	return event.GuardrailItem{}, false
}
