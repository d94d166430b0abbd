package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// apiSearch answers a query.Page, or CSV of the typed columns (or of those that
// fields=a,b names).
func (s *site) apiSearch(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	q, err := readQuery(values)
	if err != nil {
		return err
	}
	page, err := s.Search(r.Context(), q)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if wantsCSV(r) {
		fields, err := readFields(values["fields"])
		if err != nil {
			return err
		}
		return writeCSV(w, "calls.csv", eventTable(page.Events, fields))
	}
	if page.Events == nil {
		page.Events = []event.Event{}
	}
	return writeJSON(w, page)
}

func (s *site) apiAggregate(w http.ResponseWriter, r *http.Request) error {
	a, err := readAggregate(r.URL.Query())
	if err != nil {
		return err
	}
	table, err := s.Aggregate(r.Context(), a)
	if err != nil {
		return fmt.Errorf("aggregate: %w", err)
	}
	return s.writeTable(w, r, "numbers.csv", table)
}

// wireRecord is an event with the record it was made of; the record's parts are
// base64, so that they arrive byte for byte.
type wireRecord struct {
	Event  event.Event  `json:"event"`
	Record event.Record `json:"record"`
}

// apiCall answers the event whole; with record=true also what it was made of.
func (s *site) apiCall(w http.ResponseWriter, r *http.Request) error {
	e, record, err := s.read(r, "api")
	if err != nil {
		return err
	}
	if r.URL.Query().Get("record") == "true" {
		return writeJSON(w, wireRecord{e, record})
	}
	return writeJSON(w, e)
}

// apiRaw answers the record as it was delivered, or with part=input or
// part=output a body that was fetched from S3.
func (s *site) apiRaw(w http.ResponseWriter, r *http.Request) error {
	part := r.URL.Query().Get("part")
	if part != "" && part != "input" && part != "output" {
		return unreadable("part", "input or output, or leave it out for the record")
	}
	_, record, err := s.read(r, "raw")
	if err != nil {
		return err
	}
	raw := map[string][]byte{"": record.Raw, "input": record.BodyInput, "output": record.BodyOutput}[part]
	if len(raw) == 0 {
		return &problem{http.StatusNotFound, codeNotFound, "this call has no such part", "Bodies inside the record are part of the record."}
	}
	w.Header().Set("Content-Type", "application/json")
	send(w, raw)
	return nil
}

func (s *site) read(r *http.Request, action string) (event.Event, event.Record, error) {
	if s.Call == nil {
		return event.Event{}, event.Record{}, notHere("reading a call")
	}
	return s.Call(r.Context(), r.PathValue("id"), s.readerOf(r, action))
}

// wireSQL is what is posted to run a SELECT.
type wireSQL struct {
	Query string `json:"query"`
	Limit int    `json:"limit,omitzero"`
}

func (s *site) apiSQL(w http.ResponseWriter, r *http.Request) error {
	if s.SQL == nil {
		return notHere("SQL")
	}
	var ask wireSQL
	if err := json.UnmarshalRead(r.Body, &ask); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return unreadable("the request", `a JSON object {"query": "SELECT …", "limit": 100}`)
	}
	if strings.TrimSpace(ask.Query) == "" || ask.Limit < 0 {
		return unreadable("the request", "a SELECT as query, and a limit of 0 or more")
	}
	table, err := s.SQL(r.Context(), ask.Query, ask.Limit)
	if err != nil && r.Context().Err() == nil {
		return &problem{http.StatusBadRequest, codeBadQuery, err.Error(),
			`One SELECT over calls, trail, quarantine or ledger; names with dots stand in double quotes: sum("tokens.output").`}
	}
	if err != nil {
		return fmt.Errorf("sql: %w", err)
	}
	return s.writeTable(w, r, "rows.csv", table)
}

func (s *site) apiQuarantine(w http.ResponseWriter, r *http.Request) error {
	if s.Quarantine == nil {
		return notHere("the quarantine")
	}
	limit, err := readLimit(r.URL.Query(), query.MaxLimit)
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = 100
	}
	items, err := s.Quarantine(r.Context(), limit)
	if err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	if wantsCSV(r) {
		return writeCSV(w, "quarantine.csv", quarantineTable(items))
	}
	if items == nil {
		items = []store.Quarantined{}
	}
	return writeJSON(w, items)
}

func (s *site) apiStatus(w http.ResponseWriter, r *http.Request) error {
	status, err := s.status(r)
	if err != nil {
		return err
	}
	return writeJSON(w, status)
}

func (s *site) status(r *http.Request) (Status, error) {
	if s.Status == nil {
		return Status{}, notHere("the status")
	}
	status, err := s.Status(r.Context())
	if err != nil {
		return status, fmt.Errorf("status: %w", err)
	}
	if status.Version == "" {
		status.Version = s.Version
	}
	return status, nil
}

// writeJSON marshals before it writes, so that a failure is still an error.
func writeJSON(w http.ResponseWriter, v any) error {
	var b bytes.Buffer
	if err := json.MarshalWrite(&b, v, lenient, json.Deterministic(true)); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	b.WriteByte('\n')
	w.Header().Set("Content-Type", "application/json")
	send(w, b.Bytes())
	return nil
}

// send writes an answer. A client that has gone gets no error: there is nobody
// to tell.
func send(w http.ResponseWriter, body []byte) { _, _ = w.Write(body) }
