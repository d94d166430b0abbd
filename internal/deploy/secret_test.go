package deploy_test

import (
	"strings"
	"testing"

	"seismo/internal/deploy"
)

func TestSecrets(t *testing.T) {
	for name, want := range map[string]bool{"ReaderExternalId": true, "AlertWebhook": true, "AlertEmail": false, "InvocationPrefix": false, "Nothing": false} {
		if deploy.Secret(name) != want {
			t.Errorf("%s is a secret: %v", name, !want)
		}
	}
}

// CloudFormation does not show what a hidden parameter was: a failed run says that
// it keeps the new value.
func TestAHiddenParameterThatCannotBePutBack(t *testing.T) {
	cloud := world(t)
	x := tool(t, cloud, nil, nil)
	w := wish
	w.Parameters = map[string]string{"ReaderExternalId": "former", "InvocationLogDays": "30"}
	if _, err := x.Up(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	w.Parameters = map[string]string{"ReaderExternalId": "very-secret", "InvocationLogDays": "60"}
	cloud.ChangeStack(prefix+"alarms", "older")
	cloud.FailStack(prefix+"alarms", "HighErrorRate", "no")
	_, err := x.Up(t.Context(), w)
	if err == nil || !strings.Contains(err.Error(), "not everything could be taken back: ReaderExternalId of the stack seismo-prod-infrastructure keeps the value that this run gave") ||
		strings.Contains(err.Error()+hint(err), "very-secret") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if got := cloud.Stacks()[prefix+"infrastructure"].Parameters["InvocationLogDays"]; got != "30" {
		t.Errorf("%s days", got)
	}
}
