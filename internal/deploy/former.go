package deploy

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// withFormerKeys adds the keys that deleted stacks of this name made and that are
// still there. Once the buckets are gone that they sealed, nothing else tells of
// them. CloudFormation remembers deleted stacks for 90 days. Source: ListStacks
// and DescribeStackResources of its API reference.
func (t *Tool) withFormerKeys(ctx context.Context, s *stack, list []Kept) ([]Kept, error) {
	pages := cloudformation.NewListStacksPaginator(s.client,
		&cloudformation.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "look for the keys of deleted stacks in "+s.region)
		}
		for _, gone := range page.StackSummaries {
			if aws.ToString(gone.StackName) != s.name {
				continue
			}
			former := *s
			former.id = aws.ToString(gone.StackId)
			keys, err := t.formerKeys(ctx, &former)
			if err != nil {
				return nil, err
			}
			for _, k := range keys {
				if !slices.ContainsFunc(list, func(o Kept) bool { return o.Name == k.Name }) {
					list = append(list, k)
				}
			}
		}
	}
	return list, nil
}

// formerKeys are the enabled keys of a deleted stack that say of themselves what
// they were made for.
func (t *Tool) formerKeys(ctx context.Context, s *stack) ([]Kept, error) {
	if err := s.look(ctx); err != nil || !s.tagged {
		return nil, err
	}
	kept, err := t.kept(ctx, s)
	var keys []Kept
	for _, k := range kept {
		if k.Type != "AWS::KMS::Key" {
			continue
		}
		out, err := kms.NewFromConfig(t.account.SDK(s.region)).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(k.Name)})
		if code(err) == "NotFoundException" {
			continue
		}
		if err != nil {
			return nil, explain(err, "look at the key "+k.Name)
		}
		if m := out.KeyMetadata; m.KeyState == kmstypes.KeyStateEnabled && aws.ToString(m.Description) == madeFor(s) {
			keys = append(keys, k)
		}
	}
	return keys, err
}

// madeFor is what the key of a stack says of itself.
func madeFor(s *stack) string { return "Bedrock's logs of " + s.env + " in " + s.region }
