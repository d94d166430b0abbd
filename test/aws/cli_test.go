package aws

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// awsCLI is the AWS CLI as Debian packages it. It is older than Bedrock: where
// SEISMO_WALK points is the service's description, as a newer botocore has it.
const awsCLI = "/usr/bin/aws"

// user is somebody with an account of their own, a home folder, the programs as
// they are released, and the AWS CLI.
type user struct {
	t      *testing.T
	number string
	home   string
	env    []string
	ask    *json.Encoder // to the AWS CLI
	hear   *json.Decoder
	errs   bytes.Buffer
}

// newUser has the keys of one account of the emulator, got by the AWS CLI too.
func newUser(t *testing.T, number string) *user {
	t.Helper()
	url := moto(t)
	if _, err := os.Stat(awsCLI); err != nil {
		t.Skip("no AWS CLI, the reader that is not ours: install Debian's package awscli; the walk of a new user is not tried")
	}
	walk := os.Getenv("SEISMO_WALK")
	if walk == "" {
		t.Skip("SEISMO_WALK is not set: `make test-aws` builds the programs and sets it; the walk of a new user is not tried")
	}
	u := &user{t: t, number: number, home: t.TempDir()}
	u.env = []string{"HOME=" + u.home, "PATH=" + walk + ":/usr/bin:/bin", "AWS_ENDPOINT_URL=" + url, "AWS_DATA_PATH=" + filepath.Join(walk, "models"),
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=", "NO_COLOR=1", "TZ=UTC"}
	first := append(u.env, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
	cmd := exec.Command(awsCLI, "--endpoint-url", url, "--output", "json", "sts", "assume-role",
		"--role-arn", "arn:aws:iam::"+number+":role/admin", "--role-session-name", "walk")
	cmd.Env = first
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the AWS CLI assumes no role: %v", err)
	}
	var got struct {
		Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string }
	}
	if err := json.Unmarshal(out, &got); err != nil || got.Credentials.SessionToken == "" {
		t.Fatalf("the AWS CLI printed %q, %v", out, err)
	}
	c := got.Credentials
	u.env = append(u.env, "AWS_ACCESS_KEY_ID="+c.AccessKeyId, "AWS_SECRET_ACCESS_KEY="+c.SecretAccessKey, "AWS_SESSION_TOKEN="+c.SessionToken)
	u.connect()
	return u
}

// connect starts the AWS CLI that answers many questions.
func (u *user) connect() {
	u.t.Helper()
	cmd := exec.Command("/usr/bin/python3", "cli.py") // the interpreter that /usr/bin/aws names
	cmd.Env, cmd.Stderr = u.env, &u.errs
	in, err := cmd.StdinPipe()
	if err != nil {
		u.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		u.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	u.ask, u.hear = json.NewEncoder(in), json.NewDecoder(out)
}

// answer is what one command of the AWS CLI ended with.
type answer struct {
	Code int    `json:"code"`
	Out  string `json:"out"`
	Err  string `json:"err"`
}

// try asks by the AWS CLI; the words are those behind `aws`.
func (u *user) try(words ...string) answer {
	u.t.Helper()
	var a answer
	if err := u.ask.Encode(append([]string{"--endpoint-url", moto(u.t), "--region", region, "--output", "json"}, words...)); err != nil {
		u.t.Fatalf("ask the AWS CLI: %v; it said %s", err, u.errs.String())
	}
	if err := u.hear.Decode(&a); err != nil {
		u.t.Fatalf("hear the AWS CLI: %v; it said %s", err, u.errs.String())
	}
	return a
}

// aws gives a command to the AWS CLI that must succeed, and returns what it
// printed.
func (u *user) aws(words ...string) string {
	u.t.Helper()
	a := u.try(words...)
	if a.Code != 0 {
		u.t.Fatalf("aws %s: exit code %d: %s", strings.Join(words, " "), a.Code, a.Err)
	}
	return a.Out
}

// asked is aws, decoded.
func asked[T any](u *user, words ...string) (v T) {
	u.t.Helper()
	out := u.aws(words...)
	if strings.TrimSpace(out) == "" {
		return v
	}
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		u.t.Fatalf("aws %s printed %q: %v", strings.Join(words, " "), out, err)
	}
	return v
}
