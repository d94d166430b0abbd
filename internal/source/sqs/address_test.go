package sqs

import (
	"strings"
	"testing"

	"seismo/internal/source/s3"
	"seismo/test/standin"
)

func TestQueueURLs(t *testing.T) {
	for _, c := range []struct{ url, region, entry string }{
		{"https://sqs.eu-west-1.amazonaws.com/111122223333/logs", "eu-west-1", ""},
		{"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/logs", "cn-north-1", ""},
		{"https://sqs.us-gov-west-1.amazonaws.com/111122223333/logs", "us-gov-west-1", ""},
		{"https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/logs", "eusc-de-east-1", ""},
		{"https://sqs.us-iso-east-1.c2s.ic.gov/111122223333/logs", "us-iso-east-1", "https://sqs.us-iso-east-1.c2s.ic.gov"},
		{"https://sqs-fips.us-east-2.amazonaws.com/111122223333/logs", "us-east-2", "https://sqs-fips.us-east-2.amazonaws.com"},
		{"https://sqs.ap-southeast-2.api.aws/111122223333/logs", "ap-southeast-2", "https://sqs.ap-southeast-2.api.aws"},
		{"https://eu-central-1.queue.amazonaws.com/111122223333/logs", "eu-central-1", ""},
		{"https://queue.amazonaws.com/111122223333/logs", "us-east-1", ""},
		{"https://vpce-0a1b2c3d.sqs.us-west-2.vpce.amazonaws.com/111122223333/logs", "us-west-2", "https://vpce-0a1b2c3d.sqs.us-west-2.vpce.amazonaws.com"},
		{"http://127.0.0.1:4566/000000000000/logs", "", "http://127.0.0.1:4566"},
		{"http://sqs.eu-north-1.emulator.example.com:4566/000000000000/logs", "eu-north-1", "http://sqs.eu-north-1.emulator.example.com:4566"},
		{" https://key:word@sqs.eu-west-1.amazonaws.com/111122223333/logs?token=x#y ", "eu-west-1", ""},
	} {
		a, err := ParseURL(c.url)
		if err != nil || a.Region != c.region || a.entry != c.entry || a.Name != "logs" {
			t.Errorf("%s: %+v, %v; want Region %q and entry %q", c.url, a, err, c.region, c.entry)
		}
		if strings.ContainsAny(a.URL, "@?# ") || !strings.HasSuffix(a.URL, "/logs") {
			t.Errorf("%s is sent as %s", c.url, a.URL)
		}
	}
	for _, url := range []string{"", "logs", "arn:aws:sqs:eu-west-1:111122223333:logs", "https://sqs.eu-west-1.amazonaws.com/", "https://secret:%zz@host/x", "ftp://h/q"} {
		if a, err := ParseURL(url); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %+v, %v", url, a, err)
		}
	}
}

// TestRegionOfTheQueue: calls go to the Region that the queue's URL names,
// whatever the account's own is.
func TestRegionOfTheQueue(t *testing.T) {
	inWorld(t, standin.QueueOptions{Region: "ap-south-1"}, func(t *testing.T, w *world) {
		w.queue.Send(`{"detail-type":"GuardDuty Finding","detail":{}}`)
		w.queue.URL = strings.Replace(w.queue.URL, "https://", "https://name:hush-hush@", 1) + "?token=hush-hush"
		s := w.source(func(c *s3.Config) { c.Region = "" })
		settle(t, w.next(s), nil)
		w.cloud.Fault(standin.Fault{Service: "sqs", Op: "ReceiveMessage", Status: 403, Code: "AccessDeniedException"})
		var err error
		for err == nil {
			_, err = s.Receive(t.Context())
		}
		if told := err.Error() + w.logs.String(); strings.Contains(told, "hush") || !strings.Contains(told, "sqs:ReceiveMessage") {
			t.Error(told)
		}
	})
}
