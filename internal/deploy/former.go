package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"seismo/internal/account"
)

// former are the things that deleted stacks of this name made and kept, whether
// they are still there or not. CloudFormation remembers deleted stacks for 90 days.
// Source: ListStacks and DescribeStackResources of its API reference.
func (t *Tool) former(ctx context.Context, s *stack) ([]Kept, error) {
	pages := cloudformation.NewListStacksPaginator(s.client,
		&cloudformation.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete}})
	var list []Kept
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "look for what deleted stacks made in "+s.region)
		}
		for _, gone := range page.StackSummaries {
			if aws.ToString(gone.StackName) != s.name {
				continue
			}
			was := *s
			was.id = aws.ToString(gone.StackId)
			made, err := t.made(ctx, &was)
			if err != nil {
				return nil, err
			}
			list = append(list, made...)
		}
	}
	return list, nil
}

// made are the things that a deleted stack of this environment made, and did not
// only take in.
func (t *Tool) made(ctx context.Context, s *stack) ([]Kept, error) {
	if err := s.look(ctx); err != nil || !s.tagged {
		return nil, err
	}
	kept, err := t.kept(ctx, s)
	return slices.DeleteFunc(kept, func(k Kept) bool { return slices.Contains(s.took, k.ID) }), err
}

// provenOf says of each thing that a stack keeps whether seismo made it: what it
// took in, and what no stack of this name made before, was somebody else's. The
// keys that former stacks made go too: nothing else tells of them.
func (t *Tool) provenOf(ctx context.Context, s *stack, kept []Kept) ([]Kept, error) {
	former, err := t.former(ctx, s)
	if err != nil {
		return nil, err
	}
	for i, k := range kept {
		if slices.Contains(s.took, k.ID) && !among(former, k) {
			kept[i].stays("it was there before the stack " + s.name + " took it in")
		}
	}
	return t.withKeys(ctx, s, kept, former)
}

// orphans are what is left under the names of a stack that is gone, and the keys
// that it made. Only what deleted stacks of this name made may go.
func (t *Tool) orphans(ctx context.Context, w *Wish, s *stack) ([]Kept, error) {
	tpl, err := t.templates.load(s.kind)
	if err != nil {
		return nil, err
	}
	list, err := t.left(ctx, s, tpl, w.given())
	if err != nil {
		return nil, err
	}
	former, err := t.former(ctx, s)
	if err != nil {
		return nil, err
	}
	for i, k := range list {
		owner, err := s.ownerOf(ctx, k.Name)
		if err != nil {
			return nil, err
		}
		switch {
		case owner != "":
			list[i].Note = "it belongs to the stack " + owner
		case !among(former, k):
			list[i].stays("no deleted stack " + s.name + " is known to have made it")
		}
	}
	return t.withKeys(ctx, s, list, former)
}

// stays says that something is not deleted, and with which command a person does.
func (k *Kept) stays(why string) {
	k.Note = "not provably made by seismo: " + why
	switch k.Type {
	case "AWS::S3::Bucket":
		k.Command = fmt.Sprintf("aws s3 rb --force s3://%s --region %s", k.Name, k.Region)
	case "AWS::Logs::LogGroup":
		k.Command = fmt.Sprintf("aws logs delete-log-group --log-group-name %s --region %s", k.Name, k.Region)
	}
}

func among(list []Kept, k Kept) bool {
	return slices.ContainsFunc(list, func(o Kept) bool { return o.Name == k.Name && o.Type == k.Type })
}

// ownerOf is the name of the stack that something belongs to, "" when it is none's.
func (s *stack) ownerOf(ctx context.Context, name string) (string, error) {
	out, err := s.client.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{PhysicalResourceId: aws.String(name)})
	if missing(err) || err == nil && len(out.StackResources) == 0 {
		return "", nil
	}
	if err != nil {
		return "", explain(err, "see which stack "+name+" belongs to")
	}
	return aws.ToString(out.StackResources[0].StackName), nil
}

// withKeys adds the keys that former stacks made and that are in use still.
func (t *Tool) withKeys(ctx context.Context, s *stack, list, former []Kept) ([]Kept, error) {
	for _, k := range former {
		if k.Type != "AWS::KMS::Key" || among(list, k) {
			continue
		}
		out, err := kms.NewFromConfig(t.account.SDK(s.region)).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(k.Name)})
		if account.Code(err) == "NotFoundException" {
			continue
		}
		if err != nil {
			return nil, explain(err, "look at the key "+k.Name)
		}
		owner, err := s.ownerOf(ctx, k.Name)
		if err != nil {
			return nil, err
		}
		if m := out.KeyMetadata; owner == "" && m.KeyState == kmstypes.KeyStateEnabled {
			list = append(list, k)
		}
	}
	return list, nil
}

// unproven are the ids of what a new stack takes in and no stack of its name made.
func (t *Tool) unproven(ctx context.Context, s *stack, left []Kept) ([]string, error) {
	if len(left) == 0 {
		return nil, nil
	}
	former, err := t.former(ctx, s)
	var ids []string
	for _, k := range left {
		if !among(former, k) {
			ids = append(ids, k.ID)
		}
	}
	return ids, err
}

// tags are those of a stack: its environment, and what it took in of others, so
// that nobody takes that for what it made.
func (s *stack) tags() []types.Tag {
	list := []types.Tag{{Key: aws.String(Tag), Value: aws.String(s.env)}}
	if len(s.took) > 0 {
		list = append(list, types.Tag{Key: aws.String(tookTag), Value: aws.String(strings.Join(s.took, " "))})
	}
	return list
}

// tookTag is the key of the tag that names what a stack took in, by the ids of its
// template.
const tookTag = "seismo:taken-in"
