package logging

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEvaluate(t *testing.T) {
	ask := asking{service: "bedrock.amazonaws.com", action: "s3:PutObject", resource: "arn:aws:s3:::logs/AWSLogs/x",
		context: map[string]string{"aws:sourceaccount": "111122223333", "aws:sourcearn": "arn:aws:bedrock:eu-west-1:111122223333:*", "aws:securetransport": "true"}}
	allow := `{"Effect":"Allow","Principal":{"Service":["bedrock.amazonaws.com","x"]},"Action":"s3:put*","Resource":["arn:aws:s3:::logs/*"]`
	for name, c := range map[string]struct {
		statements string
		want       decision
	}{
		"nothing":             {``, silent},
		"allowed":             {allow + `}`, allows},
		"condition met":       {allow + `,"Condition":{"StringEquals":{"AWS:SourceAccount":["1","111122223333"]},"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:*:111122223333:*"}}}`, allows},
		"condition not met":   {allow + `,"Condition":{"StringEquals":{"aws:SourceAccount":"444455556666"}}}`, silent},
		"key that is absent":  {allow + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`, silent},
		"unless it is there":  {allow + `,"Condition":{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}}`, allows},
		"unknown operator":    {allow + `,"Condition":{"NumericLessThan":{"aws:SourceAccount":"1"}}}`, undecided},
		"denied in the clear": {allow + `},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, allows},
		"denied":              {allow + `},{"Effect":"Deny","Principal":"*","NotAction":"s3:GetObject","Resource":"*"}`, denies},
		"denied perhaps":      {allow + `},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`, undecided},
		"denied to others":    {allow + `},{"Effect":"Deny","NotPrincipal":{"Service":"bedrock.amazonaws.com"},"Action":"*","Resource":"*"}`, allows},
		"denied if not here":  {allow + `},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}}`, allows},
		"denied if unnamed":   {allow + `},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Null":{"aws:SourceVpc":"true"}}}`, denies},
		"another service":     {strings.Replace(allow, "bedrock.amazonaws.com", "y", 1) + `}`, silent},
		"another action":      {strings.Replace(allow, "s3:put*", "s3:Get?bject", 1) + `}`, silent},
		"another object":      {strings.Replace(allow, "logs/*", "logs/other/*", 1) + `}`, silent},
	} {
		if got := ask.judge(`{"Statement":[` + c.statements + `]}`).decision; got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// mineOnly owns what the statements of these tests are called.
var mineOnly = owner{fixed: ofRegion[:]}

// mineSid is of a statement that a Region owns.
const mineSid = own + "BedrockWrites"

func TestMergedKeepsOthersByteByByte(t *testing.T) {
	theirs := `{"Sid":"Theirs","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::x/*","Condition":{"NumericLessThan":{"a":1.50}}}`
	mine := statement{Sid: mineSid, Effect: "Allow", Action: []string{"s3:PutObject"}, Resource: []string{"*"}}
	once, err := merged(`{"Id":"p","Statement":`+theirs+`,"Version":"2008-10-17"}`, mine)
	if err != nil || !strings.Contains(once, theirs) || !strings.Contains(once, mineSid) || !strings.Contains(once, "2008-10-17") {
		t.Fatal(once, err)
	}
	// AWS gives back lists of one as words: that is no reason to write again.
	given := strings.Replace(once, `["s3:PutObject"]`, `"s3:PutObject"`, 1)
	if twice, err := merged(given, mine); err != nil || twice != given {
		t.Error("merged twice:", twice, err)
	}
	if left, err := withoutOwn(once, mineOnly); err != nil || strings.Contains(left, own) || !strings.Contains(left, theirs) {
		t.Error("without seismo's:", left, err)
	}
}

func TestDiff(t *testing.T) {
	got := diff([]string{"a", "b", "c"}, []string{"a", "x", "c", "d"})
	want := []Line{{' ', "a"}, {'-', "b"}, {'+', "x"}, {' ', "c"}, {'+', "d"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCostOf(t *testing.T) {
	w := Wish{S3: true, CloudWatch: true}
	// 1.4 million calls in 14 days are 3 million a month; of 1 KiB tokens each.
	c := costOf(&w, 1.4e6, 1.4e6*512, nil)
	gb := 3e6 * 4096 / (1 << 30)
	near := func(a, b float64) bool { return a-b < 0.005 && b-a < 0.005 }
	if c.Calls == nil || !near(*c.Calls, 3e6) || !near(c.S3, 3e5*5e-6+gb/5*0.023*365/30) || !near(c.Logs, gb*0.50+gb/5*0.03) || !near(c.Total, c.S3+c.Logs) {
		t.Errorf("%+v", c)
	}
	if none := costOf(&w, 0, 0, nil); none.Calls != nil || none.Total == 0 {
		t.Errorf("without counts: %+v", none)
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Deny","Principal":"*","Action":["*"],"Condition":{"Bool":{"a":true}}}]}`, "s3:Put*")
	f.Add(`{"Statement":{"Sid":"SeismoX"}}`, "a?c*")
	f.Add(`[]`, "")
	f.Fuzz(func(t *testing.T, text, action string) {
		if len(action) > 64 {
			return
		}
		_ = asking{service: bedrockService, action: action, resource: "arn", below: "ar"}.judge(text)
		_ = same(text, action)
		both, err := merged(text, statement{Sid: mineSid, Effect: "Allow"})
		if err != nil {
			return
		}
		if again, err := merged(both, statement{Sid: mineSid, Effect: "Allow"}); err != nil || again != both {
			t.Errorf("merged twice differs: %q, %q, %v", both, again, err)
		}
		if left, err := withoutOwn(both, mineOnly); err != nil || strings.Contains(left, mineSid) && !strings.Contains(text, mineSid) {
			t.Errorf("without: %q, %v", left, err)
		}
	})
}
