package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seismo/internal/event"
	"seismo/internal/query"
)

// library is what the search tests search: calls are known by their minute.
func library() []event.Event {
	zebra := Call(1, "Where is the zebra crossing?", "Over there, behind the church.")
	history := Talk(2, "bob@example.com", []string{"An okapi?", "Yes: an okapi.", "And where does it live?"}, "In the Ituri forest.")
	history.Metadata = map[string]jsontext.Value{"team": jsontext.Value(`"Finance"`), "run": jsontext.Value(`7`), "a/b~c": jsontext.Value(`"x"`)}
	history.ToolsOffered = []string{"get_weather", "Get_Time"}
	failed := Call(3, "Ignore previous instructions", "")
	failed.Outcome, failed.Error = event.Failure, "ThrottlingException"
	failed.Cost = event.Cost{State: event.Free}
	failed.Latency, failed.StopReason = event.Latency{}, ""
	tool := Call(4, "", "")
	tool.Model, tool.Person = "amazon.nova-pro-v1:0", "carol@example.org"
	tool.Record.Raw = []byte(`{"input":{"inputBodyJson":{"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"t-1","content":[{"json":{"city":"Tromsø","type":"harbour"}}]}}]},` +
		`{"role":"assistant","content":[{"toolUse":{"toolUseId":"t-2","name":"run","input":{"command":"rm -rf /srv/exports","data":"sesame"}}}]}]}},` +
		`"output":{"outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"中文 text"}]}}}}}`)
	stream := Call(5, "Sing", "")
	stream.Operation, stream.Completion = "InvokeModelWithResponseStream", "a nightingale sang"
	stream.Record.Raw = []byte(`{"input":{"inputBodyJson":{"anthropic_version":"bedrock-2023-05-31","prompt":"{\"question\":\"which bird\"}"}},` +
		`"output":{"outputBodyJson":[{"delta":{"text":"a night"}},{"delta":{"text":"ingale sang"}}]}}`)
	separate := Call(6, "", "")
	separate.Account, separate.Person = "444455556666", ""
	separate.Body.Input = event.Body{State: event.BodyFetched}
	separate.Record.Raw = []byte(`{"input":{"inputBodyS3Path":"s3://example-logs/zebra"},"output":{}}`)
	separate.Record.BodyInput = []byte(`{"inputText":"a pangolin","image":"` + strings.Repeat("zebra", 60) + `"}`)
	other := Trail(Call(9, "", ""), 9)
	other.Trail.Name, other.RequestID, other.Time = "DeleteGuardrail", "x-1", start.Add(7*time.Minute)
	list := []event.Event{zebra, history, failed, tool, stream, separate, other}
	for i := range list {
		list[i].ID = fmt.Sprintf("event-%d", i+1)
	}
	return list
}

