package decode_test

import (
	"os"
	"path/filepath"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// recorded reads a file of the recorded data, which is no part of the project.
func recorded(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("SEISMO_TESTDATA")
	if root == "" {
		t.Skip("SEISMO_TESTDATA does not name a folder of recorded data: this test reads it in place")
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Skipf("the recorded data lacks a file: %v", err)
	}
	return string(text)
}

// What recorded envelopes are made of: how many pieces of which kind.
func TestRecordedEnvelopes(t *testing.T) {
	for name, want := range map[string]map[string]int{
		"s3-testevent.json":                            {decode.SkipTestEvent: 1},
		"redpanda_sns-notification-s3testevent.json":   {decode.SkipTestEvent: 1},
		"sns-notification-s3testevent-full.json":       {decode.SkipTestEvent: 1},
		"sns-wrapped-s3-testevent-no-type.json":        {decode.SkipTestEvent: 1},
		"redpanda_sns-notification-s3event.json":       {decode.BadUnknown: 1},
		"s3-objectcreated-put.json":                    {decode.BadUnknown: 1},
		"s3-event-notification-structure.json":         {decode.BadUnknown: 1},
		"lambda-go_s3-event.json":                      {decode.BadUnknown: 1},
		"lambda-go_sns-event.json":                     {decode.BadUnknown: 1},
		"lambda-go_sqs-event.json":                     {decode.BadUnknown: 1},
		"eventbridge-s3-object-created-putobject.json": {decode.BadUnknown: 1},
		"eventbridge-s3-object-restore-completed.json": {decode.BadUnknown: 1},
		"cloudtrail-sns-message-1.json":                {decode.BadUnknown: 1},
		"cloudtrail-digest-file.json":                  {decode.SkipDigest: 1},
		"cloudtrail-digest-empty.json":                 {decode.SkipDigest: 1},
		"cwl-subscription-data-message-1.json":         {decode.BadJSON: 3},
		"cwl-subscription-cross-account-1.json":        {decode.BadJSON: 3},
		"cwl-subscription-account-level-2.json":        {decode.BadJSON: 3},
		"datadog_cloudwatch_log_cloudtrail.json":       {"trail": 3},
		"datadog_cloudwatch_logs.json":                 {decode.BadJSON: 16, decode.BadUnknown: 3},
		"lambda-go_cloudwatch-logs-event.json":         {decode.BadJSON: 2},
		"lambda-go_kinesis-event.json":                 {decode.BadJSON: 2},
		"lambda-go_kinesis-firehose-event.json":        {decode.BadJSON: 2},
	} {
		t.Run(name, func(t *testing.T) {
			items := decodeAll(t, decode.Limits{}, recorded(t, "transport/"+name), event.Origin{})
			got := map[string]int{}
			for _, item := range items {
				got[reason(item)]++
			}
			for r, n := range got {
				if want[r] != n {
					t.Errorf("%d of %s, want %d", n, r, want[r])
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func reason(item decode.Item) string {
	if item.Verdict == decode.Good {
		return map[decode.Kind]string{decode.Invocation: "call", decode.Trail: "trail"}[item.Kind]
	}
	return item.Reason
}

func TestRecordedTrails(t *testing.T) {
	for _, name := range []string{"traildiscover.jsonl", "stratus-bedrock-invoke-model.jsonl"} {
		for _, item := range decodeAll(t, decode.Limits{}, recorded(t, "cloudtrail/"+name), event.Origin{}) {
			if reason(item) != "trail" {
				t.Errorf("%s: line %d is %s", name, *item.Origin.Line, reason(item))
			}
		}
	}
}
