package logging

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"seismo/internal/account"
)

// DataEventTypes are the resource types by which CloudTrail selects the data
// events of Bedrock, AgentCore and the mantle endpoint. There is no wildcard for
// them. Source: "Logging data events" in CloudTrail's user guide.
func DataEventTypes() []string {
	return []string{
		"AWS::Bedrock::AdvancedOptimizePromptJob", "AWS::Bedrock::AgentAlias", "AWS::Bedrock::AsyncInvoke",
		"AWS::Bedrock::AutomatedReasoningPolicy", "AWS::Bedrock::AutomatedReasoningPolicyVersion", "AWS::Bedrock::Blueprint",
		"AWS::Bedrock::DataAutomationInvocation", "AWS::Bedrock::DataAutomationProfile", "AWS::Bedrock::DataAutomationProject",
		"AWS::Bedrock::FlowAlias", "AWS::Bedrock::FlowExecution", "AWS::Bedrock::Guardrail", "AWS::Bedrock::InlineAgent",
		"AWS::Bedrock::KnowledgeBase", "AWS::Bedrock::Model", "AWS::Bedrock::Prompt", "AWS::Bedrock::PromptVersion",
		"AWS::Bedrock::Session", "AWS::Bedrock::Tool",
		"AWS::BedrockAgentCore::APIKeyCredentialProvider", "AWS::BedrockAgentCore::Browser", "AWS::BedrockAgentCore::CodeInterpreter",
		"AWS::BedrockAgentCore::Evaluator", "AWS::BedrockAgentCore::Gateway", "AWS::BedrockAgentCore::Memory",
		"AWS::BedrockAgentCore::OAuth2CredentialProvider", "AWS::BedrockAgentCore::Runtime", "AWS::BedrockAgentCore::RuntimeEndpoint",
		"AWS::BedrockAgentCore::TokenVault", "AWS::BedrockAgentCore::WorkloadIdentity",
		"AWS::BedrockMantle::Project",
	}
}

// selection is what a trail selects, in one of CloudTrail's two ways.
type selection struct {
	Basic    []types.EventSelector         `json:"basic,omitzero"`
	Advanced []types.AdvancedEventSelector `json:"advanced,omitzero"`
}

func readSelectors(ctx context.Context, p place, name string) (string, error) {
	out, err := p.account.CloudTrail(p.region).GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &name})
	if err != nil {
		return "", explain(err, "read the selectors of the trail "+name)
	}
	return textOf(selection{out.EventSelectors, out.AdvancedEventSelectors})
}

// writeSelectors sets what a trail selects. A Region need not know all types: one
// that CloudTrail refuses by name is left out, which verify shows.
func writeSelectors(ctx context.Context, p place, name, _, to string) error {
	s, err := fromText[selection](to)
	if err != nil {
		return err
	}
	for {
		in := &cloudtrail.PutEventSelectorsInput{TrailName: &name, EventSelectors: s.Basic}
		if len(s.Advanced) > 0 {
			in.EventSelectors, in.AdvancedEventSelectors = nil, s.Advanced
		}
		_, err := p.account.CloudTrail(p.region).PutEventSelectors(ctx, in)
		refused := -1
		if account.Code(err) == "InvalidEventSelectorsException" {
			refused = slices.IndexFunc(s.Advanced, func(a types.AdvancedEventSelector) bool {
				kind := typeOf(a)
				return strings.HasPrefix(aws.ToString(a.Name), own) && kind != "" && quoted(err.Error(), kind)
			})
		}
		if refused < 0 {
			return explain(err, "set the selectors of the trail "+name)
		}
		s.Advanced = slices.Delete(s.Advanced, refused, refused+1)
	}
}

// quoted reports whether a text names a type, and not only a longer one.
func quoted(text, kind string) bool {
	for {
		at := strings.Index(text, kind)
		if at < 0 {
			return false
		}
		text = text[at+len(kind):]
		if text == "" || !strings.ContainsAny(text[:1], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
			return true
		}
	}
}

// typeOf is the type of resource that an advanced selector is about, "" when it is
// of management events.
func typeOf(a types.AdvancedEventSelector) string {
	for _, f := range a.FieldSelectors {
		if aws.ToString(f.Field) == "resources.type" && len(f.Equals) == 1 {
			return f.Equals[0]
		}
	}
	return ""
}

// whole reports whether a selector takes every event of its type.
func whole(a types.AdvancedEventSelector) bool {
	return typeOf(a) != "" && len(a.FieldSelectors) == 2
}

// allManagement reports whether a selector takes every management event.
func allManagement(a types.AdvancedEventSelector) bool {
	return len(a.FieldSelectors) == 1 && slices.Equal(a.FieldSelectors[0].Equals, []string{"Management"})
}