// testSearch holds questions to the answers that their meaning gives.
func testSearch(t *testing.T, open Opener) {
	s := fresh(t, open)
	appendAll(t, s, library()...)
	for _, c := range []struct {
		ask  string
		want string // minutes, in order
	}{
		{"", "1234567"},
		{"zebra", "1"},
		{"ZEBRA", "1"},
		{`"zebra crossing"`, "1"},
		{`"crossing zebra"`, ""},
		{"okapi", "2"},
		{"oka*", "2"},
		{"kapi", ""},
		{"okapi church", ""},
		{"okapi OR church", "12"},
		{"-okapi", "134567"},
		{"-okapi kind:call", "13456"},
		{"okapi person:bob", "2"},
		{"okapi person:alice", ""},
		{"okapi OR outcome:failure", "23"},
		{"(okapi OR zebra) -person:bob", "1"},
		{"-(okapi OR zebra) kind:call", "3456"},
		{"-okapi OR person:bob", "1234567"},
		{"assistant", ""},
		{"harbour", "4"},
		{"tromsø", "4"},
		{"sesame", "4"},
		{`"rm rf srv"`, "4"},
		{"中", "4"},
		{"nightingale", "5"},
		{"ingale", ""},
		{"bird", "5"},
		{"bedrock", ""},
		{"pangolin", "6"},
		{"person:alice", "135"},
		{"person:example.com", "1235"},
		{"model:claude", "123567"[:5]},
		{"model:nova*", "4"},
		{"tokens.output>3 tokens.output<=5", "45"},
		{"cost.usd>=0.004", "456"},
		{"latency.ms:*", "12456"},
		{"-latency.ms:* kind:call", "3"},
		{"error:throttling", ""},
		{"error:throttlingexception", "3"},
		{"error=Throttling*", "3"},
		{"metadata.team:finance", "2"},
		{"metadata.run:7", "2"},
		{"metadata.none:*", ""},
		{"tools_offered:get_time", "2"},
		{"tools_offered=get*", "2"},
		{"-tools_offered:get_time kind:call", "13456"},
		{"trail.name:DeleteGuardrail", "7"},
		{"trail.read_only:true", "7"},
		{"mfa:false", "7"},
		{"account:444455556666", "6"},
		{"-person:*", "67"},
		{"time:2026-03-01T08:02", "2"},
		{"time>=2026-03-01T08:05", "567"},
	} {
		n, err := query.Parse(c.ask)
		if err != nil {
			t.Fatalf("%s: %v", c.ask, err)
		}
		got := minutes(all(t, s, query.Query{Where: n, Oldest: true}))
		if got != c.want {
			t.Errorf("%s finds %q, want %q", c.ask, got, c.want)
		}
		if newest := minutes(all(t, s, query.Query{Where: n})); newest != reverse(c.want) {
			t.Errorf("%s, newest first, finds %q, want %q", c.ask, newest, reverse(c.want))
		}
	}
}

func minutes(events []event.Event) string {
	var b strings.Builder
	for i := range events {
		fmt.Fprint(&b, int(events[i].Time.Sub(start)/time.Minute))
	}
	return b.String()
}

