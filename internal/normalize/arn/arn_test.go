package arn_test

import (
	"testing"

	"seismo/internal/normalize/arn"
)

func TestPrincipal(t *testing.T) {
	tests := []struct{ in, want string }{
		{"arn:aws:sts::111122223333:assumed-role/app-role/report-lambda", "arn:aws:iam::111122223333:role/app-role"},
		{"arn:aws:sts::111122223333:assumed-role/app-role/a/b", "arn:aws:iam::111122223333:role/app-role"},
		{"arn:aws:sts::111122223333:assumed-role/app-role", "arn:aws:iam::111122223333:role/app-role"},
		{"arn:aws-us-gov:sts::111122223333:assumed-role/r/s", "arn:aws-us-gov:iam::111122223333:role/r"},
		{"arn:aws-cn:sts::111122223333:assumed-role/r/s", "arn:aws-cn:iam::111122223333:role/r"},
		{"arn:aws-eusc:sts::111122223333:assumed-role/r/s:with:colons", "arn:aws-eusc:iam::111122223333:role/r"},
		{"arn:aws:iam::111122223333:user/alice@example.com", "arn:aws:iam::111122223333:user/alice@example.com"},
		{"arn:aws:iam::1:role/path/app-role", "arn:aws:iam::1:role/path/app-role"},
		{"arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"},
		{"arn:aws:sts::111122223333:federated-user/bob", "arn:aws:sts::111122223333:federated-user/bob"},
		{"arn:aws:s3:::example-logs", ""},
		{"<redacted>", ""},
		{"xxxxxxxx", ""},
		{"arn:amazon:iam::1:user/a", ""},
		{"arn:aws-:iam::1:user/a", ""},
		{"arn:aws:iam::1:", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := arn.Principal(tt.in); got != tt.want {
			t.Errorf("Principal(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSession(t *testing.T) {
	role, session := arn.Session("arn:aws:sts::111122223333:assumed-role/app-role/alice@example.com")
	if role != "app-role" || session != "alice@example.com" {
		t.Errorf("Session = %q, %q", role, session)
	}
	if role, session := arn.Session("arn:aws:iam::111122223333:user/dev"); role != "" || session != "" {
		t.Errorf("Session of a user = %q, %q", role, session)
	}
}

func FuzzARN(f *testing.F) {
	for _, seed := range []string{
		"arn:aws:sts::111122223333:assumed-role/app-role/report-lambda", "arn:aws-cn:iam::1:user/a",
		"arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0", "arn:::::", "", ":", "arn:aws:sts::1:assumed-role//",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := arn.Parse(s)
		if ok && a.String() != s {
			t.Errorf("Parse(%q) puts together %q", s, a.String())
		}
		if p := arn.Principal(s); p != "" {
			if again := arn.Principal(p); again != p {
				t.Errorf("the principal of %q is %q", p, again)
			}
			if role, session := arn.Session(p); role+session != "" {
				t.Errorf("principal %q holds session %q of %q", p, session, role)
			}
		}
	})
}
