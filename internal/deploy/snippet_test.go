package deploy_test

import (
	"strings"
	"testing"

	"seismo/internal/config"
	"seismo/internal/deploy"
)

// Whatever an output of a stack is, it adds nothing to the collector's
// configuration, and no variable's value.
func TestConfigurationOfStrangeOutputs(t *testing.T) {
	reader, queue := "x'}\nserver: {listen: 0.0.0.0:80} #", "q\nhooks: [evil] # \x1b[31m${SECRET}\u202e"
	text := deploy.Configuration(deploy.Wish{Environment: "prod"}, []deploy.Made{{Region: "us-east-1", Outputs: map[string]string{
		"ReaderRoleArn": reader, "PublisherRoleArn": "arn:aws:iam::111122223333:role/p", "QueueUrl": queue, "LogBucket": "a, b]", "TrailBucket": "t-t"}}})
	type account struct {
		Region string `yaml:"region_name"`
		Role   string `yaml:"role_arn"`
	}
	var got struct {
		Accounts map[string]account `yaml:"accounts"`
		Sources  []struct {
			Name    string   `yaml:"name"`
			Queue   string   `yaml:"queue_url"`
			Buckets []string `yaml:"buckets"`
		} `yaml:"sources"`
		Metrics   config.Part `yaml:"metrics"`
		Inventory config.Part `yaml:"inventory"`
		Publish   config.Part `yaml:"publish"`
	}
	doc, err := config.Parse("seismo.yaml", []byte(text), func(string) (string, bool) { return "very-secret", true })
	if err == nil {
		err = doc.Decode(&got) // which refuses keys that are not above
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(got.Sources) != 1 || got.Accounts["default"].Role != reader || len(got.Sources[0].Buckets) != 2 || got.Sources[0].Buckets[0] != "a, b]" ||
		got.Sources[0].Queue != queue {
		t.Errorf("%+v\n%s", got, text)
	}
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Errorf("%q", text)
	}
}
