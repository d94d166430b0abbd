package cloudtrail

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"seismo/content"
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

func TestListens(t *testing.T) {
	plain, wide := reader(t), reader(t, "ec2.amazonaws.com", "*.example.com")
	for source, want := range map[string]struct{ plain, wide bool }{
		"bedrock.amazonaws.com":               {true, true},
		"bedrock-agent.amazonaws.com":         {true, true},
		"bedrock-agent-runtime.amazonaws.com": {true, true},
		"bedrock-runtime.amazonaws.com":       {true, true},
		"bedrock-agentcore.amazonaws.com":     {true, true},
		"bedrock-mantle.amazonaws.com":        {true, true},
		"bedrock-to-come.amazonaws.com":       {true, true},
		"iam.amazonaws.com":                   {true, true},
		"sts.amazonaws.com":                   {true, true},
		"signin.amazonaws.com":                {true, true},
		"s3.amazonaws.com":                    {true, true},
		"kms.amazonaws.com":                   {true, true},
		"logs.amazonaws.com":                  {true, true},
		"cloudtrail.amazonaws.com":            {true, true},
		"aws-marketplace.amazonaws.com":       {true, true},
		"agreement-marketplace.amazonaws.com": {true, true},
		"discovery-marketplace.amazonaws.com": {true, true},
		"servicequotas.amazonaws.com":         {true, true},
		"organizations.amazonaws.com":         {true, true},
		"ec2.amazonaws.com":                   {false, true},
		"events.example.com":                  {false, true},
		"health.amazonaws.com":                {false, false},
		"s3express.amazonaws.com":             {false, false},
	} {
		if got := plain.Listens(source); got != want.plain {
			t.Errorf("Listens(%q) = %v", source, got)
		}
		if got := wide.Listens(source); got != want.wide {
			t.Errorf("widened Listens(%q) = %v", source, got)
		}
	}
}

func TestEventOfOtherSourceIsSkipped(t *testing.T) {
	doc := parse(t, `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventID":"e1"}`)
	if _, skip, err := reader(t).Event(doc, event.Origin{}); !skip || err != nil {
		t.Errorf("skip %v, error %v", skip, err)
	}
	if _, skip, err := reader(t, "ec2.*").Event(doc, event.Origin{}); skip || err != nil {
		t.Errorf("widened: skip %v, error %v", skip, err)
	}
}