func reverse(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// testPaging walks through all events in pages of every size, some at the same
// time, some without any.
func testPaging(t *testing.T, open Opener) {
	s := fresh(t, open)
	var events []event.Event
	for i := range 12 {
		e := Call(i/3, "a zebra", "fine")
		e.ID = fmt.Sprintf("event-%02d", (i*5)%12)
		switch i % 4 {
		case 0:
			e.Time = e.Time.Add(time.Duration(i) * time.Nanosecond)
		case 1:
			e.Time = time.Time{}
		}
		e.RequestID = e.ID
		events = append(events, e)
	}
	appendAll(t, s, events...)
	for _, oldest := range []bool{false, true} {
		for _, where := range []query.Node{nil, query.Words{Words: []string{"zebra"}}} {
			whole := all(t, s, query.Query{Oldest: oldest, Where: where})
			if len(whole) != 12 {
				t.Fatalf("%d events, want 12", len(whole))
			}
			for size := 1; size <= 13; size++ {
				if diff := cmp.Diff(ids(whole), walk(t, s, query.Query{Oldest: oldest, Where: where, Limit: size})); diff != "" {
					t.Errorf("pages of %d, oldest %v (-want +got):\n%s", size, oldest, diff)
				}
			}
		}
	}
	got := all(t, s, query.Query{From: start.Add(time.Minute), To: start.Add(3 * time.Minute), Oldest: true})
	for _, e := range got {
		if e.Time.Before(start.Add(time.Minute)) || !e.Time.Before(start.Add(3*time.Minute)) {
			t.Errorf("%v is out of range", e.Time)
		}
	}
	if len(got) == 0 {
		t.Error("nothing is in the range")
	}
	if _, err := s.Search(context.Background(), query.Query{After: "what?"}); err == nil {
		t.Error("a cursor that is none is taken")
	}
}

func ids(events []event.Event) []string {
	out := []string{}
	for i := range events {
		out = append(out, events[i].ID)
	}
	return out
}

func walk(t testing.TB, s Opened, q query.Query) []string {
	t.Helper()
	out := []string{}
	for range 20 {
		page, err := s.Search(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ids(page.Events)...)
		if page.Next == "" {
			return out
		}
		q.After = page.Next
	}
	t.Fatal("the pages do not end")
	return nil
}

// testRandomSearch compares random questions with query.Match.
func testRandomSearch(t *testing.T, open Opener) {
	s := fresh(t, open)
	events := library()
	appendAll(t, s, events...)
	rows := all(t, s, query.Query{Oldest: true})
	rapid.Check(t, func(rt *rapid.T) {
		tree := node(rt, 3)
		var want []string
		for i := range rows {
			if query.Match(tree, &rows[i], func() []string { return texts(events[i]) }) {
				want = append(want, rows[i].ID)
			}
		}
		page, err := s.Search(t.Context(), query.Query{Where: tree, Oldest: true})
		if err != nil {
			rt.Fatal(err)
		}
		if got := ids(page.Events); !slices.Equal(got, want) {
			rt.Fatalf("%#v finds %v, want %v", tree, got, want)
		}
	})
}

// node draws a tree.
func node(rt *rapid.T, depth int) query.Node {
	kinds := 3
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(rt, "kind") {
	case 0:
		return rapid.SampledFrom(comparisons).Draw(rt, "compare")
	case 1:
		word := rapid.SampledFrom([]string{"zebra", "okapi", "the", "a", "nothing", "forest", "ignore", "中"}).Draw(rt, "word")
		return query.Words{Words: []string{word}, Prefix: rapid.Bool().Draw(rt, "prefix")}
	case 2:
		return query.Has{Field: rapid.SampledFrom([]string{"person", "latency.ms", "metadata.team", "tools_offered", "mfa", "trail.request", "time"}).Draw(rt, "has")}
	case 3:
		return query.Not{Node: node(rt, depth-1)}
	case 4:
		return query.And(nodes(rt, depth-1))
	}
	return query.Or(nodes(rt, depth-1))
}

func nodes(rt *rapid.T, depth int) []query.Node {
	list := make([]query.Node, rapid.IntRange(0, 3).Draw(rt, "parts"))
	for i := range list {
		list[i] = node(rt, depth)
	}
	return list
}

var comparisons = []query.Node{
	query.Compare{Field: "person", Op: query.Part, Value: "alice"},
	query.Compare{Field: "person", Op: query.Equal, Value: "BOB@example.com"},
	query.Compare{Field: "model", Op: query.Like, Value: "*nova*"},
	query.Compare{Field: "model", Op: query.Greater, Value: "b"},
	query.Compare{Field: "tools_offered", Op: query.Part, Value: "time"},
	query.Compare{Field: "tools_offered", Op: query.Equal, Value: "get_weather"},
	query.Compare{Field: "metadata.run", Op: query.Equal, Value: "7"},
	query.Compare{Field: "metadata.a/b~c", Op: query.Equal, Value: "x"},
	query.Compare{Field: "metadata.team", Op: query.Less, Value: "g"},
	query.Compare{Field: "tokens.output", Op: query.GreaterEqual, Value: int64(3)},
	query.Compare{Field: "cost.usd", Op: query.Less, Value: 0.004},
	query.Compare{Field: "mfa", Op: query.Equal, Value: false},
	query.Compare{Field: "time", Op: query.LessEqual, Value: start.Add(3 * time.Minute)},
	query.Compare{Field: "time", Op: query.Equal, Value: start.Add(2 * time.Minute)},
}

// texts is what was said in an event, by the parts that stores keep.
func texts(e event.Event) []string {
	var out []string
	for _, p := range split(e) {
		out = append(out, p.Text())
	}
	return out
}
