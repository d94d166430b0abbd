package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seismo/test/standin"
)

const s3Log = "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/"

// shellIn runs a command against a stand-in of AWS.
func shellIn(t *testing.T, c *standin.Cloud) func(args ...string) (code int, out, errs string) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", standin.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", standin.SecretKey)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	db := filepath.Join(t.TempDir(), "x.duckdb")
	return func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := Main(append(args, "--db", db, "--endpoint", c.URL(), "--region", standin.Region), strings.NewReader(""), &out, &errs)
		return code, out.String(), errs.String()
	}
}

func record(id, body string) string {
	return `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-03-01T08:00:01Z","accountId":"111122223333",` +
		`"region":"us-east-1","requestId":"` + id + `","operation":"Converse","modelId":"amazon.nova-micro-v1:0","input":{` + body + `},"output":{}}` + "\n"
}

func TestIngestOfABucket(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	c.PutObject("example-logs", s3Log+"20260301T080000000Z_aa.json.gz", []byte(record("r1", `"inputTokenCount":3`)))
	c.PutObject("example-logs", s3Log+"20260301T080100000Z_ab.json.gz",
		[]byte(record("r2", `"inputBodyS3Path":"s3://example-logs/`+s3Log+`data/r2_input.json.gz"`)))
	c.PutObject("example-logs", s3Log+"data/r2_input.json.gz", []byte(`{"messages":[{"role":"user","content":[{"text":"Hello out there"}]}]}`))

	code, out, errs := run("ingest", "s3://example-logs/")
	if code != exitOK || !strings.Contains(out, "2 read = 2 stored + 0 duplicate + 0 skipped + 0 quarantined") {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if !strings.Contains(errs, "about 2 objects to read") || !strings.Contains(errs, "2 GET") || !strings.Contains(errs, "$0.0") {
		t.Errorf("the cost was not told: %s", errs)
	}
	if n := c.Count("s3", "GetObject"); n != 3 {
		t.Errorf("%d GETs; want two logs and one body", n)
	}
	code, out, _ = run("ingest", "s3://example-logs/", "--json")
	if code != exitOK || !strings.Contains(out, `"known_objects": 2`) || c.Count("s3", "GetObject") != 3 {
		t.Errorf("again: exit %d, %d GETs\n%s", code, c.Count("s3", "GetObject"), out)
	}
	code, out, _ = run("ingest", "s3://example-logs/", "--from", "2026-03-02", "--to", "2026-03-03")
	if code != exitOK || !strings.Contains(out, "0 read") {
		t.Errorf("another day: exit %d\n%s", code, out)
	}
}

func TestIngestOfABucketFails(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	c.PutObject("example-logs", s3Log+"20260301T080000000Z_aa.json.gz", []byte(record("r1", "")))
	c.PutObject("example-logs", s3Log+"20260301T080100000Z_ab.json.gz", []byte(record("r2", "")))
	mend := c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Key: "_ab", Status: 403, Code: "AccessDenied"})
	code, out, _ := run("ingest", "s3://example-logs/AWSLogs/")
	if code != exitPartial || !strings.Contains(out, "1 read = 1 stored") {
		t.Errorf("one refused: exit %d\n%s", code, out)
	}
	mend()
	if code, out, errs := run("ingest", "s3://example-logs/AWSLogs/"); code != exitOK || !strings.Contains(out, "1 stored") {
		t.Errorf("mended: exit %d\n%s%s", code, out, errs)
	}
	c.Fault(standin.Fault{Service: "s3", Op: "ListObjectsV2", Status: 403, Code: "AccessDenied"})
	code, _, errs := run("ingest", "s3://example-logs/AWSLogs/")
	if code != exitError || !strings.Contains(errs, "s3:ListBucket") {
		t.Errorf("listing refused: exit %d\n%s", code, errs)
	}
}

func TestIngestWrongCalls(t *testing.T) {
	c := standin.New(t)
	for want, args := range map[string][]string{
		"not read in one go":         {"ingest", "s3://example-logs/", os.TempDir()},
		"one bucket is read":         {"ingest", "s3://example-logs/", "s3://example-other/"},
		"not a place in S3":          {"ingest", "s3://"},
		"--from is not before":       {"ingest", "s3://example-logs", "--from", "2026-03-02", "--to", "2026-03-01"},
		"not a time":                 {"ingest", "s3://example-logs", "--from", "yesterday"},
		"names no access point":      {"ingest", "s3://arn:aws:s3:eu-west-1:111122223333:accesspoint"},
		"says something of a bucket": {"ingest", "./logs"},
	} {
		code, _, errs := shellIn(t, c)(args...)
		if code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
}

// TestIngestOfNothing: a place without a single key is told, with what to look at,
// and is no success; a time without one, and a place that was read before, are.
func TestIngestOfNothing(t *testing.T) {
	c := standin.New(t)
	run := shellIn(t, c)
	c.PutObject("example-logs", s3Log+"20260301T080000000Z_aa.json.gz", []byte(record("r1", "")))
	code, out, errs := run("ingest", "s3://example-logs/awslogs/")
	if code != exitNotFound || !strings.Contains(errs, "nothing was found below s3://example-logs/awslogs/") || !strings.Contains(errs, "case and slashes count") {
		t.Errorf("a wrong prefix: exit %d\n%s%s", code, out, errs)
	}
	code, out, errs = run("ingest", "s3://example-logs/awslogs/", "--json")
	if code != exitNotFound || !strings.Contains(out, `"objects": 0`) {
		t.Errorf("as JSON: exit %d\n%s%s", code, out, errs)
	}
	code, out, errs = run("ingest", "s3://example-logs/", "--from", "2026-03-02", "--to", "2026-03-03")
	if code != exitOK || !strings.Contains(errs, "nothing was found below s3://example-logs/ in that time") {
		t.Errorf("another day: exit %d\n%s%s", code, out, errs)
	}
	for range 2 {
		if code, _, errs := run("ingest", "s3://example-logs/"); code != exitOK || strings.Contains(errs, "nothing was found") {
			t.Errorf("exit %d\n%s", code, errs)
		}
	}
}
