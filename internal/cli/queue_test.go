package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seismo/test/standin"
)

const madeUp = "what nobody may see"

// deadLetters are a queue and its dead-letter queue, with two messages in the
// latter: one that cannot be understood, one of a new object.
func deadLetters(t *testing.T, c *standin.Cloud) (queue, dead *standin.Queue) {
	t.Helper()
	dead = c.CreateQueue("dead", standin.QueueOptions{})
	queue = c.CreateQueue("logs", standin.QueueOptions{DeadLetter: dead, MaxReceive: 3})
	dead.Send(madeUp)
	dead.Send(`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`)
	return queue, dead
}

func TestQueueShow(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	queue, dead := deadLetters(t, c)
	queue.Send("{}")

	code, out, errs := run("queue", "show", strings.Replace(queue.URL, "https://", "https://user:hush@", 1)+"?x=hush")
	if code != exitOK || !strings.Contains(out, queue.URL) || !strings.Contains(out, dead.URL) || !strings.Contains(out, "4d") {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if strings.Contains(out+errs, "hush") {
		t.Error("the URL's password is shown")
	}
	if !strings.Contains(errs, "after 3 receives") || !strings.Contains(errs, "longer MessageRetentionPeriod") || strings.Contains(errs, "an outage that lasts longer") {
		t.Errorf("warnings:\n%s", errs)
	}
}

// TestQueueRetentionIsTooShort: what is kept for less than four days does not
// outlive an outage over a long weekend.
func TestQueueRetentionIsTooShort(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	queue := c.CreateQueue("logs", standin.QueueOptions{})
	queue.Attribute("MessageRetentionPeriod", "86400")
	code, out, errs := run("queue", "show", queue.URL, "--json")
	if code != exitOK || !strings.Contains(out, `"kept_for": "1d"`) {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if !strings.Contains(errs, "an outage that lasts longer loses what came meanwhile") || !strings.Contains(errs, "no dead-letter queue") {
		t.Errorf("warnings:\n%s", errs)
	}
}

func TestQueueRedriveLooksFirst(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	_, dead := deadLetters(t, c)
	code, out, errs := run("queue", "redrive", "--dlq", dead.URL, "--dry-run")
	if code != exitOK || !strings.Contains(out, "not understood: it is not JSON") || !strings.Contains(out, "tells of new objects") {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if strings.Contains(out+errs, madeUp) {
		t.Error("the text of a message is shown")
	}
	if visible, hidden := dead.Depth(); visible != 2 || hidden != 0 {
		t.Errorf("after looking %d can be received, %d are hidden", visible, hidden)
	}
}

func TestQueueRedrive(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		fault *standin.Fault
		moved int
		tasks int // that SQS was asked for
		text  string
	}{
		{name: "by SQS", moved: 2, tasks: 1, text: "2 messages moved"},
		{name: "limited", args: []string{"--max", "1"}, moved: 1, text: "1 messages moved"},
		{name: "by a service without the call", moved: 2, tasks: 1, text: `"moved": 2`, args: []string{"--json"},
			fault: &standin.Fault{Service: "sqs", Op: "StartMessageMoveTask", Status: 400, Code: "UnknownOperationException"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := standin.New(t)
			run := shellIn(t, cloud)
			queue, dead := deadLetters(t, cloud)
			bodies := dead.Bodies()
			if c.fault != nil {
				cloud.Fault(*c.fault)
			}
			code, out, errs := run(append([]string{"queue", "redrive", "--dlq", dead.URL, "--to", queue.URL}, c.args...)...)
			if code != exitOK || !strings.Contains(out, c.text) {
				t.Fatalf("exit %d\n%s\n%s", code, out, errs)
			}
			if n := cloud.Count("sqs", "StartMessageMoveTask"); n != c.tasks {
				t.Errorf("SQS was asked %d times to move messages", n)
			}
			if queue.Len() != c.moved || dead.Len() != 2-c.moved {
				t.Errorf("%d in the queue, %d dead", queue.Len(), dead.Len())
			}
			for _, body := range queue.Bodies() {
				if !slices.Contains(bodies, body) {
					t.Errorf("%q was not there before", body)
				}
			}
		})
	}
}

// TestQueueRedriveOfAConfiguration needs no URL: the source's queue and its
// dead-letter queue are found.
func TestQueueRedriveOfAConfiguration(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	queue, dead := deadLetters(t, c)
	file := filepath.Join(t.TempDir(), "seismo.yaml")
	text := "sources:\n  - queue_url: " + queue.URL + "\n    region_name: " + standin.Region + "\n    endpoint: " + c.URL() + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run("queue", "redrive", "--config", file)
	if code != exitOK || queue.Len() != 2 || dead.Len() != 0 {
		t.Fatalf("exit %d, %d in the queue\n%s\n%s", code, queue.Len(), out, errs)
	}
	if code, _, errs = run("queue", "show", "--config", file, "--source", "other"); code != exitUsage || !strings.Contains(errs, "aws-s3-1") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestQueueIsCalledWrongly(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	queue := c.CreateQueue("logs", standin.QueueOptions{})
	for _, call := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"queue", "show"}, exitUsage, "give its URL"},
		{[]string{"queue", "show", "logs"}, exitUsage, "not the URL of a queue"},
		{[]string{"queue", "show", queue.URL + "-gone"}, exitError, "queue_url"},
		{[]string{"queue", "redrive"}, exitUsage, "--dlq"},
		{[]string{"queue", "redrive", "--to", queue.URL}, exitNotFound, "no dead-letter queue"},
		{[]string{"queue", "redrive", "--dlq", queue.URL, "--to", queue.URL}, exitUsage, "the same queue"},
		{[]string{"queue", "redrive", "--dlq", queue.URL, "--max", "1"}, exitUsage, "--to URL"},
	} {
		if code, _, errs := run(call.args...); code != call.code || !strings.Contains(errs, call.says) {
			t.Errorf("%q: exit %d: %s", call.args, code, errs)
		}
	}
}
