package cli

import (
	"os"
	"strings"
	"testing"

	"seismo/test/standin"
)

// configuration is the file that init wrote, as text.
func configuration(t *testing.T) string {
	t.Helper()
	written(t)
	text, err := os.ReadFile("seismo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestInitAsksAgain: an answer that will not do is told why, and the question is
// put again; nothing that was answered before is asked a second time.
func TestInitAsksAgain(t *testing.T) {
	cloud := amazon(t)
	code, out, errs := typed("disk\ns3\n7\nnot a bucket!\nhttps://example.com\n1\nmetrics\nmine\n", begun(cloud)...)
	wellAnswered(t, code, out, errs)
	for _, want := range []string{"answer s3 or cloudwatch", "there is no 7: answer 1 to ", "neither the URL of a queue nor the name of a bucket",
		"it is not the URL of a queue", "a source cannot be called metrics"} {
		if strings.Count(out, want) != 1 {
			t.Errorf("%q is not said once:\n%s", want, out)
		}
	}
	for _, question := range []string{"where is Bedrock's log?", "which queue is told", "what shall the source be called?"} {
		if strings.Count(out, question) != 1 {
			t.Errorf("%q is not put once:\n%s", question, out)
		}
	}
	if text := configuration(t); !strings.Contains(text, `name: "mine"`) || !strings.Contains(text, "bucket_arn") {
		t.Errorf("written:\n%s", text)
	}
}

// TestInitEndsWithItsInput: where the input ends on a wrong answer, init does too.
func TestInitEndsWithItsInput(t *testing.T) {
	cloud := amazon(t)
	if code, out, errs := typed("disk", begun(cloud)...); code != exitError || !strings.Contains(errs, "answer s3 or cloudwatch") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if code, out, errs := typed("s3\n9", begun(cloud)...); code != exitUsage || !strings.Contains(errs, "--queue-url URL or --bucket NAME") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if _, err := os.Stat("seismo.yaml"); err == nil {
		t.Error("a file was written all the same")
	}
}

// TestInitNamesTheBucketsOfAQueue: from the queue's policy, else by asking, else
// by the flag; without any the file says what to do.
func TestInitNamesTheBucketsOfAQueue(t *testing.T) {
	for _, tt := range []struct {
		name, queue, answers string
		flags                []string
		want                 string
	}{
		{"its policy names one", "/111122223333/events", "", nil, "    buckets: [\"logs\"]\n"},
		{"asked, with the usual answer", "/111122223333/by-topic", "\n\n", nil, "    buckets: [\"logs\"]\n"},
		{"asked, and answered", "/111122223333/by-topic", "\nhttps://x/y/z\none-bucket, two-bucket\n", nil, "    buckets: [\"one-bucket\", \"two-bucket\"]\n"},
		{"by the flag", "/111122223333/by-topic", "", []string{"--yes", "--buckets", "logs,more-logs"}, "    buckets: [\"logs\", \"more-logs\"]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := amazon(t)
			cloud.CreateQueue("by-topic", standin.QueueOptions{})
			code, out, errs := typed(tt.answers, begun(cloud, append(tt.flags, "--queue-url", cloud.URL()+tt.queue)...)...)
			if text := configuration(t); !strings.Contains(text, tt.want) {
				t.Errorf("exit %d\n%s%s\n%s", code, out, errs, text)
			}
		})
	}
}

// TestInitTellsBrokenFromForbidden: what AWS cannot answer now is neither called
// forbidden nor left out.
func TestInitTellsBrokenFromForbidden(t *testing.T) {
	cloud := amazon(t)
	cloud.Fault(standin.Fault{Service: "bedrock", Op: "ListGuardrails", Status: 503, Code: "ServiceUnavailableException", Message: "try again"})
	code, out, errs := typed("", begun(cloud, "--bucket", "logs", "--name", "x")...)
	if code != exitOK || !strings.Contains(out, "inventory could not be tried now") || strings.Contains(out, "left out") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if text := configuration(t); !strings.Contains(text, "\ninventory: {every: 6h}") || strings.Contains(text, "not allowed") {
		t.Errorf("written:\n%s", text)
	}
}

// TestDoctorWarns: of a queue that believes everybody, and of a misspelt Region,
// without calling either a missing permission.
func TestDoctorWarns(t *testing.T) {
	cloud := amazon(t)
	text := "accounts:\n  default: {endpoint: " + cloud.URL() + ", region_name: us-east-1}\nsources:\n  - {name: q, queue_url: " + cloud.URL() + "/111122223333/events}\n"
	if err := os.WriteFile("seismo.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := typed("", "doctor")
	if code != exitOK || !strings.Contains(out, "warning: seismo.yaml:4: sources[0].queue_url: whoever may send") || !strings.Contains(out, "→ name the buckets") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if code, out, _ = typed("", "doctor", "--json"); code != exitOK || !strings.Contains(out, `"warnings": [`) || !strings.Contains(out, `"checks": [`) {
		t.Errorf("exit %d\n%s", code, out)
	}
	if err := os.WriteFile("seismo.yaml", []byte(strings.Replace(text, "/events}", "/events, buckets: [logs]}", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ = typed("", "doctor"); code != exitOK || strings.Contains(out, "warning") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
