package test

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"seismo/test/standin"
)

// cloudCommand is the command `cloud` of scripts. Without arguments it makes an
// AWS of the script's own, whose address is $CLOUD, with credentials for it.
// `cloud fail STACK RESOURCE REASON` lets the next change of a stack fail,
// `cloud shut REGION` is a Region that the account has not enabled, `cloud drift
// STACK RESOURCE TYPE PATH` is what somebody changed beside a stack, and `cloud
// put BUCKET KEY` writes an object.
func cloudCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("cloud cannot fail")
	}
	if len(args) == 0 {
		c, stop := standin.Start()
		ts.Defer(stop)
		*cloudOf(ts) = c
		c.DriftAtOnce()
		for name, value := range map[string]string{"CLOUD": c.URL(), "AWS_ACCESS_KEY_ID": standin.AccessKeyID, "AWS_SECRET_ACCESS_KEY": standin.SecretKey,
			"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"} {
			ts.Setenv(name, value)
		}
		return
	}
	c, rest := *cloudOf(ts), args[1:]
	switch {
	case args[0] == "fail" && len(rest) == 3:
		c.FailStack(rest[0], rest[1], rest[2])
	case args[0] == "shut" && len(rest) == 1:
		c.Fault(standin.Fault{Region: rest[0], Status: 403, Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid"})
	case args[0] == "drift" && len(rest) == 4:
		c.DriftStack(rest[0], standin.Drifted{ID: rest[1], Type: rest[2], Name: strings.ToLower(rest[1]), Status: "MODIFIED", Paths: []string{rest[3]}})
	case args[0] == "put" && len(rest) == 2:
		c.PutObject(rest[0], rest[1], []byte("{}"))
	default:
		ts.Fatalf("cloud does not know %q", args)
	}
}

type cloudKey struct{}

func cloudOf(ts *testscript.TestScript) **standin.Cloud {
	return ts.Value(cloudKey{}).(**standin.Cloud)
}
