package logging

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
)

// read is the text of what a call answered; an error with one of the codes means
// that there is nothing.
func text[T any](v T, err error, what string, absent ...string) (string, error) {
	if err != nil {
		if slices.Contains(absent, account.Code(err)) {
			return "", nil
		}
		return "", explain(err, what)
	}
	return textOf(v)
}

func readPublicAccess(ctx context.Context, p place, name string) (string, error) {
	out, err := p.s3().GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name})
	var block *types.PublicAccessBlockConfiguration
	if err == nil {
		block = out.PublicAccessBlockConfiguration
	}
	return text(block, err, "read the public access block of "+name, "NoSuchPublicAccessBlockConfiguration")
}

func writePublicAccess(ctx context.Context, p place, name, _, to string) error {
	if to == "" {
		_, err := p.s3().DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: &name})
		return explain(err, "remove the public access block of "+name)
	}
	block, err := fromText[types.PublicAccessBlockConfiguration](to)
	if err != nil {
		return err
	}
	_, err = p.s3().PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &name, PublicAccessBlockConfiguration: &block})
	return explain(err, "block public access to "+name)
}

func readEncryption(ctx context.Context, p place, name string) (string, error) {
	out, err := p.s3().GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &name})
	var sealed *types.ServerSideEncryptionConfiguration
	if err == nil {
		sealed = out.ServerSideEncryptionConfiguration
	}
	return text(sealed, err, "read the encryption of "+name, "ServerSideEncryptionConfigurationNotFoundError")
}

func writeEncryption(ctx context.Context, p place, name, _, to string) error {
	if to == "" {
		_, err := p.s3().DeleteBucketEncryption(ctx, &s3.DeleteBucketEncryptionInput{Bucket: &name})
		return explain(err, "reset the encryption of "+name)
	}
	sealed, err := fromText[types.ServerSideEncryptionConfiguration](to)
	if err != nil {
		return err
	}
	_, err = p.s3().PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: &name, ServerSideEncryptionConfiguration: &sealed})
	return explain(err, "set the encryption of "+name)
}

func readLifecycle(ctx context.Context, p place, name string) (string, error) {
	out, err := p.s3().GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &name})
	var rules []types.LifecycleRule
	if err == nil {
		rules = out.Rules
	}
	return text(rules, err, "read the lifecycle of "+name, "NoSuchLifecycleConfiguration")
}

func writeLifecycle(ctx context.Context, p place, name, _, to string) error {
	if to == "" {
		_, err := p.s3().DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: &name})
		return explain(err, "remove the lifecycle of "+name)
	}
	rules, err := fromText[[]types.LifecycleRule](to)
	if err != nil {
		return err
	}
	_, err = p.s3().PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: &name,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules}})
	return explain(err, "set the lifecycle of "+name)
}

// withoutRules is a lifecycle without an owner's rules, "" when none is left.
func withoutRules(text string, o owner) (string, error) {
	if text == "" {
		return "", nil
	}
	rules, err := fromText[[]types.LifecycleRule](text)
	if err != nil {
		return "", err
	}
	rules = slices.DeleteFunc(rules, func(r types.LifecycleRule) bool { return slices.Contains(o.fixed, aws.ToString(r.ID)) })
	if len(rules) == 0 {
		return "", nil
	}
	return textOf(rules)
}

func readBucketPolicy(ctx context.Context, p place, name string) (string, error) {
	out, err := p.s3().GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &name})
	if err != nil {
		if account.Code(err) == "NoSuchBucketPolicy" {
			return "", nil
		}
		return "", explain(err, "read the policy of the bucket "+name)
	}
	return aws.ToString(out.Policy), nil
}

func writeBucketPolicy(ctx context.Context, p place, name, _, to string) error {
	if to == "" {
		_, err := p.s3().DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &name})
		return explain(err, "remove the policy of the bucket "+name)
	}
	_, err := p.s3().PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: &to})
	return explain(err, "set the policy of the bucket "+name)
}
