package logging

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"seismo/internal/account"
)

// What a canary says, and how many tokens that is: CanaryInput is about what the
// prompt is to most models, CanaryOutput the most that an answer may have.
const (
	canaryPrompt = "Answer with the word OK."
	CanaryInput  = 15
	CanaryOutput = 8
)

// canaryKey is the name under which a canary's record carries its mark.
const canaryKey = "seismo-canary"

// CanaryModels are the models that are tried in a Region, one after the other, until
// one is offered there: a cheap one of Amazon's, which needs no agreement with
// another vendor, by itself, by the inference profile of the Region's part of the
// world, and its successor that is offered everywhere. A call that is refused costs
// nothing.
func CanaryModels(region string) []string {
	list := []string{"amazon.nova-micro-v1:0"}
	geo := map[string]string{"us": "us", "eu": "eu", "ap": "apac", "ca": "us"}[strings.SplitN(region, "-", 2)[0]]
	if strings.HasPrefix(region, "us-gov-") {
		return append(list, "us-gov.amazon.nova-micro-v1:0")
	}
	if geo != "" {
		list = append(list, geo+".amazon.nova-micro-v1:0")
	}
	return append(list, "global.amazon.nova-2-lite-v1:0")
}

func (f *flight) models() []string {
	if f.canary.Model != "" {
		return []string{f.canary.Model}
	}
	return CanaryModels(f.Region)
}

// call makes the one call. Models that the Region does not offer are passed over.
func (f *flight) call(ctx context.Context) {
	var err error
	for _, model := range f.models() {
		f.Model = model
		var out *bedrockruntime.ConverseOutput
		f.Called = f.tool.opt.Now().UTC()
		out, err = f.converse(ctx, model)
		if err == nil {
			f.answered(out)
			return
		}
		if ctx.Err() != nil {
			f.set(HopCall, func(h *Hop) {
				h.State, h.Where, h.Saw = Unreached, model, "interrupted before an answer came; the call may have been made"
			})
			return
		}
		if !notOffered(err) {
			break
		}
	}
	f.block(HopCall, f.refused(err))
}

func (f *flight) converse(ctx context.Context, model string) (*bedrockruntime.ConverseOutput, error) {
	client := bedrockruntime.NewFromConfig(f.p.account.SDK(f.Region))
	return client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: &model, RequestMetadata: map[string]string{canaryKey: f.Mark},
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(CanaryOutput)},
		Messages: []types.Message{{Role: types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: canaryPrompt}}}},
	})
}

func (f *flight) answered(out *bedrockruntime.ConverseOutput) {
	f.Answered = f.tool.opt.Now().UTC()
	f.RequestID, _ = middleware.GetRequestIDMetadata(out.ResultMetadata)
	took := f.Answered.Sub(f.Called).Seconds()
	f.Latency = &took
	if u := out.Usage; u != nil {
		f.Input, f.Output = u.InputTokens, u.OutputTokens
	}
	f.set(HopCall, func(h *Hop) {
		zero := 0.0
		h.State, h.Where, h.At, h.After, h.Since = Arrived, f.Model, f.Answered, &zero, &took
	})
}

// notOffered reports whether a Region does not have a model in this way: another
// way to it, or another model, may do. Sources: the messages of Bedrock's runtime.
func notOffered(err error) bool {
	text := err.Error()
	switch account.Code(err) {
	case "ResourceNotFoundException":
		return true
	case "ValidationException":
		return strings.Contains(text, "on-demand throughput") || strings.Contains(text, "model identifier is invalid") ||
			strings.Contains(text, "inference profile") || strings.Contains(text, "not supported in this region")
	}
	return false
}

// refused says what a call that was not answered means. No record is to be
// expected of it.
func (f *flight) refused(err error) error {
	what := "call " + f.Model + " in " + f.Region
	access := "Turn on access to the model in Bedrock's console of " + f.Region + ", or choose another with --canary-model."
	text := err.Error()
	switch c := account.Code(err); {
	case notOffered(err) && f.canary.Model == "":
		return &trouble{what: "call a model in " + f.Region, why: "none of " + strings.Join(f.models(), ", ") + " is offered there", err: err,
			remedy: "Choose one that is, or an inference profile, with --canary-model."}
	case notOffered(err):
		return &trouble{what: what, why: "the Region does not offer it in this way: " + said(err), err: err,
			remedy: "Choose another with --canary-model; many models are called only by an inference profile, such as " + CanaryModels(f.Region)[1] + "."}
	case c == "AccessDeniedException" && strings.Contains(text, "access to the model"):
		return &trouble{what: what, why: "this account has no access to the model", err: err, remedy: access}
	case c == "ValidationException":
		return &trouble{what: what, why: said(err), err: err, remedy: "Choose a model that holds conversations with --canary-model."}
	case c == "ThrottlingException" || c == "ServiceQuotaExceededException" || c == "ModelNotReadyException":
		return &trouble{what: what, why: "it was throttled to the end", err: err,
			remedy: "Nothing was proved: run it again later, or choose another model with --canary-model."}
	}
	return account.Explain(err, what)
}

// said is AWS's own sentence of an error.
func said(err error) string {
	var api interface{ ErrorMessage() string }
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return fmt.Sprint(err)
}
