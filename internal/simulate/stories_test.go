package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"seismo/internal/event"
)

func tokensOf(c event.Event) (n int64) {
	if c.Tokens.Total != nil {
		n = *c.Tokens.Total
	}
	return n
}

func TestStolenKeyIsSold(t *testing.T) {
	r := month(t)
	told := scripts[0].calls(6000)
	var sold, denied int
	for _, c := range r.calls {
		if !strings.HasSuffix(c.IdentityARN, "user/"+stolenUser) {
			continue
		}
		switch {
		case c.Error == "AccessDeniedException":
			denied++
		case c.Error == "" && c.Model == stolenModel && c.Prompt != "" && c.System != "":
			sold++
		}
	}
	if sold < told*7/10 || denied < 4 {
		t.Errorf("%d calls sold and %d denied, of %d", sold, denied, told)
	}
	names := map[string]int{}
	for _, ev := range r.trail {
		if strings.HasSuffix(ev.IdentityARN, "user/"+stolenUser) {
			names[ev.Trail.Name+" "+ev.Source.Country+" "+ev.Trail.Error]++
		}
	}
	for _, want := range []string{"ListFoundationModels NZ ", "GetFoundationModelAvailability NZ ", "GetModelInvocationLoggingConfiguration NZ ",
		"PutUseCaseForModelAccess NZ ", "CreateFoundationModelAgreement NZ ", "ListAttachedUserPolicies NZ AccessDenied",
		"DeleteModelInvocationLoggingConfiguration NZ AccessDenied", "GetCallerIdentity US "} {
		if names[want] == 0 {
			t.Errorf("nobody did %q; there are %v", want, names)
		}
	}
}

func TestPastedKeyIsSentAgain(t *testing.T) {
	var with, first int
	for _, c := range month(t).calls {
		all := ""
		for _, m := range c.MessagesIn {
			for _, b := range m.Content {
				all += b.Text
			}
		}
		if !strings.Contains(all, stolenSecret) {
			continue
		}
		with++
		if strings.Contains(c.Prompt, stolenKey) {
			first++
		}
		if c.Person != people[leaker].email() || strings.Contains(c.Completion, stolenSecret) {
			t.Errorf("the key is with %q, and in the answer", c.Person)
		}
	}
	if with != len(leakTalk) || first != 1 {
		t.Errorf("%d calls have the key, %d of them as their question; want %d and 1", with, first, len(leakTalk))
	}
}

func TestAgentRunsAway(t *testing.T) {
	told := scripts[2].calls(6000)
	same, most := 0, int64(0)
	for _, c := range month(t).calls {
		if len(c.ToolCalls) == 1 && strings.Contains(string(c.ToolCalls[0].Input), "TestLabelRetry -count=1") {
			same++
			most = max(most, tokensOf(c))
		}
	}
	if same != told-runawayLook-1 {
		t.Errorf("the command runs %d times; want %d", same, told-runawayLook-1)
	}
	if most < 160_000 || most > 200_000 {
		t.Errorf("a call has %d tokens at most; want about 180,000", most)
	}
}

func TestOneNightCostsMore(t *testing.T) {
	days := map[int]float64{}
	for _, c := range month(t).calls {
		if c.App == apps[appDigest].name && c.Cost.USD != nil {
			days[c.Time.Day()] += *c.Cost.USD
		}
	}
	spike := days[17]
	delete(days, 17)
	for day, usd := range days {
		if usd*20 > spike {
			t.Errorf("March %d costs %.2f, the spike %.2f", day, usd, spike)
		}
	}
	if len(days) < 15 {
		t.Errorf("the job ran in %d other nights", len(days))
	}
}

func TestStoriesAreTold(t *testing.T) {
	for _, s := range Stories() {
		if s.Name == "" || s.Title == "" || s.Tells == "" || strings.ContainsAny(s.Name, " _") {
			t.Errorf("%+v", s)
		}
	}
	if len(Stories()) != 4 {
		t.Errorf("%d stories; want 4", len(Stories()))
	}
	night := time.Date(2026, 3, 19, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]Config{
		"none":  {Calls: 400, Stories: []string{}},
		"other": {Calls: 400, Stories: []string{"cost-spike"}},
		"this":  {Calls: 400, Stories: []string{"llmjacking"}},
	} {
		r, err := readMonth(c)
		if err != nil {
			t.Fatal(err)
		}
		stolen := slices.ContainsFunc(r.calls, func(c event.Event) bool {
			return strings.HasSuffix(c.IdentityARN, stolenUser) && c.Time.After(night)
		})
		if stolen != (name == "this") {
			t.Errorf("with %v told, the key is stolen: %v", c.Stories, stolen)
		}
	}
}
