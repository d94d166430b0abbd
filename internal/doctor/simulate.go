package doctor

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"seismo/internal/account"
)

// simulate has IAM say whether the caller's policies allow actions, in a context.
// Where that is not allowed either, the checks say that they were not tried, and
// why: would is what trying them would do.
func (s subject) simulate(ctx context.Context, region, resource string, actions []string, would string, in ...types.ContextEntry) {
	s.simulateAny(ctx, region, []string{resource}, actions, would, in...)
}

// simulateAny is simulate for actions that one of several resources is enough for;
// the first stands for them when none is.
func (s subject) simulateAny(ctx context.Context, region string, resources, actions []string, would string, in ...types.ContextEntry) {
	skip := func(why string) {
		for _, action := range actions {
			s.skip(region, action, resources[0], "not tried: "+would+why)
		}
	}
	who := principal(s.arn)
	if who == "" {
		skip(", and who calls is no user or role that IAM knows")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.Patience)
	defer cancel()
	client := iam.NewFromConfig(s.account.SDK(""))
	checks := map[string]Check{}
	for _, resource := range resources {
		out, err := client.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: aws.String(who), ActionNames: actions, ResourceArns: []string{resource}, ContextEntries: in,
		})
		if err != nil {
			skip("; allow iam:SimulatePrincipalPolicy to have it worked out")
			return
		}
		for _, r := range out.EvaluationResults {
			c := s.decided(r, region, resource)
			if known, ok := checks[c.Action]; !ok || known.State != OK && c.State == OK {
				checks[c.Action] = c
			}
		}
	}
	for _, c := range checks {
		s.put(c)
	}
}

// decided is IAM's decision as a check.
func (s subject) decided(r types.EvaluationResult, region, resource string) Check {
	c := Check{Source: s.target.Source, Account: s.number, Region: region, Action: aws.ToString(r.EvalActionName), Resource: resource, State: OK}
	switch r.EvalDecision {
	case types.PolicyEvaluationDecisionTypeAllowed:
		c.Why = "worked out from the policies of these credentials"
	case types.PolicyEvaluationDecisionTypeExplicitDeny:
		c.State, c.Why = Missing, "a statement in the policies of these credentials denies it"
		c.Remedy = "Change the statement that denies " + c.Action + "."
	default:
		c.State, c.Why = Missing, "the policies of these credentials do not allow it; only a statement in the resource's own policy could"
		c.Remedy = "Allow " + c.Action + " on " + resource + " in the policy of these credentials; `seismo doctor --policy` prints the smallest one."
		if resource == "*" {
			c.Why = "the policies of these credentials do not allow it"
		}
	}
	return c
}

// principal is the user or role behind a caller's ARN, as IAM takes it: a
// session's ARN names the role without its path, which is right for most.
func principal(caller string) string {
	a, ok := account.ParseARN(caller)
	switch {
	case !ok:
		return ""
	case a.Service == "iam":
		return caller
	}
	role, found := strings.CutPrefix(a.Resource, "assumed-role/")
	name, _, _ := strings.Cut(role, "/")
	if !found || name == "" {
		return ""
	}
	a.Service, a.Resource = "iam", "role/"+name
	return a.String()
}
