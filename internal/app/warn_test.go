package app

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWarnings: what works and is hardly meant is told with its line, a Region
// that is only new is no error, and a service of one's own names its Regions as
// it likes.
func TestWarnings(t *testing.T) {
	const queue = "queue_url: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q'"
	for _, c := range []struct{ name, text, want string }{
		{"nothing amiss", "sources:\n  - {" + queue + ", buckets: [example-logs]}\n  - {type: aws-cloudtrail, regions: [us-east-1, eu-west-3]}\n", ""},
		{"a queue that anybody's bucket counts for", "sources:\n  - {" + queue + "}\n",
			"2 sources[0].queue_url: whoever may send to this queue → buckets: [NAME]"},
		{"a misspelt Region of a look-up", "sources:\n  - type: aws-cloudtrail\n    regions:\n      - us-eest-1\n",
			"4 sources[0].regions: us-eest-1 is no Region → did you mean us-east-1?"},
		{"a Region nobody knows", "sources:\n  - {type: aws-cloudtrail, regions: [aq-central-12]}\n",
			"2 sources[0].regions: aq-central-12 is no Region → new works all the same"},
		{"a misspelt Region of an account", "accounts:\n  prod: {region_name: eu-wset-1}\n",
			"2 accounts.prod.region_name: eu-wset-1 is no Region → did you mean eu-west-1?"},
		{"a misspelt Region of a source", "sources:\n  - {bucket_arn: logs, region_name: us-east1}\n",
			"2 sources[0].region_name: us-east1 is no Region → did you mean us-east-1?"},
		{"a misspelt Region of a queue's URL", "sources:\n  - {queue_url: 'https://sqs.eu-west-11.amazonaws.com/111122223333/q', buckets: [logs]}\n",
			"2 sources[0].queue_url: eu-west-11 is no Region → did you mean eu-west-1?"},
		{"a misspelt Region of a log group", "sources:\n  - log_group_arn: arn:aws:logs:eu-wesst-1:111122223333:log-group:bedrock\n",
			"2 sources[0].log_group_arn: eu-wesst-1 is no Region → did you mean eu-west-1?"},
		{"sections", "metrics: {regions: [us-eest-1]}\ninventory: {regions: [us-east-1]}\npublish: {region: eu-west-33}\n",
			"1 regions: us-eest-1 is no Region → us-east-1?\n3 region: eu-west-33 is no Region → eu-west-3?"},
		{"a service of one's own", "accounts:\n  default: {region_name: garage, endpoint: 'https://s3.example.com'}\nsources:\n  - {bucket_arn: logs}\nmetrics: {regions: [garage]}\n", ""},
		{"what is left out", "sources:\n  - {enabled: false, " + queue + "}\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := loadText(t, c.text)
			if err != nil {
				t.Fatal(err)
			}
			got := f.Warnings()
			var want []string
			if c.want != "" {
				want = strings.Split(c.want, "\n")
			}
			if len(got) != len(want) {
				t.Fatalf("%v, want %q", got, want)
			}
			for i, w := range want {
				line, rest, _ := strings.Cut(w, " ")
				what, remedy, _ := strings.Cut(rest, " → ")
				if !strings.Contains(got[i].Error(), ":"+line+": ") || !strings.Contains(got[i].Error(), what) || !strings.Contains(got[i].Remedy, remedy) {
					t.Errorf("got %v → %s\nwant %s", got[i], got[i].Remedy, w)
				}
			}
		})
	}
}

// TestSourcesCanBeLeftOut: a source that is not enabled is checked, does not run,
// and changes no other's name.
func TestSourcesCanBeLeftOut(t *testing.T) {
	f, err := loadText(t, "sources:\n  - {bucket_arn: logs-a, enabled: false}\n  - {bucket_arn: logs-b}\n  - {bucket_arn: logs-c, enabled: true}\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range f.sources {
		got = append(got, p.name)
	}
	if diff := cmp.Diff([]string{"aws-s3-2", "aws-s3-3"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := loadText(t, "sources:\n  - {bucket_arn: logs-a, enabled: false, order: random}\n"); err == nil {
		t.Error("a wrong source that is left out is not told")
	}
}
