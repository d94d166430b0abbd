package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// Headers that say who reads, percent-encoded. NewLocal alone believes them.
const (
	headerActor  = "X-Seismo-Actor"
	headerAction = "X-Seismo-Action"
	headerReason = "X-Seismo-Reason"
)

func header(r *http.Request, name string) string {
	text, err := url.QueryUnescape(r.Header.Get(name))
	if err != nil {
		return ""
	}
	return text
}

// Client asks another process for what this one's database would answer.
// Errors of the far side wrap the store's own.
type Client struct {
	http *http.Client
}

var _ query.Searcher = (*Client)(nil)

// NewClient returns a client of the unix socket that NewLocal's handler listens
// on. It connects when it is first asked.
func NewClient(socketPath string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socketPath)
	}
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableCompression: true}}}
}

// Close drops the connections that are kept open.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Backend returns all that the client can ask, for commands that take one.
func (c *Client) Backend() Backend {
	return Backend{Searcher: c, Call: c.call, SQL: c.sql, Quarantine: c.quarantine, Status: c.status, Sources: c.sources,
		Coverage: c.coverage, Inventory: c.inventory, Findings: c.findings}
}

// Search implements query.Searcher.
func (c *Client) Search(ctx context.Context, q query.Query) (query.Page, error) {
	var page query.Page
	if err := c.get(ctx, "/api/search", writeQuery(q), Reader{}, &page); err != nil {
		return query.Page{}, fmt.Errorf("search: %w", err)
	}
	return page, nil
}

// Aggregate implements query.Searcher.
func (c *Client) Aggregate(ctx context.Context, a query.Aggregate) (query.Table, error) {
	values, err := writeAggregate(a)
	if err != nil {
		return query.Table{}, fmt.Errorf("aggregate: %w", err)
	}
	var wire wireTable
	if err := c.get(ctx, "/api/aggregate", values, Reader{}, &wire); err != nil {
		return query.Table{}, fmt.Errorf("aggregate: %w", err)
	}
	return decodeTable(wire)
}

func (c *Client) call(ctx context.Context, id string, by Reader) (event.Event, event.Record, error) {
	var answer wireRecord
	path := "/api/calls/" + url.PathEscape(id)
	if err := c.get(ctx, path, url.Values{"record": {"true"}}, by, &answer); err != nil {
		return event.Event{}, event.Record{}, fmt.Errorf("read call: %w", err)
	}
	for _, part := range []*[]byte{&answer.Record.Raw, &answer.Record.BodyInput, &answer.Record.BodyOutput} {
		if len(*part) == 0 {
			*part = nil
		}
	}
	return answer.Event, answer.Record, nil
}

func (c *Client) sql(ctx context.Context, text string, limit int) (query.Table, error) {
	body, err := json.Marshal(wireSQL{Query: text, Limit: limit})
	if err != nil {
		return query.Table{}, fmt.Errorf("sql: %w", err)
	}
	var wire wireTable
	if err := c.do(ctx, http.MethodPost, "/api/sql", body, Reader{}, &wire); err != nil {
		return query.Table{}, fmt.Errorf("sql: %w", err)
	}
	return decodeTable(wire)
}

func (c *Client) quarantine(ctx context.Context, limit int) ([]store.Quarantined, error) {
	var items []store.Quarantined
	err := c.get(ctx, "/api/quarantine", url.Values{"limit": {strconv.Itoa(limit)}}, Reader{}, &items)
	if err != nil {
		return nil, fmt.Errorf("quarantine: %w", err)
	}
	return items, nil
}

func (c *Client) status(ctx context.Context) (Status, error) {
	var status Status
	if err := c.get(ctx, "/api/status", nil, Reader{}, &status); err != nil {
		return Status{}, fmt.Errorf("status: %w", err)
	}
	return status, nil
}

func (c *Client) sources(ctx context.Context) (Collection, error) {
	var all Collection
	if err := c.get(ctx, "/api/sources", nil, Reader{}, &all); err != nil {
		return Collection{}, fmt.Errorf("sources: %w", err)
	}
	return all, nil
}

func (c *Client) coverage(ctx context.Context, from, to time.Time) (Coverage, error) {
	var meter Coverage
	if err := c.get(ctx, "/api/coverage", writeSpan(from, to), Reader{}, &meter); err != nil {
		return Coverage{}, fmt.Errorf("coverage: %w", err)
	}
	return meter, nil
}

func (c *Client) inventory(ctx context.Context) (Inventory, error) {
	var known Inventory
	if err := c.get(ctx, "/api/inventory", nil, Reader{}, &known); err != nil {
		return Inventory{}, fmt.Errorf("inventory: %w", err)
	}
	return known, nil
}

func (c *Client) get(ctx context.Context, path string, values url.Values, by Reader, into any) error {
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return c.do(ctx, http.MethodGet, path, nil, by, into)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, by Reader, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://seismo.local"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, text := range map[string]string{headerActor: by.Actor, headerAction: by.Action, headerReason: by.Reason} {
		if text != "" {
			req.Header.Set(name, url.QueryEscape(text))
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the seismo that holds the database: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return readProblem(resp)
	}
	if err := json.UnmarshalRead(resp.Body, into, lenient); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func readProblem(resp *http.Response) error {
	p := &problem{Status: resp.StatusCode}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("status %d: %w", resp.StatusCode, err)
	}
	if err := json.Unmarshal(text, p); err != nil || p.Message == "" {
		return fmt.Errorf("status %d without an explanation", resp.StatusCode)
	}
	return p
}
