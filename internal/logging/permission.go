package logging

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"seismo/internal/account"
)

// Permission is one IAM action that a plan needs.
type Permission struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
	State    string `json:"state"` // allowed, missing, denied or "not checked"
}

// The states of permissions.
const (
	Allowed    = "allowed"
	Missing    = "missing" // no policy allows it
	Denied     = "denied"  // a policy forbids it
	NotChecked = "not checked"
)

// needs are the actions of a plan's steps, by resource.
func (plan *Plan) needs() []Permission {
	var list []Permission
	add := func(action, resource string) {
		if one := (Permission{action, resource, NotChecked}); !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	for _, s := range plan.Steps {
		actions := s.part.reads
		if s.changes() {
			actions = s.Needs
		}
		for _, a := range actions {
			add(a, plan.place.resource(s.part.setting))
		}
		if s.Kind == kindLogging && s.changes() && strings.Contains(s.After, `"RoleArn"`) {
			add("iam:PassRole", plan.place.arn("iam", "role/"+plan.wish.Role))
		}
		if s.Kind == kindTrail && s.changes() && plan.trail != nil && strings.Contains(s.After, `"role"`) {
			add("iam:PassRole", plan.place.arn("iam", "role/"+plan.trail.Role))
		}
	}
	for _, n := range plan.canary {
		add(n.Action, n.Resource)
	}
	return list
}

// resource is what IAM calls the thing of a setting.
func (p place) resource(s setting) string {
	switch strings.SplitN(s.kind.name, ".", 2)[0] {
	case kindBucket:
		return p.arn("s3", s.name)
	case kindGroup:
		return p.arn("logs", "log-group:"+s.name+":*")
	case kindRole:
		return p.arn("iam", "role/"+s.name)
	case "key":
		return s.name
	case kindTrail:
		return p.arn("cloudtrail", "trail/"+s.name)
	}
	return "*" // Bedrock's logging has no resource
}

// Permit says of each plan which permissions it needs, and which of them are
// missing as far as IAM tells. It asks once for each service, not for each
// Region: IAM's quota is small.
func (t *Tool) Permit(ctx context.Context, plans []Plan) {
	type key struct{ service, actions string }
	asked := map[key][]string{} // resources
	for i := range plans {
		plans[i].Permissions = plans[i].needs()
		byResource := map[string][]string{}
		for _, n := range plans[i].Permissions {
			byResource[n.Resource] = append(byResource[n.Resource], n.Action)
		}
		for resource, actions := range byResource {
			slices.Sort(actions)
			service, _, _ := strings.Cut(actions[0], ":")
			k := key{service, strings.Join(actions, " ")}
			asked[k] = append(asked[k], resource)
		}
	}
	who := t.principal(ctx)
	if who == "" {
		return
	}
	said := map[[2]string]string{}
	for k, resources := range asked {
		slices.Sort(resources)
		some, err := t.simulate(ctx, who, strings.Fields(k.actions), slices.Compact(resources))
		if err != nil { // it will not say more about the others
			t.opt.Log.Debug("IAM does not say what is allowed", "error", account.Redact(err.Error()))
			break
		}
		maps.Copy(said, some)
	}
	for i := range plans {
		for j, n := range plans[i].Permissions {
			if state := said[[2]string{n.Action, n.Resource}]; state != "" {
				plans[i].Permissions[j].State = state
			}
		}
	}
}

// principal is the user or role whose policies decide, "" when IAM cannot be
// asked about it: a root user may do everything.
func (t *Tool) principal(ctx context.Context) string {
	out, err := t.account.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return ""
	}
	who, ok := account.ParseARN(aws.ToString(out.Arn))
	if !ok {
		return ""
	}
	switch name, rest, _ := strings.Cut(who.Resource, "/"); name {
	case "user":
		return aws.ToString(out.Arn)
	case "assumed-role":
		role, _, _ := strings.Cut(rest, "/")
		return account.ARN{Partition: who.Partition, Service: "iam", Account: who.Account, Resource: "role/" + role}.String()
	}
	return ""
}

// simulate asks IAM, once: a plan does not wait for an answer that need not come.
// What IAM does not tell is not in the map.
func (t *Tool) simulate(ctx context.Context, who string, actions, resources []string) (map[[2]string]string, error) {
	said := map[[2]string]string{}
	client := iam.NewFromConfig(t.account.SDK(""), func(o *iam.Options) { o.Retryer = aws.NopRetryer{} })
	pages := iam.NewSimulatePrincipalPolicyPaginator(client, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &who, ActionNames: actions, ResourceArns: resources})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.EvaluationResults {
			note(said, aws.ToString(r.EvalActionName), aws.ToString(r.EvalResourceName), r.EvalDecision)
			for _, s := range r.ResourceSpecificResults {
				note(said, aws.ToString(r.EvalActionName), aws.ToString(s.EvalResourceName), s.EvalResourceDecision)
			}
		}
	}
	return said, nil
}

func note(said map[[2]string]string, action, resource string, decision types.PolicyEvaluationDecisionType) {
	state := map[types.PolicyEvaluationDecisionType]string{types.PolicyEvaluationDecisionTypeAllowed: Allowed,
		types.PolicyEvaluationDecisionTypeImplicitDeny: Missing, types.PolicyEvaluationDecisionTypeExplicitDeny: Denied}[decision]
	if state != "" {
		said[[2]string{action, resource}] = state
	}
}
