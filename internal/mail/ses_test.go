package mail

import (
	"errors"
	"strings"
	"testing"

	"seismo/internal/source"
	"seismo/test/standin"
)

func TestSESDelivers(t *testing.T) {
	c := standin.New(t)
	m := message()
	if err := NewMailer(c.Account(t), SES{Region: "eu-west-1", Set: "reports"}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	mails := c.Mails()
	if len(mails) != 1 || mails[0].Set != "reports" || strings.Join(mails[0].To, " ") != "ana@example.com bo@example.com" {
		t.Fatalf("%+v", mails)
	}
	if _, text, _, _ := read(t, mails[0].Raw); text != m.Text {
		t.Errorf("text %q", text)
	}
	if region := c.Calls()[0].Region; region != "eu-west-1" {
		t.Errorf("sent in %s", region)
	}
}

func TestSESFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault    standin.Fault
		kind     source.Kind
		action   string
		doubtful bool
	}{
		"forbidden":  {fault: standin.Fault{Status: 403, Code: "AccessDeniedException", Message: "User is not authorized to perform: ses:SendEmail"}, kind: source.Forbidden, action: "ses:SendEmail"},
		"unverified": {fault: standin.Fault{Status: 400, Code: "MessageRejected", Message: "Email address is not verified."}, kind: source.Misconfigured},
		"throttled":  {fault: standin.Fault{Status: 429, Code: "TooManyRequestsException"}, kind: source.Throttled},
		"a fault":    {fault: standin.Fault{Status: 500, Code: "InternalFailure", Late: true}, doubtful: true},
		"a cut":      {fault: standin.Fault{Drop: true}, doubtful: true},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := standin.New(t)
			c.fault.Op = "SendEmail"
			cloud.Fault(c.fault)
			err := NewMailer(cloud.Account(t), SES{}).Send(t.Context(), message())
			var f *source.Fault
			if !errors.As(err, &f) || f.Remedy == "" || errors.Is(err, ErrDoubtful) != c.doubtful {
				t.Fatalf("the error is %v", err)
			}
			if !c.doubtful && (f.Kind != c.kind || f.Action != c.action) {
				t.Errorf("the fault is %s of %q", f.Kind, f.Action)
			}
			if n := cloud.Count("ses", "SendEmail"); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}
