package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

func TestStatusCodes(t *testing.T) {
	f := newFake(agentCall())
	h := New(f.config())
	for target, want := range map[string]struct {
		status int
		code   string
	}{
		"/api/search?q=nofield:1":                  {400, codeBadQuery},
		"/api/search?q=(":                          {400, codeBadQuery},
		"/api/search?limit=x":                      {400, codeBadRequest},
		"/api/search?limit=-1":                     {400, codeBadRequest},
		"/api/search?limit=10001":                  {400, codeBadRequest},
		"/api/search?from=yesterday":               {400, codeBadRequest},
		"/api/search?oldest=maybe":                 {400, codeBadRequest},
		"/api/search?format=csv&fields=prompt":     {400, codeBadRequest},
		"/api/aggregate?by=prompt":                 {400, codeBadQuery},
		"/api/aggregate?by=nothing":                {400, codeBadQuery},
		"/api/aggregate?bucket=week":               {400, codeBadQuery},
		"/api/aggregate?measure=frobnicate:id":     {400, codeBadQuery},
		"/api/aggregate?measure={":                 {400, codeBadRequest},
		"/api/aggregate?by=a&by=b&by=c&by=d":       {400, codeBadQuery},
		"/api/calls/absent":                        {404, codeNotFound},
		"/api/calls/k3v7q2/raw":                    {404, codeNotFound},
		"/api/calls/k3v7q2/raw?part=x":             {400, codeBadRequest},
		"/api/nothing":                             {404, codeNoRoute},
		"/api/aggregate?measure=sum:tokens.output": {200, ""},
	} {
		w := get(t, h, target)
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p, json.RejectUnknownMembers(false)); err != nil {
			t.Fatalf("%s: %v: %s", target, err, w.Body)
		}
		if w.Code != want.status || p.Code != want.code || w.Code != 200 && p.Message == "" {
			t.Errorf("%s: %d %q, want %d %q", target, w.Code, p.Code, want.status, want.code)
		}
	}
}

func TestStoreErrorsHaveTheirStatus(t *testing.T) {
	f := newFake(agentCall())
	h := New(f.config())
	for err, want := range map[error]int{store.ErrErased: 410, store.ErrNotKept: 404, store.ErrNotFound: 404, context.DeadlineExceeded: 503} {
		f.refuse[agentCall().ID] = err
		if w := get(t, h, "/api/calls/k3v7q2"); w.Code != want {
			t.Errorf("%v: %d, want %d", err, w.Code, want)
		}
	}
}

func TestBackendWithoutPartsSaysSo(t *testing.T) {
	h := New(Config{Backend: Backend{Searcher: newFake()}})
	for _, target := range []string{"/", "/calls/k3v7q2", "/api/calls/k3v7q2", "/api/quarantine", "/api/status"} {
		if w := get(t, h, target); w.Code != 404 {
			t.Errorf("%s: %d, want 404", target, w.Code)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://localhost/api/sql", strings.NewReader(`{"query":"SELECT 1"}`)))
	if w.Code != 404 {
		t.Errorf("sql: %d, want 404", w.Code)
	}
}

func TestRawIsByteForByte(t *testing.T) {
	f := newFake(agentCall())
	raw := "{ \"b\":1.0,\"a\" : \"\\u003c\", \"a\":2 }"
	f.raw[agentCall().ID] = event.Record{Raw: []byte(raw), BodyOutput: []byte("[1]")}
	h := New(f.config())
	w := get(t, h, "/api/calls/k3v7q2/raw")
	if w.Body.String() != raw || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%s: %q", w.Header().Get("Content-Type"), w.Body)
	}
	if w := get(t, h, "/api/calls/k3v7q2/raw?part=output"); w.Body.String() != "[1]" {
		t.Errorf("output: %q", w.Body)
	}
}

func TestIntegersAreJSONNumbers(t *testing.T) {
	e := agentCall()
	big := int64(1<<53 + 1)
	e.Tokens.Input = &big
	h := New(newFake(e).config())
	for _, target := range []string{"/api/search", "/api/calls/k3v7q2", "/api/aggregate?measure=sum:tokens.input"} {
		if body := get(t, h, target).Body.String(); !strings.Contains(body, "9007199254740993") || strings.Contains(body, `"9007199254740993"`) {
			t.Errorf("%s: %s", target, body)
		}
	}
}

func TestCSV(t *testing.T) {
	e := agentCall()
	e.App = "=HYPERLINK(\"http://evil.example.com\")"
	e.Team = "a,\"b\"\nc"
	h := New(newFake(e).config())
	w := get(t, h, "/api/search?format=csv&fields=time,app,team,tokens.input,cost.usd,mfa,tools_offered,turn,source.service")
	rows, err := csv.NewReader(bytes.NewReader(w.Body.Bytes())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"time", "app", "team", "tokens.input", "cost.usd", "mfa", "tools_offered", "turn", "source.service"},
		{"2026-03-31T14:22:07.12Z", "'" + e.App, e.Team, "312", "0.0347334", "false", "read_file; run", "2", ""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	for _, s := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx", "|x"} {
		if harmless(s) != "'"+s {
			t.Errorf("%q would run as a formula", s)
		}
	}
}

func TestCSVOfAllColumnsHasNoContent(t *testing.T) {
	h := New(newFake(agentCall()).config())
	body := get(t, h, "/api/search?format=csv").Body.String()
	heading, _, _ := strings.Cut(body, "\r\n")
	for _, f := range event.Fields() {
		if has := strings.Contains(","+heading+",", ","+f.Name+","); has != (f.Column() && !f.Virtual) {
			t.Errorf("%s in the heading: %v", f.Name, has)
		}
	}
	if strings.Contains(body, "refund") {
		t.Error("what was said is in the CSV")
	}
}

func TestRequestRoundTrip(t *testing.T) {
	q := query.Query{Where: parse(t, `"a b" person:x*`), From: newest, To: newest.Add(time.Nanosecond), Limit: 9, After: "x&y=z", Oldest: true}
	got, err := readQuery(reparse(t, writeQuery(q)))
	if diff := cmp.Diff(q, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	a := query.Aggregate{Where: parse(t, "-model:*"), Bucket: query.Month, By: []string{"metadata.a&b", "region"}, Sort: "-x", Limit: query.ReportRows,
		Measures: []query.Measure{{Func: query.P99, Field: "latency.ms", As: "x", Where: parse(t, "region:us-*")}, {Func: query.Count}}}
	values, err := writeAggregate(a)
	if err != nil {
		t.Fatal(err)
	}
	back, err := readAggregate(reparse(t, values))
	if diff := cmp.Diff(a, back, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func reparse(t *testing.T, v url.Values) url.Values {
	t.Helper()
	out, err := url.ParseQuery(v.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func FuzzRequest(f *testing.F) {
	f.Add("q=model:claude*&from=2026-03-01&limit=5&measure=count&by=person&bucket=day")
	f.Add(`measure={"func":"sum","field":"cost.usd","where":"outcome:failure"}&sort=-sum_cost.usd`)
	h := New(newFake(agentCall()).config())
	f.Fuzz(func(t *testing.T, raw string) {
		for _, path := range []string{"/", "/calls", "/api/search", "/api/aggregate"} {
			r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
			r.URL.RawQuery = raw
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 && w.Code != 400 {
				t.Fatalf("%s: %d: %s", path, w.Code, w.Body)
			}
		}
	})
}
