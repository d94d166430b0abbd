package ctl

import (
	"context"
	"testing"

	"github.com/spf13/cobra"
)

// given is the command that an error would name after these words were given.
func given(t *testing.T, words ...string) string {
	t.Helper()
	f := &deployFlags{named: map[string]*string{}}
	root := &cobra.Command{Use: "seismo"}
	deploy := &cobra.Command{Use: "deploy"}
	root.AddCommand(deploy)
	deploy.AddCommand(f.verb("up", "", f.upFlags, func(context.Context) error { return nil }))
	root.SetArgs(append([]string{"deploy", "up"}, words...))
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f.command
}

// The command to go on with is the one that was given, as a shell takes it, and
// shows no secret.
func TestTheCommandToGoOnWith(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"--region", "us-east-1,eu-west-1", "--force"}, "seismo deploy up --force --region us-east-1,eu-west-1"},
		{[]string{"--no-trail=false"}, "seismo deploy up --no-trail=false"},
		{[]string{"--set", "ErrorPercent=9", "--set", "LatencyModelId=a, b"}, "seismo deploy up --set ErrorPercent=9 --set 'LatencyModelId=a, b'"},
		{[]string{"--set", "LatencyModelId=x=true"}, "seismo deploy up --set LatencyModelId=x=true"},
		{[]string{"--reader", "arn:aws:iam::111122223333:user/o'neil $HOME"}, `seismo deploy up --reader 'arn:aws:iam::111122223333:user/o'\''neil $HOME'`},
		{[]string{"--set", "ReaderExternalId=very-secret", "--alert-webhook", "https://example.com/very-secret"}, "seismo deploy up --alert-webhook … --set ReaderExternalId=…"},
		{[]string{"--set", " AlertWebhook =https://example.com/very-secret", "--external-id", "very-secret"}, "seismo deploy up --external-id … --set ' AlertWebhook =…'"},
		{[]string{"--alert-email", "ops@example.com", "--kms-key", ""}, "seismo deploy up --alert-email ops@example.com --kms-key ''"},
	} {
		if got := given(t, c.words...); got != c.want {
			t.Errorf("%q is shown as\n%s\nand not\n%s", c.words, got, c.want)
		}
	}
}
