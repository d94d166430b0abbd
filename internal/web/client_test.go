package web

import (
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// over serves a fake on a unix socket and returns a client of it.
func over(t *testing.T, f *fake) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(NewLocal(f.config()))
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	c := NewClient(path)
	t.Cleanup(c.Close)
	return c
}

func TestClientSearchesAsTheBackendDoes(t *testing.T) {
	f := newFake(append(month(300), agentCall(), hostileCall("\x1b<\u202e>"))...)
	c := over(t, f)
	for _, q := range []query.Query{
		{},
		{Limit: 7, Oldest: true},
		{Limit: 3, After: "6"},
		{From: newest.Add(-48 * time.Hour), To: newest},
		{Where: parse(t, `model:claude* tokens.output>500 -outcome:failure (person:alice OR person:bob)`)},
		{Where: query.Compare{Field: "metadata.a b\"c", Op: query.Equal, Value: `x*\`}},
	} {
		want, err := f.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v (-backend +client):\n%s", q, diff)
		}
	}
}

func TestClientAggregatesAsTheBackendDoes(t *testing.T) {
	f := newFake(append(month(300), agentCall())...)
	c := over(t, f)
	asked := []query.Aggregate{
		{Bucket: query.Day, By: []string{"family"}, Measures: []query.Measure{{Func: query.Sum, Field: "cost.usd"}}},
		{By: []string{"person", "model"}, Sort: "-n", Limit: 5, Measures: []query.Measure{
			{Func: query.Count, As: "n"}, {Func: query.P95, Field: "latency.ms"}, {Func: query.TopK, Field: "operation"},
			{Func: query.Min, Field: "time"}, {Func: query.Avg, Field: "tokens.output", Where: parse(t, "outcome:success")}}},
	}
	for _, name := range query.Reports() {
		a, err := query.Report(name, []string{"person"}, query.Day, parse(t, "region:us-*"), newest.AddDate(0, 0, -9), newest)
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, a)
	}
	for _, a := range asked {
		want, err := f.Aggregate(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Aggregate(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v (-backend +client):\n%s", a, diff)
		}
	}
}

func TestClientKeepsTheTypesOfCells(t *testing.T) {
	f := newFake()
	want, err := f.sql(t.Context(), "SELECT", 3)
	if err != nil {
		t.Fatal(err)
	}
	got, err := over(t, f).Backend().SQL(t.Context(), "SELECT", 3)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-backend +client):\n%s", err, diff)
	}
}

func TestTableRoundTrip(t *testing.T) {
	want := query.Table{Columns: []string{"f", "i", "s", "t", "l", "b"}, Rows: [][]any{
		{math.Inf(1), int64(math.MaxInt64), "NaN", newest, []string{"x"}, true},
		{math.Inf(-1), int64(math.MinInt64), "2026-01-01T00:00:00Z", newest.Add(1), []string{}, false},
		{1e300, int64(0), "", time.Unix(0, 0).UTC(), []string{""}, nil},
		{-0.5, int64(1), "\xff\u202e<", nil, nil, nil},
		{float64(1 << 60), nil, nil, nil, nil, nil},
	}}
	wire, err := encodeTable(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeTable(wire)
	if err != nil {
		t.Fatal(err)
	}
	want.Rows[3][2] = "\ufffd\u202e<" // bad UTF-8 cannot travel in JSON
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := encodeTable(query.Table{Columns: []string{"x"}, Rows: [][]any{{struct{}{}}}}); err == nil {
		t.Error("a cell of a foreign type was taken")
	}
}

func TestClientReadsACallWhole(t *testing.T) {
	f := newFake(agentCall())
	f.raw[agentCall().ID] = event.Record{Raw: []byte("{\"a\" : 1.50}\n\xff"), BodyInput: []byte("[]")}
	by := Reader{Actor: "zoë (cli)", Action: "raw", Reason: "line\nbreak & 100 %"}
	e, record, err := over(t, f).Backend().Call(t.Context(), "k3v7q2", by)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(agentCall(), e, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(f.raw[e.ID], record); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Reader{by}, f.reads); diff != "" {
		t.Errorf("audited (-want +got):\n%s", diff)
	}
}

func TestClientGetsTheStoresErrors(t *testing.T) {
	f := newFake(agentCall())
	b := over(t, f).Backend()
	for _, want := range []error{store.ErrErased, store.ErrNotKept, store.ErrNotFound} {
		f.refuse[agentCall().ID] = want
		if _, _, err := b.Call(t.Context(), "k3v7q2", Reader{}); !errors.Is(err, want) {
			t.Errorf("%v does not wrap %v", err, want)
		}
	}
	if _, err := b.SQL(t.Context(), "DROP", 1); err == nil || !strings.Contains(err.Error(), string(errSelect)) {
		t.Errorf("sql: %v", err)
	}
	if _, err := b.Search(t.Context(), query.Query{Limit: -1}); err == nil {
		t.Error("a bad limit was taken")
	}
}

func TestClientQuarantineAndStatus(t *testing.T) {
	f := newFake(agentCall())
	b := over(t, f).Backend()
	items, err := b.Quarantine(t.Context(), 2)
	want, _ := f.quarantine(t.Context(), 2)
	if diff := cmp.Diff(want, items); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	status, err := b.Status(t.Context())
	held, _ := f.status(t.Context())
	if diff := cmp.Diff(held, status); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestClientSaysThatNobodyAnswers(t *testing.T) {
	c := NewClient(filepath.Join(t.TempDir(), "nobody"))
	_, err := c.Search(t.Context(), query.Query{})
	if err == nil || !strings.Contains(err.Error(), "seismo that holds the database") {
		t.Errorf("%v", err)
	}
}

// The pages never believe what a request says about its reader.
func TestBrowserIsTheReader(t *testing.T) {
	f := newFake(agentCall())
	h := New(f.config())
	for _, target := range []string{"/calls/k3v7q2", "/api/calls/k3v7q2", "/api/calls/k3v7q2/raw"} {
		r := httptest.NewRequest("GET", "http://localhost"+target, nil)
		r.Header.Set(headerActor, "somebody else")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	want := []Reader{{Actor: "browser on loopback", Action: "page"}, {Actor: "browser on loopback", Action: "api"}, {Actor: "browser on loopback", Action: "raw"}}
	if diff := cmp.Diff(want, f.reads); diff != "" {
		t.Error(diff)
	}
}

func TestLocalHasNoPages(t *testing.T) {
	h := NewLocal(newFake(agentCall()).config())
	for _, target := range []string{"/", "/calls", "/calls/k3v7q2", "/static/app.css"} {
		if w := get(t, h, target); w.Code != 404 {
			t.Errorf("%s: %d, want 404", target, w.Code)
		}
	}
}

func parse(t *testing.T, text string) query.Node {
	t.Helper()
	n, err := query.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
