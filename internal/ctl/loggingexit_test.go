package ctl

import (
	"strings"
	"testing"

	"seismo/test/standin"
)

// Exit code 3 says that logging is off where somebody named the Region, or that one
// could not be asked.
func TestStatusExit(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	u.run(exitMissing, "off in 1 Region", "logging", "status")
	u.run(exitMissing, `"on": false`, "logging", "status", "--json")
	u.run(exitOK, "", "logging", "status", "--region", "all")
	u.run(exitOK, "logging is on", "logging", "enable")
	u.run(exitOK, "eu-west-1: on", "logging", "status")
	u.run(exitMissing, "eu-west-1: on", "logging", "status", "--region", "us-east-1")
	c.Fault(standin.Fault{Service: "bedrock", Region: "eu-north-1", Status: 403, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: bedrock:GetModelInvocationLoggingConfiguration"})
	u.run(exitMissing, "eu-north-1: unknown", "logging", "status", "--region", "all")
}

// Without credentials it is one error, whatever the number of Regions.
func TestSeeingWithoutCredentials(t *testing.T) {
	u := newUser(t, standin.New(t))
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for _, verb := range []string{"status", "verify", "watch", "plan", "undo"} {
		if out := u.run(exitError, "--profile", "logging", verb, "--region", "all"); strings.Count(out, "\n") > 3 {
			t.Errorf("%s:\n%s", verb, out)
		}
	}
}