// wantSelectors adds the types that are missing; a trail of seismo's own also takes
// all management events, calls of models among them. What others select stays:
// basic selectors, which cannot stand beside advanced ones, are spelled as such.
func wantSelectors(theirs bool) func(string) (string, error) {
	return func(before string) (string, error) { return mergedSelectors(before, !theirs) }
}

func mergedSelectors(before string, management bool) (string, error) {
	var now selection
	if before != "" {
		var err error
		if now, err = fromText[selection](before); err != nil {
			return "", err
		}
	}
	after := selection{Advanced: slices.Clone(now.Advanced)}
	if len(now.Advanced) == 0 {
		for _, b := range now.Basic {
			after.Advanced = append(after.Advanced, advanced(b)...)
		}
		if before == "" { // of a trail that is not there yet: what CloudTrail itself begins with
			after.Advanced = advanced(types.EventSelector{IncludeManagementEvents: aws.Bool(true), ReadWriteType: types.ReadWriteTypeAll})
		}
	}
	added := 0
	if management && !slices.ContainsFunc(after.Advanced, allManagement) {
		after.Advanced = append(advanced(types.EventSelector{ReadWriteType: types.ReadWriteTypeAll}), after.Advanced...)
		added++
	}
	for _, kind := range DataEventTypes() {
		if !slices.ContainsFunc(after.Advanced, func(a types.AdvancedEventSelector) bool { return typeOf(a) == kind && whole(a) }) {
			after.Advanced = append(after.Advanced, types.AdvancedEventSelector{Name: aws.String(own + " " + kind),
				FieldSelectors: []types.AdvancedFieldSelector{equals("eventCategory", "Data"), equals("resources.type", kind)}})
			added++
		}
	}
	if added == 0 {
		return before, nil
	}
	return textOf(after)
}

func equals(field string, values ...string) types.AdvancedFieldSelector {
	return types.AdvancedFieldSelector{Field: &field, Equals: values}
}

// advanced is a basic selector as advanced ones. Source: "Converting basic event
// selectors to advanced event selectors" in CloudTrail's user guide.
func advanced(b types.EventSelector) []types.AdvancedEventSelector {
	var list []types.AdvancedEventSelector
	var only []types.AdvancedFieldSelector
	switch b.ReadWriteType {
	case types.ReadWriteTypeReadOnly:
		only = append(only, equals("readOnly", "true"))
	case types.ReadWriteTypeWriteOnly:
		only = append(only, equals("readOnly", "false"))
	}
	if b.IncludeManagementEvents == nil || *b.IncludeManagementEvents {
		fields := append([]types.AdvancedFieldSelector{equals("eventCategory", "Management")}, only...)
		if len(b.ExcludeManagementEventSources) > 0 {
			fields = append(fields, types.AdvancedFieldSelector{Field: aws.String("eventSource"), NotEquals: b.ExcludeManagementEventSources})
		}
		list = append(list, types.AdvancedEventSelector{Name: aws.String("Management events"), FieldSelectors: fields})
	}
	for _, d := range b.DataResources {
		fields := append([]types.AdvancedFieldSelector{equals("eventCategory", "Data"), equals("resources.type", aws.ToString(d.Type))}, only...)
		if !slices.ContainsFunc(d.Values, func(v string) bool { return strings.Count(v, ":") < 3 }) { // arn:aws:lambda is all of them
			fields = append(fields, types.AdvancedFieldSelector{Field: aws.String("resources.ARN"), StartsWith: d.Values})
		}
		list = append(list, types.AdvancedEventSelector{Name: d.Type, FieldSelectors: fields})
	}
	return list
}

// withoutOwnSelectors takes seismo's selectors out. A trail has them all from one
// owner.
func withoutOwnSelectors(text string, _ owner) (string, error) {
	if text == "" {
		return "", nil
	}
	now, err := fromText[selection](text)
	if err != nil {
		return "", err
	}
	now.Advanced = slices.DeleteFunc(now.Advanced, func(a types.AdvancedEventSelector) bool { return aws.ToString(a.Name) == own+" "+typeOf(a) })
	return textOf(now)
}

// missingTypes are the types of Bedrock that a selection does not take whole.
func missingTypes(text string) []string {
	now, err := fromText[selection](text)
	var missing []string
	for _, kind := range DataEventTypes() {
		if err != nil || !slices.ContainsFunc(now.Advanced, func(a types.AdvancedEventSelector) bool { return typeOf(a) == kind && whole(a) }) {
			missing = append(missing, kind)
		}
	}
	return missing
}
