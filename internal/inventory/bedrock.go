package inventory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"seismo/internal/account"
)

func (p place) bedrock() *bedrock.Client { return bedrock.NewFromConfig(p.account.SDK(p.region)) }

// explain says what AWS's error means.
func (p place) explain(err error, what string) error {
	return account.Explain(err, what+" in "+p.region)
}

// mostPages bounds every list.
const mostPages = 200

// paged is a paginator of the SDK.
type paged[Out any, Option any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...Option) (Out, error)
}

// pages reads a list to its end, page by page.
func pages[Out any, Option any](ctx context.Context, list paged[Out, Option], each func(Out)) error {
	for n := 0; list.HasMorePages() && n < mostPages; n++ {
		page, err := list.NextPage(ctx)
		if err != nil {
			return err
		}
		each(page)
	}
	return nil
}

// logging reads the configuration of invocation logging; that there is none is
// seen as one that is off.
func logging(ctx context.Context, p place) ([]item, error) {
	out, err := p.bedrock().GetModelInvocationLoggingConfiguration(ctx, &bedrock.GetModelInvocationLoggingConfigurationInput{})
	if err != nil {
		return nil, p.explain(err, "read the logging configuration")
	}
	l, cfg := Logging{}, out.LoggingConfig
	if cfg == nil {
		return []item{{KindLogging, l}}, nil
	}
	l = Logging{
		Text: unset(cfg.TextDataDeliveryEnabled), Image: unset(cfg.ImageDataDeliveryEnabled),
		Embedding: unset(cfg.EmbeddingDataDeliveryEnabled), Video: unset(cfg.VideoDataDeliveryEnabled),
		Audio: unset(cfg.AudioDataDeliveryEnabled), S3: destination(cfg.S3Config),
	}
	if cw := cfg.CloudWatchConfig; cw != nil && aws.ToString(cw.LogGroupName) != "" {
		l.CloudWatch = &LogGroup{aws.ToString(cw.LogGroupName), aws.ToString(cw.RoleArn), destination(cw.LargeDataDeliveryS3Config)}
	}
	l.On = l.S3 != nil || l.CloudWatch != nil
	return []item{{KindLogging, l}}, nil
}

// unset is true for a delivery that the configuration does not mention: it is on
// unless it is turned off.
func unset(on *bool) bool { return on == nil || *on }

func destination(cfg *types.S3Config) *Destination {
	if cfg == nil || aws.ToString(cfg.BucketName) == "" {
		return nil
	}
	return &Destination{aws.ToString(cfg.BucketName), aws.ToString(cfg.KeyPrefix)}
}

// profiles reads the inference profiles of both kinds. The list gives those that
// AWS defines only, unless it is asked for the others.
func profiles(ctx context.Context, p place) ([]item, error) {
	client := p.bedrock()
	var items []item
	for _, kind := range []types.InferenceProfileType{types.InferenceProfileTypeSystemDefined, types.InferenceProfileTypeApplication} {
		var found []types.InferenceProfileSummary
		list := bedrock.NewListInferenceProfilesPaginator(client, &bedrock.ListInferenceProfilesInput{TypeEquals: kind})
		err := pages(ctx, list, func(out *bedrock.ListInferenceProfilesOutput) {
			found = append(found, out.InferenceProfileSummaries...)
		})
		if err != nil {
			return nil, p.explain(err, "list inference profiles")
		}
		for _, f := range found {
			profile := Profile{ARN: aws.ToString(f.InferenceProfileArn), Name: aws.ToString(f.InferenceProfileName),
				Type: string(f.Type), Status: string(f.Status), Models: arns(f.Models)}
			if kind == types.InferenceProfileTypeApplication {
				if err := complete(ctx, p, client, &profile); err != nil {
					return nil, err
				}
			}
			items = append(items, item{aws.ToString(f.InferenceProfileId), profile})
		}
	}
	return items, nil
}

// complete adds an application profile's tags, and its models where the list
// left them out.
func complete(ctx context.Context, p place, client *bedrock.Client, profile *Profile) error {
	if len(profile.Models) == 0 {
		out, err := client.GetInferenceProfile(ctx, &bedrock.GetInferenceProfileInput{InferenceProfileIdentifier: &profile.ARN})
		if err != nil {
			return p.explain(err, "read the inference profile "+profile.ARN)
		}
		profile.Models = arns(out.Models)
	}
	out, err := client.ListTagsForResource(ctx, &bedrock.ListTagsForResourceInput{ResourceARN: &profile.ARN})
	if err != nil {
		return p.explain(err, "read the tags of "+profile.ARN)
	}
	for _, t := range out.Tags {
		if profile.Tags == nil {
			profile.Tags = map[string]string{}
		}
		profile.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return nil
}

func arns(models []types.InferenceProfileModel) []string {
	list := make([]string, 0, len(models))
	for _, m := range models {
		list = append(list, aws.ToString(m.ModelArn))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func models(ctx context.Context, p place) ([]item, error) {
	out, err := p.bedrock().ListFoundationModels(ctx, &bedrock.ListFoundationModelsInput{})
	if err != nil {
		return nil, p.explain(err, "list foundation models")
	}
	var items []item
	for _, f := range out.ModelSummaries {
		m := Model{ARN: aws.ToString(f.ModelArn), Name: aws.ToString(f.ModelName), Provider: aws.ToString(f.ProviderName),
			Input: words(f.InputModalities), Output: words(f.OutputModalities), Inference: words(f.InferenceTypesSupported)}
		if f.ModelLifecycle != nil {
			m.Status = string(f.ModelLifecycle.Status)
			if end := f.ModelLifecycle.EndOfLifeTime; end != nil {
				m.EndOfLife = end.UTC().Format(time.DateOnly)
			}
		}
		items = append(items, item{aws.ToString(f.ModelId), m})
	}
	return items, nil
}

func words[T ~string](list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

func throughputs(ctx context.Context, p place) ([]item, error) {
	var items []item
	list := bedrock.NewListProvisionedModelThroughputsPaginator(p.bedrock(), &bedrock.ListProvisionedModelThroughputsInput{})
	err := pages(ctx, list, func(out *bedrock.ListProvisionedModelThroughputsOutput) {
		for _, t := range out.ProvisionedModelSummaries {
			arn := aws.ToString(t.ProvisionedModelArn)
			items = append(items, item{arn[strings.LastIndexByte(arn, '/')+1:], Throughput{ARN: arn,
				Name: aws.ToString(t.ProvisionedModelName), Model: aws.ToString(t.ModelArn), Foundation: aws.ToString(t.FoundationModelArn),
				Units: aws.ToInt32(t.ModelUnits), Commitment: string(t.CommitmentDuration), Status: string(t.Status)}})
		}
	})
	return items, p.explain(err, "list provisioned throughput")
}
