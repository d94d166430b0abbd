package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
)

// mostVersions is how many versions of a guardrail are read, the newest ones and
// the draft.
const mostVersions = 10

// guardrails reads every guardrail in its newest versions.
func guardrails(ctx context.Context, p place) ([]item, error) {
	client := p.bedrock()
	drafts, err := summaries(ctx, p, client, nil)
	if err != nil {
		return nil, err
	}
	var items []item
	for _, d := range drafts {
		versions, err := summaries(ctx, p, client, d.Id)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(versions, func(a, b types.GuardrailSummary) int {
			return aws.ToTime(b.CreatedAt).Compare(aws.ToTime(a.CreatedAt))
		})
		for _, v := range versions[:min(len(versions), mostVersions)] {
			out, err := client.GetGuardrail(ctx, &bedrock.GetGuardrailInput{GuardrailIdentifier: v.Id, GuardrailVersion: v.Version})
			if err != nil {
				return nil, p.explain(err, "read the guardrail "+aws.ToString(v.Id))
			}
			items = append(items, item{aws.ToString(v.Id) + ":" + aws.ToString(v.Version), guardrail(out)})
		}
	}
	return items, nil
}

// summaries lists the drafts of all guardrails, or all versions of one.
func summaries(ctx context.Context, p place, client *bedrock.Client, id *string) ([]types.GuardrailSummary, error) {
	var found []types.GuardrailSummary
	list := bedrock.NewListGuardrailsPaginator(client, &bedrock.ListGuardrailsInput{GuardrailIdentifier: id})
	err := pages(ctx, list, func(out *bedrock.ListGuardrailsOutput) { found = append(found, out.Guardrails...) })
	return found, p.explain(err, "list guardrails")
}

func guardrail(out *bedrock.GetGuardrailOutput) Guardrail {
	g := Guardrail{ARN: aws.ToString(out.GuardrailArn), Name: aws.ToString(out.Name), Version: aws.ToString(out.Version), Status: string(out.Status)}
	if c := out.ContentPolicy; c != nil {
		for _, f := range c.Filters {
			g.Content = append(g.Content, Filter{string(f.Type),
				effective(f.InputStrength, f.InputAction, f.InputEnabled), effective(f.OutputStrength, f.OutputAction, f.OutputEnabled)})
		}
		slices.SortFunc(g.Content, func(a, b Filter) int { return strings.Compare(a.Type, b.Type) })
	}
	if t := out.TopicPolicy; t != nil {
		g.Topics = len(t.Topics)
	}
	if w := out.WordPolicy; w != nil {
		g.Words = len(w.Words)
		for _, l := range w.ManagedWordLists {
			g.Lists = append(g.Lists, string(l.Type))
		}
	}
	if s := out.SensitiveInformationPolicy; s != nil {
		for _, e := range s.PiiEntities {
			g.PII = append(g.PII, Personal{string(e.Type), string(e.Action)})
		}
		slices.SortFunc(g.PII, func(a, b Personal) int { return strings.Compare(a.Type, b.Type) })
		g.Patterns = len(s.Regexes)
	}
	if c := out.ContextualGroundingPolicy; c != nil {
		g.Grounding = len(c.Filters)
	}
	if a := out.AutomatedReasoningPolicy; a != nil {
		g.Reasoning = len(a.Policies)
	}
	g.Strength, g.Weak = strength(g)
	return g
}

// effective is a filter's strength where it blocks.
func effective(s types.GuardrailFilterStrength, action types.GuardrailContentFilterAction, enabled *bool) string {
	if action == types.GuardrailContentFilterActionNone || enabled != nil && !*enabled || s == "" {
		return string(types.GuardrailFilterStrengthNone)
	}
	return string(s)
}

// Strengths of a guardrail.
const (
	Strong = "strong"
	Medium = "medium"
	Weak   = "weak"
	None   = "none"
)

// harms are the kinds of content that a filter is expected for.
var harms = [...]types.GuardrailContentFilterType{
	types.GuardrailContentFilterTypeHate, types.GuardrailContentFilterTypeInsults, types.GuardrailContentFilterTypeMisconduct,
	types.GuardrailContentFilterTypeSexual, types.GuardrailContentFilterTypeViolence,
}

// strength sums a guardrail up. Strong blocks prompt attacks at HIGH, each kind
// of harm at MEDIUM or more in both directions, and looks for personal data.
// Medium lacks one of these three; weak lacks more, or lets prompt attacks pass;
// none stops nothing at all.
func strength(g Guardrail) (string, []string) {
	var weak []string
	attack := level(g, types.GuardrailContentFilterTypePromptAttack, false)
	if attack < level3 {
		weak = append(weak, fmt.Sprintf("prompt attacks are filtered at %s, not HIGH", levels[attack]))
	}
	var low []string
	for _, h := range harms {
		if level(g, h, false) < level2 || level(g, h, true) < level2 {
			low = append(low, strings.ToLower(string(h)))
		}
	}
	if low != nil {
		weak = append(weak, "filtered below MEDIUM in a direction: "+strings.Join(low, ", "))
	}
	if !hides(g) {
		weak = append(weak, "personal data is not looked for")
	}
	switch {
	case empty(g):
		return None, weak
	case len(weak) == 0:
		return Strong, nil
	case len(weak) == 1 && attack > 0:
		return Medium, weak
	}
	return Weak, weak
}

// The strengths of a filter, from nothing to HIGH.
var levels = [...]string{"NONE", "LOW", "MEDIUM", "HIGH"}

const (
	level2 = 2
	level3 = 3
)

func level(g Guardrail, kind types.GuardrailContentFilterType, output bool) int {
	for _, f := range g.Content {
		if f.Type != string(kind) {
			continue
		}
		if output {
			return max(0, slices.Index(levels[:], f.Output))
		}
		return max(0, slices.Index(levels[:], f.Input))
	}
	return 0
}

func hides(g Guardrail) bool {
	return g.Patterns > 0 || slices.ContainsFunc(g.PII, func(p Personal) bool { return p.Action != "NONE" })
}

// empty tells a guardrail that stops nothing.
func empty(g Guardrail) bool {
	for _, f := range g.Content {
		if f.Input != levels[0] || f.Output != levels[0] {
			return false
		}
	}
	return g.Topics+g.Words+len(g.Lists)+g.Grounding+g.Reasoning == 0 && !hides(g)
}
