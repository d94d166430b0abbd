package deploy

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seismo/internal/account"
)

// create makes a stack that is not there. What is left under its names, with its
// logs, is taken in, which only a change set can do.
func (r *run) create(ctx context.Context, s *stack, tpl *template, was *before) error {
	t, given := r.tool, r.wish.given()
	left, err := t.left(ctx, s, tpl, given)
	if err != nil {
		return err
	}
	if err := t.sealedBefore(ctx, s, tpl, left, given); err != nil {
		return err
	}
	if s.took, err = t.unproven(ctx, s, left); err != nil {
		return err
	}
	parameters := tpl.values(s, given, r.outputs)
	begun := func() { r.done = append(r.done, was) }
	if len(left) > 0 || s.reviewed() {
		for _, k := range left {
			was.left = append(was.left, k.Name)
			t.tell("  %s takes in %s, which is there already", s.name, k.Name)
		}
		set, changes, err := t.changeSet(ctx, s, setOfUp, tpl.text, parameters)
		if err != nil || set == "" {
			return err
		}
		t.tell("  %s: %s", s.name, count(changes))
		return t.execute(ctx, s, set, begun)
	}
	t.tell("  %s: %d to add", s.name, len(tpl.made(given)))
	seen := noEvents()
	_, err = s.client.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: aws.String(s.name), TemplateBody: aws.String(tpl.text), Parameters: parameters,
		Capabilities: []types.Capability{types.CapabilityCapabilityIam}, OnFailure: types.OnFailureRollback,
		Tags: s.tags(), ClientRequestToken: aws.String(t.token()),
	})
	if err == nil || uncertain(err) {
		begun()
	}
	if err != nil {
		return explain(err, "make the stack "+s.name+" in "+s.region)
	}
	return t.await(ctx, s, seen)
}

// sealedBefore has a new stack go on with the key that a bucket of an earlier one
// is sealed by, unless a key is given: else the collector's role could not open
// what is in it.
func (t *Tool) sealedBefore(ctx context.Context, s *stack, tpl *template, left []Kept, given map[string]string) error {
	at := slices.IndexFunc(left, func(k Kept) bool { return k.Type == "AWS::S3::Bucket" })
	if _, takes := tpl.parameters["KmsKeyArn"]; at < 0 || !takes || given["KmsKeyArn"] != "" {
		return nil
	}
	key, err := t.sealer(ctx, left[at])
	if err != nil || key == nil {
		return err
	}
	if key.KeyState != kmstypes.KeyStateEnabled {
		t.tell("  %s is sealed by a key that is %s: what is in it cannot be opened by the new stack's roles", left[at].Name, key.KeyState)
		return nil
	}
	given["KmsKeyArn"] = aws.ToString(key.Arn)
	t.tell("  %s goes on with the key %s, which sealed them", s.name, aws.ToString(key.KeyId))
	return nil
}

// sealer is the customer's key that a bucket is sealed by, nil when there is none.
func (t *Tool) sealer(ctx context.Context, bucket Kept) (*kmstypes.KeyMetadata, error) {
	out, err := t.account.S3(bucket.Region).GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: aws.String(bucket.Name)})
	if account.Code(err) == "ServerSideEncryptionConfigurationNotFoundError" {
		return nil, nil
	}
	if err != nil {
		return nil, explain(err, "see how the bucket "+bucket.Name+" is sealed")
	}
	if out.ServerSideEncryptionConfiguration == nil {
		return nil, nil
	}
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		d := rule.ApplyServerSideEncryptionByDefault
		if d == nil || aws.ToString(d.KMSMasterKeyID) == "" {
			continue
		}
		key, err := kms.NewFromConfig(t.account.SDK(bucket.Region)).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: d.KMSMasterKeyID})
		if account.Code(err) == "NotFoundException" {
			return nil, nil
		}
		if err != nil {
			return nil, explain(err, "look at the key of the bucket "+bucket.Name)
		}
		if key.KeyMetadata != nil && key.KeyMetadata.KeyManager == kmstypes.KeyManagerTypeCustomer {
			return key.KeyMetadata, nil
		}
	}
	return nil, nil
}
