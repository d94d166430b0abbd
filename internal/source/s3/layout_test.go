package s3

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func day(text string) time.Time {
	t, _ := time.Parse(time.DateOnly, text)
	return t
}

func TestParseLayout(t *testing.T) {
	const call, org = "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/", "x/y/AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/"
	for key, want := range map[string]layout{
		call + "2026/03/01/08/20260301T080000Z_a.json.gz": {root: call, service: bedrockLogs, region: "us-east-1", day: day("2026-03-01"), hour: 8, rest: "20260301T080000Z_a.json.gz"},
		call + "2026/03/01/08/data/r_input.json.gz":       {root: call, service: bedrockLogs, region: "us-east-1", day: day("2026-03-01"), hour: 8, rest: "data/r_input.json.gz"},
		call + "2026/03/01/":                              {root: call, service: bedrockLogs, region: "us-east-1", day: day("2026-03-01"), hour: -1},
		call + "2026/03/01/24/x":                          {root: call, service: bedrockLogs, region: "us-east-1", day: day("2026-03-01"), hour: -1, rest: "24/x"},
		call + "2026/02/30/08/x":                          {root: call, service: bedrockLogs, region: "us-east-1", hour: -1, rest: "2026/02/30/08/x"},
		call + "2026/03/":                                 {root: call, service: bedrockLogs, region: "us-east-1", hour: -1, rest: "2026/03/"},
		call:                                              {root: call, service: bedrockLogs, region: "us-east-1", hour: -1},
		org + "2026/03/01/08/x":                           {root: org, service: "CloudTrail", region: "eu-west-1", day: day("2026-03-01"), hour: -1, rest: "08/x"},
	} {
		got, ok := parseLayout(key)
		want.account = "111122223333"
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(layout{})); !ok || diff != "" {
			t.Errorf("%s: %v\n%s", key, ok, diff)
		}
	}
	for _, key := range []string{
		"", "AWSLogs", "AWSLogs/", "AWSLogs/111122223333/", call[:len(call)-1], "MyAWSLogs/" + call[8:],
		"AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/03/01/x", "AWSLogs/11112222333/CloudTrail/us-east-1/2026/03/01/x",
		"AWSLogs/o-abc/", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/x",
	} {
		if got, ok := parseLayout(key); ok {
			t.Errorf("%s: %+v", key, got)
		}
	}
}

func FuzzParseLayout(f *testing.F) {
	f.Add("p/AWSLogs/o-abc/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/data/x")
	f.Add("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/x.json.gz")
	f.Add("AWSLogs//CloudTrail/-/0000/00/00/")
	f.Fuzz(func(t *testing.T, key string) {
		at, ok := parseLayout(key)
		if !ok {
			return
		}
		date := ""
		if !at.day.IsZero() {
			date = at.day.Format("2006/01/02/")
		}
		if at.hour >= 0 {
			date += time.Date(1, 1, 1, at.hour, 0, 0, 0, time.UTC).Format("15/")
		}
		if at.root+date+at.rest != key || !strings.HasSuffix(at.root, "/"+at.service+"/"+at.region+"/") {
			t.Errorf("%q is not %+v", key, at)
		}
		Skip(key)
		placeOf(key)
	})
}

func FuzzAddress(f *testing.F) {
	f.Add("s3://example-logs/a/data/b")
	f.Add("s3://example-logs/../x")
	f.Fuzz(func(t *testing.T, uri string) {
		bucket, key, err := address(uri)
		if err == nil && ("s3://"+bucket+"/"+key != uri || strings.Contains("/"+key+"/", "/../") || strings.ContainsAny(bucket, "/@:%?#")) {
			t.Errorf("%q: bucket %q, key %q", uri, bucket, key)
		}
		_, _ = ParsePlace(uri)
		_ = new(Config).SetPlace(uri)
	})
}

// TestDays compares the spans with a plain set.
func TestDaysAreASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d days
		set := map[int]bool{}
		for _, n := range rapid.SliceOf(rapid.IntRange(20_000, 20_040)).Draw(t, "days") {
			d.add(n)
			set[n] = true
		}
		again, err := parseDays(d.text())
		if err != nil || cmp.Diff(d, again, cmp.AllowUnexported(span{})) != "" {
			t.Fatalf("%s is read as %v, %v", d.text(), again, err)
		}
		for n := 19_999; n <= 20_041; n++ {
			if d.has(n) != set[n] || again.has(n) != set[n] {
				t.Fatalf("day %d: %v in %v", n, d.has(n), d)
			}
		}
		for i := 1; i < len(d); i++ {
			if d[i].first <= d[i-1].last+1 {
				t.Fatalf("spans touch: %v", d)
			}
		}
	})
}

func FuzzParseDays(f *testing.F) {
	f.Add(`{"closed":["2026-01-01..2026-03-04","2026-03-06"]}`)
	f.Add(`{"closed":["0001-01-01..9999-12-31","x"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDays(text)
		if err != nil {
			return
		}
		if again, err := parseDays(d.text()); err != nil || cmp.Diff(d, again, cmp.AllowUnexported(span{})) != "" {
			t.Errorf("%q: %v is not %v: %v", text, d, again, err)
		}
	})
}

func TestKnownIsBounded(t *testing.T) {
	var k known
	for i := range 3 * mostKnown {
		k.add(time.Duration(i).String())
	}
	if n := len(k.young) + len(k.old); n > 2*mostKnown {
		t.Errorf("%d are remembered", n)
	}
	if !k.has(time.Duration(3*mostKnown-1).String()) || k.has("never") {
		t.Error("the last is forgotten, or one that never was is known")
	}
}
