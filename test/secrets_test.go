package test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seismo/test/process"
	"seismo/test/standin"
)

// TestSecretsAreNeverShown collects at debug level with every kind of secret that
// a configuration can hold, while calls are refused with messages that repeat
// them: none is in the log, on a page, in the API or in the metrics. What was
// said in a record is not in the log or the metrics either. A source that cannot
// work says why within a minute, and the others go on.
func TestSecretsAreNeverShown(t *testing.T) {
	cloud := standin.New(t)
	const secret, token, external, password, prompt = "cAnArYsecret/K7MDENG/bPxRfiCYEXAMPLEKEY", "cAnArYtokenFwoGZXIvYXdzEXAMPLE",
		"cAnArYexternal", "cAnArYpassword", "cAnArYprompt"
	cloud.Bucket("good", standin.Region)
	cloud.PutObject("good", "logs/a.json", []byte(strings.Replace(call(1), `"operation"`,
		`"input":{"inputContentType":"application/json","inputBodyJson":{"messages":[{"role":"user","content":[{"text":"`+prompt+`"}]}]}},"operation"`, 1)))
	cloud.PutObject("good", "logs/b.json", []byte(`{"schemaType":"ModelInvocationLog","n":"`+prompt))
	cloud.Fault(standin.Fault{Service: "sqs", Status: 403, Code: "AccessDenied",
		Message: "User: arn:aws:sts::111122223333:assumed-role/seismo/s?X-Amz-Security-Token=" + token + " is not authorized to perform: sqs:ReceiveMessage"})
	dir := t.TempDir()
	db, file := filepath.Join(dir, "a.duckdb"), filepath.Join(dir, "seismo.yaml")
	host := strings.TrimPrefix(cloud.URL(), "http://")
	text := fmt.Sprintf(`db: %s
listen: 127.0.0.1:0
accounts:
  default: {region_name: us-east-1, access_key_id: %s, secret_access_key: %q, session_token: %q, endpoint: %q}
sources:
  - {name: good, bucket_arn: 'arn:aws:s3:::good', bucket_list_interval: 1s}
  - {name: refused, queue_url: 'http://user:%s@%s/111122223333/logs?X-Amz-Security-Token=%s'}
  - {name: proxied, bucket_arn: 'arn:aws:s3:::good', proxy_url: 'http://user:%s@127.0.0.1:9'}
  - {name: role, bucket_arn: 'arn:aws:s3:::good', role_arn: 'arn:aws:iam::111122223333:role/gone', external_id: %s}
`, db, standin.AccessKeyID, secret, token, cloud.URL(), password, host, token, password, external)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := process.Serve(t, file, "--verbose")
	page := p.Ready(t)
	read := func(path string) string {
		resp, err := http.Get(page + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	p.Until(t, time.Minute, func() bool {
		all := read("api/sources")
		return process.Count(t, db) == "1" && strings.Contains(all, "sqs:ReceiveMessage") && strings.Count(all, `"state":"fails"`) >= 2
	})
	shown := map[string]string{"page": read("sources"), "api": read("api/sources"), "metrics": read("metrics"), "status": read("api/status")}
	p.End(t)
	shown["log"] = p.Said()
	if !strings.Contains(shown["log"], "ReceiveMessage") {
		t.Error("the log tells no call: this proves nothing")
	}
	for where, text := range shown {
		for _, canary := range []string{secret, token, external, password} {
			if strings.Contains(text, canary) {
				t.Errorf("%s shows %s", where, canary)
			}
		}
		if where != "page" && strings.Contains(text, prompt) {
			t.Errorf("%s shows what was said", where)
		}
	}
}
