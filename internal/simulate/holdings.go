package simulate

import (
	"strings"

	"seismo/internal/inventory"
)

// Holding is one thing of the company's accounts, as the inventory keeps it.
type Holding struct {
	Account, Region, Kind, ID string
	Body                      any
}

// Holdings are what the company's accounts hold: logging to a bucket for each
// account and Region, of everything but embeddings, the application inference profiles, and the guardrail of
// the support chat with a draft that somebody began.
func Holdings() []Holding {
	var out []Holding
	for _, p := range places {
		out = append(out, Holding{p.account, p.region, inventory.KindLogging, inventory.KindLogging, inventory.Logging{
			On: true, Text: true, Image: true, Video: true, Audio: true,
			S3: &inventory.Destination{Bucket: p.bucket()}}})
	}
	profile := func(arn, name, model string, tags map[string]string) {
		parts := strings.SplitN(arn, ":", 6)
		region, account := parts[3], parts[4]
		out = append(out, Holding{account, region, inventory.KindProfile, arn[len(arn)-12:], inventory.Profile{ARN: arn, Name: name,
			Type: "APPLICATION", Status: "ACTIVE", Models: []string{"arn:aws:bedrock:" + region + "::foundation-model/" + model}, Tags: tags}})
	}
	profile(translateProfile, "mail-translator", "amazon.nova-pro-v1:0", map[string]string{"team": "customer-care", "app": "mail-translator"})
	profile(studioProfile, "campaign-studio", "anthropic.claude-sonnet-4-6", nil)
	weak := []string{"filtered below MEDIUM in a direction: insults"}
	filters := []inventory.Filter{{Type: "HATE", Input: "HIGH", Output: "HIGH"}, {Type: "INSULTS", Input: "LOW", Output: "LOW"},
		{Type: "MISCONDUCT", Input: "HIGH", Output: "HIGH"}, {Type: "PROMPT_ATTACK", Input: "HIGH", Output: "NONE"},
		{Type: "SEXUAL", Input: "HIGH", Output: "HIGH"}, {Type: "VIOLENCE", Input: "MEDIUM", Output: "MEDIUM"}}
	pii := []inventory.Personal{{Type: "CREDIT_DEBIT_CARD_NUMBER", Action: "ANONYMIZE"}}
	for _, version := range []string{"4", "DRAFT"} {
		g := inventory.Guardrail{ARN: "arn:aws:bedrock:us-east-1:" + shopAccount + ":guardrail/" + chatGuard, Name: "support-chat",
			Version: version, Status: "READY", Content: filters, Topics: 2, PII: pii, Strength: inventory.Medium, Weak: weak}
		out = append(out, Holding{shopAccount, "us-east-1", inventory.KindGuardrail, chatGuard + ":" + version, g})
	}
	return out
}
