package model_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"seismo/content"
	"seismo/internal/normalize/model"
)

func catalogue(t testing.TB) *model.Catalogue {
	t.Helper()
	c, err := model.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestResolve has one line per form of model reference, in every partition.
func TestResolve(t *testing.T) {
	haiku := model.Ref{Model: "anthropic.claude-3-haiku-20240307-v1:0", Vendor: "anthropic", Family: "claude", API: "chat"}
	with := func(profile, kind string) model.Ref {
		r := haiku
		r.Profile, r.Kind = profile, kind
		return r
	}
	tests := map[string]model.Ref{
		haiku.Model:                  haiku,
		"us." + haiku.Model:          with("us."+haiku.Model, model.Geo),
		"us-gov." + haiku.Model:      with("us-gov."+haiku.Model, model.Geo),
		"apac." + haiku.Model:        with("apac."+haiku.Model, model.Geo),
		"ca." + haiku.Model:          with("ca."+haiku.Model, model.Geo),
		"global." + haiku.Model:      with("global."+haiku.Model, model.Global),
		"anthropic.claude-opus-4-7":  {Model: "anthropic.claude-opus-4-7", Vendor: "anthropic", Family: "claude", API: "chat"},
		"anthropic.claude-v2:1:200k": {Model: "anthropic.claude-v2:1:200k", Vendor: "anthropic", Family: "claude"},
		"arn:aws:bedrock:us-east-1::foundation-model/" + haiku.Model:                                      haiku,
		"arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.rerank-v1:0":                              {Model: "amazon.rerank-v1:0", Vendor: "amazon", Family: "rerank", API: "rerank"},
		"arn:aws:bedrock:us-west-2:111122223333:inference-profile/global." + haiku.Model:                  with("global."+haiku.Model, model.Global),
		"arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:inference-profile/us-gov." + haiku.Model:       with("us-gov."+haiku.Model, model.Geo),
		"arn:aws:bedrock:us-west-2:111122223333:inference-profile/zz." + haiku.Model:                      {Profile: "zz." + haiku.Model, Kind: model.Geo},
		"arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/p24qm5pye2qr":               {Profile: "p24qm5pye2qr", Kind: model.Application},
		"arn:aws-eusc:bedrock:eusc-de-east-1:111122223333:provisioned-model/abcdefghijkl":                 {Profile: "abcdefghijkl", Kind: model.Provisioned},
		"arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.titan-text-lite-v1:0:4k/abcdefghijkl": {Model: "amazon.titan-text-lite-v1:0:4k", Vendor: "amazon", Family: "titan", Profile: "abcdefghijkl", Kind: model.Custom},
		"arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abcdefghijkl":                     {Profile: "abcdefghijkl", Kind: model.Custom},
		"arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdefghijkl":                              {Profile: "abcdefghijkl", Kind: model.Imported},
		"arn:aws:bedrock:us-east-1:111122223333:prompt/ABCDE12345:2":                                      {Profile: "ABCDE12345:2", Kind: model.Prompt},
		"arn:aws:bedrock:us-east-1:111122223333:default-prompt-router/anthropic.claude:1":                 {Profile: "anthropic.claude:1", Kind: model.Prompt},
		"arn:aws:bedrock:us-east-1:111122223333:marketplace/model-endpoint/m1":                            {Profile: "model-endpoint/m1", Kind: model.Marketplace},
		"arn:aws:bedrock:us-east-1:111122223333:prompt-router/r1":                                         {Profile: "r1", Kind: model.Prompt},
		"arn:aws:sagemaker:us-east-1:111122223333:endpoint/my-endpoint":                                   {Profile: "my-endpoint", Kind: model.Marketplace},
		"moonshotai.kimi-k2.5":                     {Model: "moonshotai.kimi-k2.5", Vendor: "moonshot", Family: "kimi", API: "chat"},
		"us.deepseek.r1-v1:0":                      {Model: "deepseek.r1-v1:0", Vendor: "deepseek", Family: "deepseek", Profile: "us.deepseek.r1-v1:0", Kind: model.Geo},
		"amazon.nova-2-multimodal-embeddings-v1:0": {Model: "amazon.nova-2-multimodal-embeddings-v1:0", Vendor: "amazon", Family: "nova", API: "embeddings"},
		"newcomer.model-1":                         {Model: "newcomer.model-1", Vendor: "newcomer"},
		"us.newcomer.model-1":                      {Model: "newcomer.model-1", Vendor: "newcomer", Profile: "us.newcomer.model-1", Kind: model.Geo},
		"zz." + haiku.Model:                        {Model: "zz." + haiku.Model}, // a geo that is not known is none
		"us.model-without-vendor":                  {},
		"us.":                                      {},
		"does-not-exist":                           {},
		"dummy-model-v1":                           {},
		"m":                                        {},
		"":                                         {},
		"arn:aws:s3:::example":                     {},
		"arn:aws:bedrock":                          {},
		"arn.something":                            {Model: "arn.something"},
	}
	c := catalogue(t)
	for ref, want := range tests {
		if diff := cmp.Diff(want, c.Resolve(ref)); diff != "" {
			t.Errorf("Resolve(%q) (-want +got):\n%s", ref, diff)
		}
	}
}

func TestNamed(t *testing.T) {
	c := catalogue(t)
	for name, want := range map[string]model.Ref{
		"claude-sonnet-4-20250514": {Vendor: "anthropic", Family: "claude", API: "chat"},
		"claude-instant-1.2":       {Vendor: "anthropic", Family: "claude"},
		"claude-2.0":               {Vendor: "anthropic", Family: "claude"},
		"jamba-1.5-mini":           {Vendor: "ai21", Family: "jamba", API: "chat"},
		"/opt/ml/model":            {},
		"":                         {},
	} {
		if diff := cmp.Diff(want, c.Named(name)); diff != "" {
			t.Errorf("Named(%q) (-want +got):\n%s", name, diff)
		}
	}
}

// TestLoadRefuses wants a broken catalogue to be told, not half read.
func TestLoadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown key":  "geos: [us]\ncontinents: [x]\n",
		"a prefix twice":  "vendors:\n  - {name: a, prefixes: [p]}\n  - {name: b, prefixes: [p]}\n",
		"a geo as vendor": "geos: [us]\nvendors:\n  - {name: a, prefixes: [us]}\n",
		"no YAML":         "{",
	} {
		files := fstest.MapFS{model.File: {Data: []byte(text)}}
		if _, err := model.Load(files); err == nil {
			t.Errorf("Load accepts %s", name)
		}
	}
	if _, err := model.Load(fstest.MapFS{}); err == nil {
		t.Error("Load accepts a missing catalogue")
	}
}

func FuzzModelRef(f *testing.F) {
	for _, seed := range []string{
		"us.anthropic.claude-sonnet-4-20250514-v1:0", "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0",
		"arn:aws:bedrock:us-east-1:1:custom-model/a.b/c", "arn:aws:sagemaker:us-east-1:1:endpoint/x", "us-gov.", ".", "a..b", "arn:",
	} {
		f.Add(seed)
	}
	c := catalogue(f)
	f.Fuzz(func(t *testing.T, ref string) {
		r := c.Resolve(ref)
		if r.Vendor == "arn" || strings.HasPrefix(r.Model, "arn:") {
			t.Errorf("Resolve(%q) = %+v", ref, r)
		}
		if r.Family != "" && r.Vendor == "" || r.Vendor != "" && r.Model == "" || r.Kind != "" && r.Profile == "" && ref != "" && !strings.HasPrefix(ref, "arn:") {
			t.Errorf("Resolve(%q) is not whole: %+v", ref, r)
		}
		c.Named(ref)
	})
}
