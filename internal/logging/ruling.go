package logging

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"seismo/internal/account"
)

// saw says what a policy says.
func (r ruling) saw() string {
	switch r.decision {
	case denies:
		return r.by + " denies it"
	case undecided:
		return "it cannot be told from here whether " + r.by + " applies"
	}
	return map[bool]string{true: "the policy allows it", false: "no statement of the policy allows it"}[r.decision == allows]
}

// ruled adds what a policy says of a request; allowed is what it should say. What
// cannot be told is neither a pass nor a failure.
func (x *examination) ruled(r ruling, allowed bool, name, remedy string) {
	if r.decision == undecided {
		x.list = append(x.list, Check{x.p.region, name, Untold, r.saw(), "Look at it yourself; whether records arrive proves it."})
		return
	}
	x.add((r.decision == allows) == allowed, name, r.saw(), remedy)
}

// inService is a request of a service in its own name, for this account. Of what
// acts in Bedrock only how its ARN begins is known. Source: "Model invocation
// logging" in Bedrock's user guide.
func (p place) inService(service, action, resource string) asking {
	return asking{service: service, action: action, resource: resource, context: map[string]string{"aws:resourceaccount": p.id}}
}

// ofBedrock is a request of the Bedrock of an account and a Region.
func (p place) ofBedrock(who tenant, action, resource string) asking {
	a := p.inService(bedrockService, action, resource)
	a.context["aws:sourceaccount"] = who.account
	a.context["aws:sourcearn"] = p.partition.ARN("bedrock", who.region, who.account, example)
	if resource != "" { // it is not said in which Region Bedrock takes a role
		a.context["aws:requestedregion"] = p.region
	}
	return a
}

// tenant is an account for which Bedrock acts, in a Region.
type tenant struct{ account, region string }

// strangers are other accounts: one that no policy can mean, and all that a policy
// names where it says for whom Bedrock may act, by wildcards too.
func (p place) strangers(policy string) []tenant {
	found := map[tenant]bool{{"000000000000", p.region}: true}
	list, err := statementsOf(policy)
	if err != nil {
		return []tenant{{"000000000000", p.region}} // evaluation says what is amiss
	}
	for _, s := range list {
		for _, keys := range s.Condition {
			for key, values := range keys {
				for _, v := range words(values) {
					switch strings.ToLower(key) {
					case "aws:sourceaccount":
						found[tenant{filled(v, 12), p.region}] = true
					case "aws:sourcearn":
						if arn, ok := account.ParseARN(v); ok {
							found[tenant{filled(arn.Account, 12), cmp.Or(filled(arn.Region, 0), p.region)}] = true
						}
					}
				}
			}
		}
	}
	maps.DeleteFunc(found, func(t tenant, _ bool) bool { return t.account == p.id })
	return slices.SortedFunc(maps.Keys(found), func(a, b tenant) int { return strings.Compare(a.account+a.region, b.account+b.region) })
}

// filled is a text that a pattern matches, of a length if that can be.
func filled(pattern string, length int) string {
	text := strings.ReplaceAll(pattern, "?", "0")
	before, after, _ := strings.Cut(text, "*")
	after = strings.ReplaceAll(after, "*", "")
	if before+after == text {
		return text
	}
	return before + strings.Repeat("0", max(0, length-len(before)-len(after))) + after
}

// closed checks that a policy lets in no Bedrock that acts for other accounts.
func (x *examination) closed(policy, name string, ask func(tenant) asking, remedy string) {
	var worst ruling
	for _, t := range x.p.strangers(policy) {
		r := ask(t).judge(policy)
		if r.decision == allows {
			x.add(false, name, fmt.Sprintf("%s allows it for account %s", r.by, t.account), remedy)
			return
		}
		if worst.decision != undecided {
			worst = r
		}
	}
	x.ruled(worst, false, name, remedy)
}

// mayWrite asks the bucket's policy whether Bedrock may write an object here, and
// whether somebody's Bedrock elsewhere may too.
func (x *examination) mayWrite(ctx context.Context, as, name, prefix string) {
	policy, err := readBucketPolicy(ctx, x.p, name)
	if err != nil {
		x.amiss(as+": Bedrock may write", err)
		return
	}
	below := x.p.arn("s3", name+"/"+x.p.logsOf(prefix)+x.p.region+"/")
	ask := func(who tenant) asking {
		a := x.p.ofBedrock(who, "s3:PutObject", below+x.tool.opt.Now().UTC().Format("2006/01/02/15")+"/x.json.gz")
		a.below = below
		return a
	}
	x.ruled(ask(tenant{x.p.id, x.p.region}).judge(policy), true, as+": Bedrock may write", enableAgain)
	x.closed(policy, as+": Bedrock of other accounts may not", ask, "Bind the policy's statement to aws:SourceAccount and aws:SourceArn.")
}
