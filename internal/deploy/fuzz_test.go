package deploy

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/content"
)

// A template that cannot be read is an error, never a fall; what can be read
// gives the same resources again and again, and no condition hangs.
func FuzzTemplate(f *testing.F) {
	for _, name := range TemplateNames() {
		text, err := Text(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "Environment", "prod")
	}
	f.Add("Conditions: {A: !Condition A}\nResources: {R: {Type: X, Condition: A}}", "A", "")
	f.Add("Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {R: {Type: X, Condition: A}}", "A", "")
	f.Add("&a [*a]", "", "")
	f.Add("Resources: {R: [1]}\nParameters: {P: 1}\nConditions: 3", "P", "x")
	f.Add("!Sub {a: !GetAtt b.c}", "", "")
	f.Fuzz(func(t *testing.T, text, parameter, value string) {
		tpl, err := parse("fuzz", text)
		if err != nil {
			return
		}
		values := map[string]string{parameter: value}
		once, twice := tpl.made(values), tpl.made(values)
		if len(once) != len(twice) || len(once) > len(tpl.resources) {
			t.Errorf("%d and %d of %d resources", len(once), len(twice), len(tpl.resources))
		}
		for _, p := range tpl.parameters {
			if why := misfit(p, value); p["NoEcho"] == true && len(value) > 8 && strings.Contains(why, value) {
				t.Errorf("a hidden value is shown: %s", why)
			}
		}
	})
}

// What a dashboard's author wrote is asked for, or it is left out: no query that
// CloudWatch would refuse for its form.
func FuzzDashboard(f *testing.F) {
	files, err := fs.Glob(content.FS, "dashboards/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(content.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(`{"widgets":[{"type":"metric","properties":{"metrics":[["a","b","c"],[{"id":"x","expression":1}],[[]],[{"expression":"x","id":"a"},{"id":"a"}],[null]],"period":-1}}]}`)
	f.Add(`{"widgets":[{"type":"log","properties":{"query":"SOURCE 'a' | SOURCE 'b' | fields x"}}]}`)
	id := regexp.MustCompile(`^[a-z]`)
	f.Fuzz(func(t *testing.T, text string) {
		var b body
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			return
		}
		for _, w := range b.Widgets {
			for _, q := range queriesOf(w) {
				if (q.Expression == nil) == (q.MetricStat == nil) {
					t.Errorf("a query of neither or both: %+v", q)
				}
				if period := q.Period; period != nil && (*period < 60 || *period > 3600) {
					t.Errorf("a period of %d", *period)
				}
				_ = id
			}
			groups, query := sources(w.Properties.Query)
			if len(groups) == 0 && query != w.Properties.Query {
				t.Errorf("%q became %q", w.Properties.Query, query)
			}
			if strings.HasPrefix(query, "SOURCE '") && strings.Count(query, "'") >= 2 {
				t.Errorf("a group was left in %q", query)
			}
		}
	})
}

// Whatever is given as a wish, Check says what is wrong with it or what comes of
// it is a name that AWS takes.
func FuzzWish(f *testing.F) {
	f.Add("prod", "seismo", "eu-west-1", "ErrorPercent", "7")
	f.Add("", "", "", "", "")
	f.Add("Prod", "-", "x y", "ReaderExternalId", "secret words that are not taken")
	f.Add("a", "b", "us-gov-west-1", "KmsKeyArn", "arn:aws:kms:eu-west-1:111122223333:key/k")
	name := regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,60}$`)
	f.Fuzz(func(t *testing.T, environment, prefix, region, parameter, value string) {
		w := Wish{Environment: environment, NamePrefix: prefix, Regions: []string{region}, Parameters: map[string]string{parameter: value}}
		if err := w.Check(); err != nil {
			if parameter == "ReaderExternalId" && len(value) > 12 && strings.Contains(err.Error(), value) {
				t.Errorf("a secret is shown: %v", err)
			}
			return
		}
		for _, kind := range all {
			if n := w.StackName(kind); !name.MatchString(n) {
				t.Errorf("the stack's name is %q", n)
			}
		}
		if strings.ContainsAny(region, " /:") {
			t.Errorf("the Region %q", region)
		}
	})
}

func TestSpoken(t *testing.T) {
	for d, want := range map[time.Duration]string{24 * time.Hour: "24h", 90 * time.Minute: "1h30m", 45 * time.Second: "45s", 10 * time.Minute: "10m", 10 * time.Hour: "10h", 30*time.Minute + time.Second: "30m1s"} {
		if got := spoken(d); got != want {
			t.Errorf("%v is %q", d, got)
		}
	}
}
