package inventory

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"

	"seismo/internal/account"
)

func quotas(ctx context.Context, p place) ([]item, error) {
	var items []item
	client := servicequotas.NewFromConfig(p.account.SDK(p.region))
	list := servicequotas.NewListServiceQuotasPaginator(client, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("bedrock")})
	err := pages(ctx, list, func(out *servicequotas.ListServiceQuotasOutput) {
		for _, q := range out.Quotas {
			items = append(items, item{aws.ToString(q.QuotaCode),
				Quota{aws.ToString(q.QuotaName), aws.ToFloat64(q.Value), aws.ToString(q.Unit), q.Adjustable}})
		}
	})
	return items, p.explain(err, "list the quotas of Bedrock")
}

// principals reads the tags of the roles and users that calls came from. Roles
// of Identity Center carry none; what was deleted meanwhile is left out.
func principals(ctx context.Context, p place) ([]item, error) {
	if p.inv.deps.Principals == nil || p.inv.cfg.Roles < 0 {
		return nil, nil
	}
	seen, err := p.inv.deps.Principals(ctx, p.id)
	if err != nil {
		return nil, err
	}
	client := iam.NewFromConfig(p.account.SDK(""))
	var items []item
	for _, text := range seen {
		kind, name, ok := principal(text, p.id)
		if !ok || len(items) >= p.inv.cfg.Roles {
			continue
		}
		tags, err := tagsOf(ctx, client, kind, name)
		var gone *types.NoSuchEntityException
		if errors.As(err, &gone) {
			continue
		}
		if err != nil {
			return nil, account.Explain(err, "read the tags of "+text)
		}
		body := Principal{ARN: text}
		for _, t := range tags {
			if body.Tags == nil {
				body.Tags = map[string]string{}
			}
			body.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		items = append(items, item{text, body})
	}
	return items, nil
}

// principal reads a role's or user's ARN of this account.
func principal(text, own string) (kind, name string, ok bool) {
	arn, parsed := account.ParseARN(text)
	kind, path, _ := strings.Cut(arn.Resource, "/")
	name = path[strings.LastIndexByte(path, '/')+1:]
	ok = parsed && arn.Service == "iam" && arn.Account == own && name != "" && (kind == "role" || kind == "user") &&
		!strings.HasPrefix(name, "AWSReservedSSO_")
	return kind, name, ok
}

func tagsOf(ctx context.Context, client *iam.Client, kind, name string) ([]types.Tag, error) {
	var tags []types.Tag
	if kind == "user" {
		list := iam.NewListUserTagsPaginator(client, &iam.ListUserTagsInput{UserName: &name})
		err := pages(ctx, list, func(out *iam.ListUserTagsOutput) { tags = append(tags, out.Tags...) })
		return tags, err
	}
	list := iam.NewListRoleTagsPaginator(client, &iam.ListRoleTagsInput{RoleName: &name})
	err := pages(ctx, list, func(out *iam.ListRoleTagsOutput) { tags = append(tags, out.Tags...) })
	return tags, err
}

// users reads the users of IAM Identity Center where its instance is in this
// Region and the account may see it.
func users(ctx context.Context, p place) ([]item, error) {
	if p.inv.cfg.Users < 0 {
		return nil, nil
	}
	var stores []string
	list := ssoadmin.NewListInstancesPaginator(ssoadmin.NewFromConfig(p.account.SDK(p.region)), &ssoadmin.ListInstancesInput{})
	err := pages(ctx, list, func(out *ssoadmin.ListInstancesOutput) {
		for _, in := range out.Instances {
			stores = append(stores, aws.ToString(in.IdentityStoreId))
		}
	})
	if err != nil {
		return nil, p.explain(err, "look for IAM Identity Center")
	}
	var items []item
	client := identitystore.NewFromConfig(p.account.SDK(p.region))
	for _, store := range stores {
		list := identitystore.NewListUsersPaginator(client, &identitystore.ListUsersInput{IdentityStoreId: &store})
		for n := 0; list.HasMorePages() && n < mostPages && len(items) < p.inv.cfg.Users; n++ {
			out, err := list.NextPage(ctx)
			if err != nil {
				return nil, p.explain(err, "list the users of IAM Identity Center")
			}
			for _, u := range out.Users {
				user := User{Name: aws.ToString(u.UserName)}
				for _, e := range u.Emails {
					if user.Email == "" || e.Primary {
						user.Email = aws.ToString(e.Value)
					}
				}
				items = append(items, item{aws.ToString(u.UserId), user})
			}
		}
	}
	return items[:min(len(items), p.inv.cfg.Users)], nil
}