func TestNotAnEvent(t *testing.T) {
	for _, text := range []string{`{}`, `[]`, `"x"`, `null`, `{"eventSource":1}`} {
		if _, _, err := reader(t).Event(parse(t, text), event.Origin{}); !errors.Is(err, ErrNotEvent) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func TestNewRefusesSourcesThatMatchNothing(t *testing.T) {
	for _, pattern := range []string{"ec2", "[", "ec2.[", ""} {
		if _, err := New(content.FS, nil, []string{pattern}); err == nil {
			t.Errorf("%q was taken", pattern)
		}
	}
}

// TestIdentity holds that the copies of an event, whatever their layout and the
// object they came in, are one event, and that others are not.
func TestIdentity(t *testing.T) {
	const event1 = `{"eventSource":"bedrock.amazonaws.com","eventID":"e1","awsRegion":"us-east-1","recipientAccountId":"111122223333"}`
	first := read(t, []byte(event1))
	again := read(t, []byte(strings.ReplaceAll(event1, ",", ", ")))
	other := read(t, []byte(strings.ReplaceAll(event1, `"e1"`, `"e2"`)))
	if first.ID == "" || first.ID != again.ID || first.ID == other.ID {
		t.Errorf("ids %q, %q, %q", first.ID, again.ID, other.ID)
	}
	if string(first.Record.Raw) != event1 {
		t.Errorf("raw = %s", first.Record.Raw)
	}
}

func TestAddress(t *testing.T) {
	for text, want := range map[string][2]string{
		"192.0.2.10":             {"192.0.2.10", ""},
		"2001:db8::1":            {"2001:db8::1", ""},
		"::ffff:192.0.2.10":      {"192.0.2.10", ""},
		"fe80::1%eth0":           {"fe80::1", ""},
		"035.249.253.232":        {"", ""},
		"HIDDEN":                 {"", ""},
		"":                       {"", ""},
		"lambda.amazonaws.com":   {"", "lambda.amazonaws.com"},
		"s3.amazonaws.com.cn":    {"", "s3.amazonaws.com.cn"},
		"AWS Internal":           {"", "AWS Internal"},
		"evil.example.com":       {"", ""},
		"192.0.2.10, 192.0.2.11": {"", ""},
	} {
		if ip, service := address(text); ip != want[0] || service != want[1] {
			t.Errorf("address(%q) = %q, %q", text, ip, service)
		}
	}
}

// TestClients holds that no entry of the table hides a later one, and that
// agents as they really look are told.
func TestClients(t *testing.T) {
	clients := reader(t).clients
	for _, c := range clients {
		for _, text := range c.Texts {
			if got := named(clients, text, false); got != c.Name {
				t.Errorf("%q is %s, not %s: an earlier entry hides it", text, got, c.Name)
			}
		}
	}
	for agent, want := range map[string]string{
		"Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux":                                   "boto3",
		"Boto3/1.39 Botocore/1.39 x-client-framework:langchain-aws":                         "langchain",
		"aws-cli/1.32 Python/3.11 Linux/6.1 botocore/1.34":                                  "aws-cli",
		"APN/1.0 HashiCorp/1.0 Terraform/1.9 terraform-provider-aws/5.0 aws-sdk-go-v2/1.30": "terraform",
		"aws-sdk-js/3.600.0 ua/2.0 os/linux lang/js md/nodejs#20.1":                         "aws-sdk-js",
		"Mozilla/5.0 (Windows NT 10.0)":                                                     "browser",
		"unheard-of/1.0":                                                                    "",
		"":                                                                                  "",
	} {
		if got := named(clients, agent, false); got != want {
			t.Errorf("named(%q) = %q, want %q", agent, got, want)
		}
	}
	if got := named(clients, "aws-cli/2.0 exec-env/CloudShell", true); got != "aws-cli" {
		t.Errorf("a tool on the console's credentials is %q", got)
	}
}

// TestRecorded reads events that CloudTrail really wrote.
func TestRecorded(t *testing.T) {
	dir := os.Getenv("SEISMO_TESTDATA")
	if dir == "" {
		t.Skip("SEISMO_TESTDATA is not set: recorded events are not at hand")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "cloudtrail", "*.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded events: %v", err)
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(path), n), func(t *testing.T) {
				recorded(t, read(t, []byte(lines.Text())))
			})
		}
	}
}

func recorded(t *testing.T, ev event.Event) {
	t.Helper()
	if ev.Time.IsZero() || ev.Account == "" || ev.Region == "" || ev.RequestID == "" || ev.Client == "" {
		t.Errorf("envelope: %+v", ev)
	}
	simulated := strings.HasPrefix(ev.UserAgent, "stratus-red-team_")
	if simulated != (ev.Client == "stratus-red-team") || simulated && ev.Source.IP != "" {
		t.Errorf("client %q, address %q", ev.Client, ev.Source.IP)
	}
	if (ev.Trail.Name == "InvokeModel") != (ev.Operation == "InvokeModel") {
		t.Errorf("%s: operation %q", ev.Trail.Name, ev.Operation)
	}
	if ev.Operation == "InvokeModel" && (ev.Endpoint != "runtime" || ev.Family != "claude") {
		t.Errorf("endpoint %q, family %q", ev.Endpoint, ev.Family)
	}
	if (ev.Outcome == event.Failure) != (ev.Trail.Error != "") {
		t.Errorf("outcome %q, error %q", ev.Outcome, ev.Trail.Error)
	}
}

func FuzzEvent(f *testing.F) {
	for _, path := range pages(f) {
		page, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file(page, "trail.json"))
	}
	r := reader(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := jsondoc.Parse(raw)
		if err != nil {
			return
		}
		ev, skip, err := r.Event(doc, event.Origin{})
		if err != nil || skip {
			return
		}
		if ev.ID == "" || ev.Kind != event.KindTrail || ev.Outcome == "" {
			t.Errorf("id %q, kind %q, outcome %q", ev.ID, ev.Kind, ev.Outcome)
		}
		if ev.Error != "" && ev.Outcome != event.Failure {
			t.Errorf("error %q with outcome %q", ev.Error, ev.Outcome)
		}
		if total := ev.Tokens.Total; total != nil && *total < 0 {
			t.Errorf("total %d", *total)
		}
		pretty(t, ev)
	})
}

func parse(t testing.TB, text string) jsondoc.Value {
	t.Helper()
	doc, err := jsondoc.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
