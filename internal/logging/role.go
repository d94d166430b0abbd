package logging

import (
	"context"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"seismo/internal/account"
)

// policyName is the name of the policy inside a role.
const policyName = "seismo-write-logs"

func (p place) iam() *iam.Client { return iam.NewFromConfig(p.account.SDK(p.region)) }
func (p place) kms() *kms.Client { return kms.NewFromConfig(p.account.SDK(p.region)) }

const noEntity = "NoSuchEntity"

// unescaped is a policy as IAM gives it: encoded for a URL.
func unescaped(text *string) string {
	plain, err := url.PathUnescape(aws.ToString(text))
	if err != nil {
		return aws.ToString(text)
	}
	return plain
}

// findRole is the role of a name, nil when there is none.
func findRole(ctx context.Context, p place, name string) (*types.Role, error) {
	out, err := p.iam().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if err != nil {
		if account.Code(err) == noEntity {
			return nil, nil
		}
		return nil, explain(err, "look at the role "+name)
	}
	return out.Role, nil
}

func readRole(ctx context.Context, p place, name string) (string, error) {
	role, err := findRole(ctx, p, name)
	if role == nil || err != nil {
		return "", err
	}
	return unescaped(role.AssumeRolePolicyDocument), nil
}

// bornRole is when a role was made.
func bornRole(ctx context.Context, p place, name string) (time.Time, error) {
	out, err := p.iam().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if err != nil {
		return time.Time{}, explain(err, "look at the role "+name)
	}
	return aws.ToTime(out.Role.CreateDate), nil
}

func writeRole(ctx context.Context, p place, name, from, to string) error {
	var err error
	switch {
	case to == "":
		_, err = p.iam().DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name})
		if account.Code(err) == noEntity {
			return nil
		}
		return explain(err, "delete the role "+name)
	case from == "":
		_, err = p.iam().CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &to,
			Description: aws.String("Lets Bedrock write its invocation logs; made by seismo")})
		return explain(err, "make the role "+name)
	}
	_, err = p.iam().UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &name, PolicyDocument: &to})
	return explain(err, "set the trust of the role "+name)
}

func readRolePolicy(ctx context.Context, p place, name string) (string, error) {
	out, err := p.iam().GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &name, PolicyName: aws.String(policyName)})
	if err != nil {
		if account.Code(err) == noEntity {
			return "", nil
		}
		return "", explain(err, "look at the policy of the role "+name)
	}
	return unescaped(out.PolicyDocument), nil
}

func writeRolePolicy(ctx context.Context, p place, name, _, to string) error {
	if to == "" {
		_, err := p.iam().DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: aws.String(policyName)})
		if account.Code(err) == noEntity {
			return nil
		}
		return explain(err, "remove the policy of the role "+name)
	}
	_, err := p.iam().PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String(policyName), PolicyDocument: &to})
	return explain(err, "set the policy of the role "+name)
}

func readKeyPolicy(ctx context.Context, p place, name string) (string, error) {
	out, err := p.kms().GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &name, PolicyName: aws.String("default")})
	if err != nil {
		return "", explain(err, "read the policy of the key "+name)
	}
	return aws.ToString(out.Policy), nil
}

func writeKeyPolicy(ctx context.Context, p place, name, _, to string) error {
	_, err := p.kms().PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{KeyId: &name, PolicyName: aws.String("default"), Policy: &to})
	return explain(err, "set the policy of the key "+name)
}
