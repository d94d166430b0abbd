package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/source/cloudtrail/digest"
	"seismo/test/standin"
)

// signedTrail writes six hours of a trail into a bucket of the stand-in and into
// a folder, and returns the flags that reach them.
func signedTrail(t *testing.T) (cloud *standin.Cloud, folder, keys string, d []standin.Written) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", standin.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", standin.SecretKey)
	t.Setenv("AWS_REGION", standin.Region)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	cloud, folder = standin.New(t), t.TempDir()
	tr := (&standin.Trail{T: t, Bucket: "example-trail"}).Into(cloud)
	put := tr.Put
	tr.Put = func(key string, body []byte, meta map[string]string) {
		put(key, body, meta)
		name := filepath.Join(folder, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d = tr.Hours(time.Now().UTC().Truncate(time.Hour).Add(-6*time.Hour), 6)
	cloud.PublishKey(standin.SigningKey())
	cloud.SetTrails(map[string]any{"Name": "my_trail", "TrailARN": trailARN, "S3BucketName": "example-trail", "HomeRegion": "us-east-1"})
	keys = filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(keys, []byte(standin.KeysFile()), 0o600); err != nil {
		t.Fatal(err)
	}
	return cloud, folder, keys, d
}

const trailARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my_trail"

func run(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestTrailValidate(t *testing.T) {
	cloud, folder, keys, d := signedTrail(t)
	for name, args := range map[string][]string{
		"bucket": {"s3://example-trail", "--endpoint", cloud.URL()},
		"ARN":    {"--trail-arn", trailARN, "--endpoint", cloud.URL(), "--from", "30d"},
	} {
		code, out, errs := run(append([]string{"trail", "validate"}, args...)...)
		if code != exitOK || !strings.Contains(out, "6/6 digest files valid") || !strings.Contains(out, "10/10 log files valid") || errs != "" {
			t.Errorf("%s: code %d\n%s%s", name, code, out, errs)
		}
	}
	code, out, _ := run("trail", "validate", folder, "--keys", keys)
	if code != exitPartial || !strings.Contains(out, "5/6 digest files valid, 1/6 digest files not checked") || !strings.Contains(out, "8/8 log files valid") {
		t.Errorf("folder: code %d\n%s", code, out)
	}
	cloud.DeleteObject("example-trail", d[3].Logs[0])
	code, out, _ = run("trail", "validate", "s3://example-trail/", "--endpoint", cloud.URL())
	if want := fmt.Sprintf("Log file  s3://example-trail/%s  INVALID: not found\n", d[3].Logs[0]); code != exitPartial || !strings.Contains(out, want) ||
		!strings.Contains(out, "9/10 log files valid, 1/10 log files INVALID") {
		t.Errorf("deleted: code %d\n%s", code, out)
	}
	code, out, _ = run("trail", "validate", "s3://example-trail/", "--endpoint", cloud.URL(), "--json")
	var told struct {
		Verdicts []digest.Verdict `json:"verdicts"`
		Summary  digest.Summary   `json:"summary"`
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != exitPartial || len(told.Verdicts) != 1 || told.Summary.Logs.Missing != 1 {
		t.Errorf("JSON: code %d, %v\n%s", code, err, out)
	}
}

// TestTrailValidateSums: of many files of one fate the first few are named, and the
// rest counted; -v and --json name them all.
func TestTrailValidateSums(t *testing.T) {
	cloud, _, _, d := signedTrail(t)
	lost := 0
	for _, hour := range d {
		for _, log := range hour.Logs {
			cloud.DeleteObject("example-trail", log)
			lost++
		}
	}
	validate := []string{"trail", "validate", "s3://example-trail/", "--endpoint", cloud.URL()}
	code, out, _ := run(validate...)
	more := fmt.Sprintf("… and %d more: Log file  INVALID: not found\n", lost-mostAlike)
	if code != exitPartial || lost <= mostAlike || strings.Count(out, "INVALID: not found") != mostAlike+1 || !strings.Contains(out, more) || !strings.Contains(out, "-v names each") {
		t.Errorf("code %d, %d lost, want %q\n%s", code, lost, more, out)
	}
	for _, how := range []string{"-v", "--json"} {
		_, out, _ := run(append(validate, how)...)
		if n := strings.Count(out, "not found"); n != lost || strings.Contains(out, "more:") {
			t.Errorf("%s: %d of %d are named\n%s", how, n, lost, out)
		}
	}
}

func TestTrailValidateRefuses(t *testing.T) {
	cloud, folder, keys, _ := signedTrail(t)
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing":      {nil, exitUsage, "needs a place or --trail-arn"},
		"both":         {[]string{"s3://b", "--trail-arn", trailARN}, exitUsage, "and not both"},
		"no bucket":    {[]string{"s3://"}, exitUsage, "names no bucket"},
		"bad time":     {[]string{"s3://b", "--from", "yesterdayish"}, exitUsage, "--from"},
		"no ARN":       {[]string{"--trail-arn", "arn:aws:s3:::b"}, exitError, "not the ARN of a trail"},
		"no folder":    {[]string{filepath.Join(folder, "none"), "--keys", keys}, exitNotFound, "none"},
		"no keys":      {[]string{folder, "--keys", keys + "x"}, exitNotFound, "keys.jsonx"},
		"no digests":   {[]string{t.TempDir(), "--keys", keys}, exitNotFound, "no digests were found"},
		"no such one":  {[]string{"--trail-arn", trailARN + "x", "--endpoint", cloud.URL()}, exitError, "there is none"},
		"wrong period": {[]string{folder, "--keys", keys, "--from", "2026-03-02", "--to", "2026-03-01"}, exitError, "before"},
	} {
		code, out, errs := run(append([]string{"trail", "validate"}, tt.args...)...)
		if code != tt.code || !strings.Contains(errs, tt.says) {
			t.Errorf("%s: code %d, want %d %q\n%s%s", name, code, tt.code, tt.says, out, errs)
		}
	}
}
