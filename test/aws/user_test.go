package aws

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"seismo/test/process"
)

// patience is how long one command may take, on a machine that has much to do.
const patience = 90 * time.Second

// command is one of the released programs in the user's home.
func (u *user) command(words ...string) *exec.Cmd {
	ctx, done := context.WithTimeout(u.t.Context(), patience)
	u.t.Cleanup(done)
	cmd := exec.CommandContext(ctx, filepath.Join(os.Getenv("SEISMO_WALK"), words[0]), words[1:]...)
	cmd.Env, cmd.Dir = u.env, u.home
	return cmd
}

// run gives a command as a user types it, in a shell's words without quotes, and
// holds its exit code and what it must say.
func (u *user) run(code int, says, line string) string {
	u.t.Helper()
	var out bytes.Buffer
	cmd, begun := u.command(strings.Fields(line)...), time.Now()
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	u.t.Logf("%6.2f s  %s", time.Since(begun).Seconds(), line)
	u.held(line, err, out.String(), code, says)
	return out.String()
}

// later is run beside what comes after it; the answer is held by what it returns.
func (u *user) later(code int, says, line string) func() string {
	u.t.Helper()
	var out bytes.Buffer
	cmd, begun := u.command(strings.Fields(line)...), time.Now()
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return func() string {
		u.t.Helper()
		err := cmd.Wait()
		u.t.Logf("%6.2f s  %s (beside others)", time.Since(begun).Seconds(), line)
		u.held(line, err, out.String(), code, says)
		return out.String()
	}
}

func (u *user) held(line string, err error, out string, code int, says string) {
	u.t.Helper()
	got := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else if err != nil {
		u.t.Fatalf("%s: %v", line, err)
	}
	if got != code || !strings.Contains(out, says) {
		u.t.Fatalf("%s: exit code %d, want %d and %q in:\n%s", line, got, code, says, out)
	}
}

// serve starts seismo serve with a configuration as it was written.
func (u *user) serve(file string) (p *process.Server, url string) {
	u.t.Helper()
	p = process.Start(u.t, u.command("seismo", "serve", "-c", file, "--listen", "127.0.0.1:0"))
	return p, p.Ready(u.t)
}

// upload puts one call's record where Bedrock would, by hand, and returns the
// object's key.
func (u *user) upload(bucket, prefix, requestID string) string {
	u.t.Helper()
	now := time.Now().UTC()
	record := fmt.Sprintf(`{"timestamp":"%s","accountId":"%s","region":"%s","requestId":"%s","operation":"Converse",`+
		`"modelId":"anthropic.claude-3-5-sonnet-20240620-v1:0","identity":{"arn":"arn:aws:sts::%[2]s:assumed-role/AWSReservedSSO_Developers_0123456789abcdef/alice@example.com"},`+
		`"input":{"inputContentType":"application/json","inputTokenCount":12,"inputBodyJson":{"messages":[{"role":"user","content":[{"text":"What is the capital of France?"}]}]}},`+
		`"output":{"outputContentType":"application/json","outputTokenCount":9,"outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"Paris."}]}},`+
		`"stopReason":"end_turn","usage":{"inputTokens":12,"outputTokens":9,"totalTokens":21},"metrics":{"latencyMs":512}}},"schemaType":"ModelInvocationLog","schemaVersion":"1.0"}`+"\n",
		now.Format("2006-01-02T15:04:05Z"), u.number, region, requestID)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(record))
	file := filepath.Join(u.home, requestID+".json.gz")
	if err := errors.Join(err, z.Close(), os.WriteFile(file, packed.Bytes(), 0o600)); err != nil {
		u.t.Fatal(err)
	}
	key := prefix + "AWSLogs/" + u.number + "/BedrockModelInvocationLogs/" + region + now.Format("/2006/01/02/15/20060102T150405000Z") + "_0011223344556677.json.gz"
	u.aws("s3", "cp", "--quiet", file, "s3://"+bucket+"/"+key)
	return key
}
