package logging_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/internal/state"
	"seismo/test/standin"
)

// book is a journal and a memory that a test holds in its hands.
type book struct {
	mu      sync.Mutex
	changes []state.Change
	facts   map[string]string
	power   *power
}

func newBook() *book { return &book{facts: map[string]string{}} }

func (b *book) Begin(_ context.Context, c state.Change) error {
	return b.write(func() {
		at := slices.IndexFunc(b.changes, func(o state.Change) bool { return o.Scope == c.Scope && o.Setting == c.Setting })
		if at < 0 {
			b.changes = append(b.changes, c)
			return
		}
		b.changes[at].After, b.changes[at].Begun = c.After, c.Begun
	})
}

func (b *book) Forget(_ context.Context, scope, setting string) error {
	return b.write(func() {
		b.changes = slices.DeleteFunc(b.changes, func(o state.Change) bool { return o.Scope == scope && o.Setting == setting })
	})
}

func (b *book) Changes(_ context.Context, scope string) ([]state.Change, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []state.Change
	for _, c := range b.changes {
		if scope == "" || c.Scope == scope {
			list = append(list, c)
		}
	}
	return list, nil
}

func (b *book) Fact(_ context.Context, name string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.facts[name], nil
}

func (b *book) Facts(_ context.Context, prefix string) (map[string]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := maps.Clone(b.facts)
	maps.DeleteFunc(found, func(name, _ string) bool { return !strings.HasPrefix(name, prefix) })
	return found, nil
}

func (b *book) Remember(_ context.Context, name, value string) error {
	return b.write(func() {
		if b.facts[name] = value; value == "" {
			delete(b.facts, name)
		}
	})
}

// write does something with the power on; both sides of it are boundaries.
func (b *book) write(do func()) error {
	if err := b.power.boundary(); err != nil {
		return err
	}
	b.mu.Lock()
	do()
	b.mu.Unlock()
	return b.power.boundary()
}

// power goes off at one boundary, as a kill does: from then on nothing more
// happens, neither to the account nor to what is written down.
type power struct {
	mu     sync.Mutex
	seen   int
	at     int // the boundary at which it goes off; 0 is never
	cancel context.CancelFunc
}

func (p *power) boundary() error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen++; p.at > 0 && p.seen >= p.at {
		p.cancel()
		return context.Canceled
	}
	return nil
}

func (p *power) off() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at > 0 && p.seen >= p.at
}

// wire lets calls through while there is power.
type wire struct {
	next  http.RoundTripper
	power *power
}

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if reads(r) {
		if w.power.off() {
			return nil, context.Canceled
		}
		return w.next.RoundTrip(r)
	}
	if err := w.power.boundary(); err != nil {
		return nil, err
	}
	resp, err := w.next.RoundTrip(r)
	if off := w.power.boundary(); off != nil && err == nil {
		resp.Body.Close()
		return nil, off
	}
	return resp, err
}

// reads reports whether a call changes nothing: between two that do, it is all the
// same where a kill comes.
func reads(r *http.Request) bool {
	op := r.Header.Get("X-Amz-Target")
	op = op[strings.LastIndexByte(op, '.')+1:]
	if op == "" && r.GetBody != nil && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		body, err := r.GetBody()
		if err != nil {
			return false
		}
		text, err := io.ReadAll(body)
		_, op, _ = strings.Cut(string(text), "Action=")
		if err != nil {
			return false
		}
	}
	if op == "" {
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	return slices.ContainsFunc([]string{"Get", "List", "Describe", "Filter"}, func(p string) bool { return strings.HasPrefix(op, p) })
}

// tool opens a tool on a cloud; p may be nil.
func tool(t *testing.T, c *standin.Cloud, b *book, p *power) *logging.Tool {
	t.Helper()
	cfg := c.Config()
	a, err := account.Open(t.Context(), cfg, account.Options{Client: wire{c.Transport(), p}})
	if err != nil {
		t.Fatal(err)
	}
	b.power = p
	return logging.New(a, logging.Options{Journal: b, Memory: b, Pause: func(context.Context, time.Duration) {}})
}

// both is the wish of everything, to both destinations.
func both() logging.Wish {
	return logging.Wish{Environment: "prod", S3: true, CloudWatch: true,
		Data: logging.Data{Text: true, Image: true, Embedding: true, Video: true, Audio: true}}
}

func enable(ctx context.Context, tool *logging.Tool, w logging.Wish, regions ...string) error {
	plans, errs := tool.Plan(ctx, w, regions)
	if err := logging.Join(errs); err != nil {
		return err
	}
	return logging.Join(tool.Apply(ctx, plans))
}

func disable(ctx context.Context, tool *logging.Tool, how logging.Undoing, regions ...string) error {
	plans, errs := tool.PlanDisable(ctx, regions, how)
	if err := logging.Join(errs); err != nil {
		return err
	}
	return logging.Join(tool.Disable(ctx, plans, how))
}

// picture is all that logging touches in a cloud. Bedrock's empty objects are no
// part of it: Bedrock writes them itself.
type picture struct {
	Buckets map[string]map[string]string
	Roles   map[string]map[string]string
	Groups  []standin.LogGroup
	Logging map[string]any
	Trails  []map[string]any
	Keys    []standin.Key
}

func look(c *standin.Cloud, region string) picture {
	p := picture{c.Buckets(), c.Roles(), c.LogGroups(), c.Logging(region), c.Trails(), c.Keys()}
	for _, b := range p.Buckets {
		b["keys"] = strings.Join(slices.DeleteFunc(strings.Fields(b["keys"]),
			func(k string) bool { return strings.HasSuffix(k, "permission-check") }), " ")
	}
	for i := range p.Groups {
		p.Groups[i].Created = time.Time{}
	}
	return p
}
