package sqs

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/internal/jsondoc"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// A page is messages of one kind and what they mean. Each means the same however
// a topic wraps it and whatever the order of its members.
func TestNotices(t *testing.T) {
	for _, path := range pages(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			page, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			want := len(page.Files) - 1
			for _, f := range page.Files[:want] {
				meaning := tell(parse(f.Data))
				fmt.Fprintf(&got, "%s\n%s", f.Name, meaning)
				for way, text := range ways(t, f.Data) {
					if diff := cmp.Diff(plainly(meaning), plainly(tell(parse(text)))); diff != "" {
						t.Errorf("%s means something else when %s (-alone +so):\n%s", f.Name, way, diff)
					}
				}
			}
			if *update {
				page.Files[want].Data = []byte(got.String())
				if err := os.WriteFile(path, txtar.Format(page), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(page.Files[want].Data), got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func pages(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/notice/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no pages", err)
	}
	return paths
}

// tell writes a notice as a page shows it.
func tell(n notice) string {
	var b strings.Builder
	for _, c := range n.objects {
		fmt.Fprintf(&b, "\tobject %s %q", c.Bucket, c.Key)
		for _, part := range []struct{ name, text string }{
			{"or", c.Other}, {"etag", c.ETag}, {"version", c.Version},
		} {
			if part.text != "" {
				fmt.Fprintf(&b, " %s %q", part.name, part.text)
			}
		}
		if c.Size >= 0 {
			fmt.Fprintf(&b, " size %d", c.Size)
		}
		if !c.Time.IsZero() {
			fmt.Fprintf(&b, " at %s", c.Time.Format("2006-01-02T15:04:05.999Z07:00"))
		}
		b.WriteByte('\n')
	}
	for _, r := range n.records {
		fmt.Fprintf(&b, "\trecord %s\n", r)
	}
	if n.tests > 0 {
		fmt.Fprintf(&b, "\ttests %d\n", n.tests)
	}
	if n.ignored > 0 {
		fmt.Fprintf(&b, "\tignored %d\n", n.ignored)
	}
	if n.odd != "" {
		fmt.Fprintf(&b, "\todd: %s\n", n.odd)
	}
	return b.String()
}

// plainly takes the text of records out: it follows the order of members.
func plainly(meaning string) string {
	lines := strings.Split(meaning, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "\trecord ") {
			lines[i] = "\trecord"
		}
	}
	return strings.Join(lines, "\n")
}

// ways are other ways in which the same message may come.
func ways(t *testing.T, text []byte) map[string][]byte {
	t.Helper()
	topic := func(members map[string]string, inner []byte) []byte {
		members["Message"] = string(inner)
		out, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	full := topic(map[string]string{
		"Type": "Notification", "MessageId": "00000000-0000-4000-8000-000000000001",
		"TopicArn": "arn:aws:sns:eu-west-1:111122223333:logs", "Subject": "Amazon S3 Notification",
		"Timestamp": "2026-03-01T08:30:02.000Z", "SignatureVersion": "1", "Signature": "EXAMPLE==",
	}, text)
	found := map[string][]byte{
		"wrapped by a topic":        full,
		"wrapped without a type":    topic(map[string]string{"TopicArn": "arn:aws:sns:eu-west-1:111122223333:logs"}, text),
		"wrapped without an ARN":    topic(map[string]string{"Type": "Notification"}, text),
		"wrapped by two topics":     topic(map[string]string{"Type": "Notification"}, full),
		"surrounded by white space": []byte(" \r\n" + string(text) + "\n\t"),
	}
	if doc, err := jsondoc.Parse(text); err == nil {
		found["in another order"] = []byte(backwards(doc))
	}
	return found
}

// backwards writes a value with the members of every object the other way round.
func backwards(v jsondoc.Value) string {
	var parts []string
	switch v.Kind() {
	case jsondoc.Object:
		for name, member := range v.Members() {
			quoted, _ := json.Marshal(name)
			parts = append(parts, string(quoted)+":"+backwards(member))
		}
		slices.Reverse(parts)
		return "{" + strings.Join(parts, " , ") + "}"
	case jsondoc.Array:
		for item := range v.Items() {
			parts = append(parts, backwards(item))
		}
		return "[" + strings.Join(parts, " ,") + "]"
	}
	return string(v.Raw())
}

// TestRecordedNotices reads forms that were written down elsewhere, where there
// is a copy of them.
func TestRecordedNotices(t *testing.T) {
	dir := os.Getenv("SEISMO_TESTDATA")
	if dir == "" {
		t.Skip("SEISMO_TESTDATA names no folder with recorded notifications")
	}
	for name, want := range map[string]string{
		"s3-objectcreated-put.json":                               "objects 1",
		"s3-event-notification-structure.json":                    "ignored 1", // its eventName is a description
		"s3-testevent.json":                                       "tests 1",
		"lambda-go_s3-event.json":                                 "objects 1",
		"lambda-go_s3-event-with-decoded.json":                    "objects 1",
		"redpanda_sns-notification-s3event.json":                  "objects 1",
		"redpanda_sns-notification-s3testevent.json":              "tests 1",
		"sns-notification-s3testevent-full.json":                  "tests 1",
		"sns-wrapped-s3-testevent-no-type.json":                   "tests 1",
		"eventbridge-s3-object-created-putobject.json":            "objects 1",
		"eventbridge-s3-object-deleted-deleteobject.json":         "ignored 1",
		"eventbridge-s3-object-deleted-lifecycle-expiration.json": "ignored 1",
		"eventbridge-s3-object-restore-completed.json":            "ignored 1",
		"cloudtrail-sns-message-1.json":                           "objects 1",
		"cloudtrail-sns-message-2.json":                           "objects 3",
		"cwl-subscription-data-message-1.json":                    "records 1",
		"cwl-subscription-account-level-2.json":                   "records 1",
		"datadog_cloudwatch_log_cloudtrail.json":                  "records 1",
		"lambda-go_cloudwatch-logs-event.json":                    "records 1",
		"lambda-go_sns-event.json":                                "odd", // a greeting
		"lambda-go_sqs-event.json":                                "odd", // "Message Body"
		"lambda-go_kinesis-event.json":                            "odd",
		"cloudtrail-digest-file.json":                             "odd", // a file, not a notification
	} {
		text, err := os.ReadFile(filepath.Join(dir, "transport", name))
		if err != nil {
			t.Fatal(err)
		}
		n := parse(text)
		got := "odd"
		switch {
		case n.odd != "":
		case len(n.objects) > 0:
			got = fmt.Sprintf("objects %d", len(n.objects))
		case len(n.records) > 0:
			got = fmt.Sprintf("records %d", len(n.records))
		case n.tests > 0:
			got = fmt.Sprintf("tests %d", n.tests)
		case n.ignored > 0:
			got = fmt.Sprintf("ignored %d", n.ignored)
		}
		if got != want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
}

// FuzzNotice holds that every message means something: an object, a record,
// something known that is not to be read, or that it is odd. Nothing passes in
// silence, since what means nothing is deleted.
func FuzzNotice(f *testing.F) {
	for _, path := range pages(f) {
		page, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range page.Files[:len(page.Files)-1] {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n := parse(text)
		if len(n.objects)+len(n.records)+n.tests+n.ignored == 0 && n.odd == "" {
			t.Error("the message means nothing")
		}
		for _, c := range n.objects {
			if c.Bucket == "" || c.Key == "" || c.Size < -1 {
				t.Errorf("no object: %+v", c)
			}
		}
		for _, r := range n.records {
			if _, err := jsondoc.Parse(r); err != nil {
				t.Errorf("a record that is not JSON: %v", err)
			}
		}
	})
}
