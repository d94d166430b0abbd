package cli

import (
	"os"
	"strings"
	"testing"

	"seismo/internal/app"
	"seismo/test/standin"
)

// begun is how each test begins: what reaches the stand-in.
func begun(cloud *standin.Cloud, more ...string) []string {
	return append([]string{"init", "--endpoint", cloud.URL(), "--region", "us-east-1"}, more...)
}

// written reads the configuration back, and checks who may read it.
func written(t *testing.T) app.File {
	t.Helper()
	info, err := os.Stat("seismo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	file, err := app.LoadFile("seismo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func wellAnswered(t *testing.T, code int, out, errs string) {
	t.Helper()
	if code != exitOK {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	for _, want := range []string{
		"account 111122223333", "the first record found: 2026-11-20 10:00:00, amazon.nova-lite-v1:0, alice@example.com, 12 tokens in, 34 out",
		"seismo serve -c seismo.yaml",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not said:\n%s%s", want, out, errs)
		}
	}
	if strings.Contains(out+errs, "7331") {
		t.Error("what was said to the model is shown")
	}
}

func TestInitAsks(t *testing.T) {
	for _, tt := range []struct{ name, answers, want string }{
		{"bucket that the logging writes to", "\n\n\n", "bucket_arn"},
		{"queue by its number", "s3\n2\nmine\n", "queue_url"},
		{"log group", "2\n1\nmine\n", "log_group_name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := amazon(t)
			code, out, errs := typed(tt.answers, begun(cloud)...)
			wellAnswered(t, code, out, errs)
			written(t)
			text, _ := os.ReadFile("seismo.yaml")
			if !strings.Contains(string(text), "\n    "+tt.want+": ") {
				t.Errorf("no %s in\n%s", tt.want, text)
			}
		})
	}
}

func TestInitTakesFlags(t *testing.T) {
	for _, flags := range [][]string{
		{"--queue-url", "/111122223333/events"}, {"--bucket", "s3://logs/AWSLogs/"}, {"--bucket", "arn:aws:s3:::logs"}, {"--log-group", "bedrock"},
	} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			cloud := amazon(t)
			if strings.HasPrefix(flags[1], "/") {
				flags[1] = cloud.URL() + flags[1]
			}
			code, out, errs := typed("", begun(cloud, append(flags, "--yes", "--name", "mine")...)...)
			wellAnswered(t, code, out, errs)
			file := written(t)
			if got := file.Targets()[0].Source; got != "mine" {
				t.Errorf("the source is called %q", got)
			}
		})
	}
}

func TestInitWritesNothingUnasked(t *testing.T) {
	cloud := amazon(t)
	refuse := func(code int, want string, args ...string) {
		t.Helper()
		got, out, errs := typed("", args...)
		if got != code || !strings.Contains(out+errs, want) {
			t.Errorf("%v: exit %d, want %d and %q\n%s%s", args, got, code, want, out, errs)
		}
	}
	refuse(exitUsage, "exclude each other", begun(cloud, "--bucket", "logs", "--log-group", "bedrock")...)
	refuse(exitUsage, "s3 or cloudwatch", begun(cloud, "--from", "disk")...)
	// What is missing is asked about, and no answer is no.
	stop := cloud.Fault(standin.Fault{Service: "s3", Op: "ListObjectsV2", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	refuse(exitError, "nothing was written", begun(cloud, "--bucket", "logs", "--name", "x")...)
	if _, err := os.Stat("seismo.yaml"); err == nil {
		t.Error("a file was written all the same")
	}
	refuse(exitPartial, "Allow s3:ListBucket", begun(cloud, "--bucket", "logs", "--yes")...)
	stop()
	// What helps and is not needed is left out, and asked about by nobody.
	stop = cloud.Fault(standin.Fault{Service: "bedrock", Op: "ListGuardrails", Status: 403, Code: "AccessDeniedException", Message: "no"})
	refuse(exitOK, "inventory is left out", begun(cloud, "--bucket", "logs", "--name", "x", "--force")...)
	if targets := written(t); len(targets.Targets()) != 2 {
		t.Errorf("the inventory is written all the same: %+v", targets.Targets())
	}
	stop()
	// A file that is there stays, unless --force is given.
	refuse(exitUsage, "is there already", begun(cloud, "--bucket", "logs", "--yes")...)
	refuse(exitOK, "is written", begun(cloud, "--bucket", "logs", "--yes", "--force")...)
	written(t)
}
