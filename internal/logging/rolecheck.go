package logging

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"seismo/internal/account"
)

// group looks at the log group and the role that writes to it.
func (x *examination) group(ctx context.Context, to *types.CloudWatchConfig) {
	name := aws.ToString(to.LogGroupName)
	text, err := readGroup(ctx, x.p, name)
	switch {
	case err != nil:
		x.amiss("log group: is there", err)
	case text == "":
		x.add(false, "log group: is there", "there is no log group "+name, enableAgain)
	default:
		x.add(true, "log group: is there", name, "")
		x.property(ctx, "log group: logs end some day", kindRetention, name, func(s string) (bool, string) {
			d, err := fromText[daysText](s)
			return err == nil && d.Days > 0, afterDays(d.Days)
		})
		if g, err := fromText[groupText](text); err != nil {
			x.amiss("log group: key can be used", err)
		} else if g.Key != "" {
			x.groupKey(ctx, name, g.Key)
		}
	}
	x.role(ctx, aws.ToString(to.RoleArn), name)
}

// role looks at a role by its whole ARN: one of the same name elsewhere is another.
func (x *examination) role(ctx context.Context, arn, group string) {
	const there = "role: is there"
	named, ok := account.ParseARN(arn)
	switch {
	case !ok:
		x.add(false, there, "the configuration names no role", enableAgain)
		return
	case named.Account != x.p.id || named.Partition != x.p.partition.ID:
		x.add(false, there, arn+" is no role of account "+x.p.id+" of the partition "+x.p.partition.ID+": Bedrock cannot take it", enableAgain)
		return
	}
	name := named.Resource[strings.LastIndexByte(named.Resource, '/')+1:]
	role, err := findRole(ctx, x.p, name)
	switch {
	case err != nil:
		x.amiss(there, err)
		return
	case role == nil:
		x.add(false, there, "there is no role "+name, enableAgain)
		return
	case aws.ToString(role.Arn) != arn:
		x.add(false, there, "the role "+name+" is "+aws.ToString(role.Arn)+", and the configuration names "+arn, enableAgain)
		return
	}
	trust := unescaped(role.AssumeRolePolicyDocument)
	ask := func(who tenant) asking { return x.p.ofBedrock(who, "sts:AssumeRole", "") }
	x.ruled(ask(tenant{x.p.id, x.p.region}).judge(trust), true, "role: Bedrock may assume it", enableAgain)
	x.closed(trust, "role: Bedrock of other accounts may not", ask, "Bind the role's trust to aws:SourceAccount and aws:SourceArn.")
	x.roleWrites(ctx, role, group)
}

// roleWrites asks the role's policies; those that others made may do it too. A
// permissions boundary must allow it as well.
func (x *examination) roleWrites(ctx context.Context, role *iamtypes.Role, group string) {
	const name = "role: may write to the group"
	policies, err := rolePolicies(ctx, x.p, aws.ToString(role.RoleName))
	if err != nil {
		x.amiss(name, err)
		return
	}
	if len(policies) == 0 {
		x.add(false, name, "the role has no policy of its own", enableAgain)
		return
	}
	var boundary string
	if b := role.PermissionsBoundary; b != nil {
		if boundary, err = managed(ctx, x.p, b.PermissionsBoundaryArn); err != nil {
			x.amiss(name, err)
			return
		}
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		ask := x.p.ofRole(aws.ToString(role.Arn), action, x.p.arn("logs", "log-group:"+group+":log-stream:"+bedrockStream))
		r := ask.judge(policies...)
		if role.PermissionsBoundary != nil && r.decision != denies {
			if within := ask.judge(boundary); within.decision != allows && r.decision != silent {
				x.bounded(within, name+": "+action, aws.ToString(role.PermissionsBoundary.PermissionsBoundaryArn))
				continue
			}
		}
		x.ruled(r, true, name+": "+action, enableAgain)
	}
}

// bounded adds what a permissions boundary does not allow.
func (x *examination) bounded(r ruling, name, boundary string) {
	if r.decision == undecided {
		r.by += " of the permissions boundary " + boundary
		x.ruled(r, true, name, "")
		return
	}
	x.add(false, name, "the permissions boundary "+boundary+" does not allow it", "Allow it in the boundary too, or give the role another.")
}

// ofRole is a request in the name of a role of this account.
func (p place) ofRole(role, action, resource string) asking {
	return asking{service: bedrockService, role: role, action: action, resource: resource, context: map[string]string{
		"aws:principalarn": role, "aws:principalaccount": p.id, "aws:principalisawsservice": "false",
		"aws:resourceaccount": p.id, "aws:requestedregion": p.region, "aws:securetransport": "true"}}
}

// rolePolicies are the texts of a role's inline and attached policies.
func rolePolicies(ctx context.Context, p place, role string) ([]string, error) {
	var list []string
	inline := iam.NewListRolePoliciesPaginator(p.iam(), &iam.ListRolePoliciesInput{RoleName: &role})
	for inline.HasMorePages() {
		page, err := inline.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "list the policies of the role "+role)
		}
		for _, name := range page.PolicyNames {
			out, err := p.iam().GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &name})
			if err != nil {
				return nil, explain(err, "read the policy "+name)
			}
			list = append(list, unescaped(out.PolicyDocument))
		}
	}
	attached := iam.NewListAttachedRolePoliciesPaginator(p.iam(), &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	for attached.HasMorePages() {
		page, err := attached.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "list the policies of the role "+role)
		}
		for _, a := range page.AttachedPolicies {
			text, err := managed(ctx, p, a.PolicyArn)
			if err != nil {
				return nil, err
			}
			list = append(list, text)
		}
	}
	return list, nil
}

func managed(ctx context.Context, p place, arn *string) (string, error) {
	policy, err := p.iam().GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})
	if err != nil {
		return "", explain(err, "read the policy "+aws.ToString(arn))
	}
	version, err := p.iam().GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: policy.Policy.DefaultVersionId})
	if err != nil {
		return "", explain(err, "read the policy "+aws.ToString(arn))
	}
	return unescaped(version.PolicyVersion.Document), nil
}
