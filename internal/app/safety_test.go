package app

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// TestProbeChild is the child process of the tests below: this binary, started
// again with the arguments that seismo would get.
func TestProbeChild(t *testing.T) {
	args := flag.Args()
	if len(args) < 2 || args[0] != "db" || args[1] != "probe" {
		t.Skip("runs only as a child of other tests")
	}
	var c Probing
	flags := flag.NewFlagSet("probe", flag.ExitOnError)
	flags.StringVar(&c.Path, "db", "", "")
	flags.StringVar(&c.Memory, "memory", "", "")
	flags.Int64Var(&c.Limit, "limit", 0, "")
	flags.BoolVar(&c.Rows, "rows", false, "")
	flags.BoolVar(&c.Blocks, "blocks", false, "")
	flags.BoolVar(&c.Settle, "settle", false, "")
	if err := flags.Parse(args[2:]); err != nil {
		t.Fatal(err)
	}
	if err := Probe(t.Context(), c, os.Stdout); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("\n")
}

// myself starts this test binary as a child.
func myself() []string { return []string{os.Args[0], "-test.run=^TestProbeChild$", "--"} }

const objects = 24

func objectID(n int) string { return fmt.Sprintf("s3://example-logs/%d#e", n) }

// noise is text that does not get smaller by packing, so that what was said fills
// pages of its own.
func noise(n int) string {
	var text [24 << 10]byte
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(text[:])
	return base64.StdEncoding.EncodeToString(text[:])
}

// take appends the objects that the ledger does not know, as a source that lists
// its place from the beginning would.
func take(t testing.TB, a *App) {
	t.Helper()
	for n := range objects {
		seen, err := a.store.Done(t.Context(), []string{objectID(n)})
		if err != nil {
			t.Fatal(err)
		}
		if seen[objectID(n)] {
			continue
		}
		call := storetest.Talk(n, fmt.Sprintf("person%d@example.com", n%5), []string{fmt.Sprintf("What of zebra %d? %s", n, noise(n))}, "It is striped.")
		entry := store.Entry{Object: source.Object{ID: objectID(n), Cursor: &source.Cursor{Name: "place", Value: strconv.Itoa(n)}},
			Read: 2, Last: 2, Done: time.Now()}
		b := store.Batch{Events: []event.Event{call, storetest.Trail(call, n)}, Objects: []store.Entry{entry}}
		if _, err := a.store.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if n == objects/2 { // half of it in the file, half in the log
			if err := a.store.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// content is all that a database answers.
func content(t testing.TB, a *App) []string {
	t.Helper()
	page, err := a.store.Search(t.Context(), query.Query{Limit: query.MaxLimit, Oldest: true})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range page.Events {
		_, r, err := a.store.Record(t.Context(), e.ID)
		if err != nil && !errors.Is(err, store.ErrNotKept) && !errors.Is(err, store.ErrErased) {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s %s %s %s", e.ID, e.Person, e.Time, e.Trail.ID, r.Raw))
	}
	return out
}

// killed is a database as a killed process leaves it: with a log, and its folder's
// other files.
type killed struct {
	files map[string][]byte
	want  []string
}

func leaveBehind(t testing.TB, mode store.Mode) killed {
	t.Helper()
	dir := t.TempDir()
	a, err := Open(t.Context(), Config{DB: filepath.Join(dir, "a.duckdb"), Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	take(t, a)
	if err := a.Mark(t.Context()); err != nil {
		t.Fatal(err)
	}
	k := killed{files: make(map[string][]byte), want: content(t, a)}
	for _, end := range []string{"", ".wal", ".key", ".state", ".state-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, "a.duckdb"+end))
		if err != nil {
			t.Fatal(err)
		}
		k.files["a.duckdb"+end] = data
	}
	return k
}

// in puts the files into a new folder, one of them changed.
func (k killed) in(t testing.TB, name string, change func([]byte) []byte) Config {
	t.Helper()
	dir := t.TempDir()
	for file, data := range k.files {
		if file == name {
			data = change(append([]byte{}, data...))
		}
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Config{DB: filepath.Join(dir, "a.duckdb"), Self: myself(), Heal: true, Log: slog.New(slog.DiscardHandler)}
}

func garbage(b []byte) []byte { b[len(b)/2] ^= 0x10; return b }

// healed opens a damaged database, reads again what is missing, and holds that it
// answers as it did.
func (k killed) healed(t testing.TB, cfg Config) *Incident {
	t.Helper()
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	take(t, a)
	if diff := cmp.Diff(k.want, content(t, a)); diff != "" {
		t.Errorf("%v: (-want +got):\n%s", a.incident, diff)
	}
	return a.incident
}

// Test26aLogThatDoesNotReplay starts with a log that DuckDB refuses: the log alone
// moves aside, and what it held is read again.
func Test26aLogThatDoesNotReplay(t *testing.T) {
	k := leaveBehind(t, store.Full)
	cfg := k.in(t, "a.duckdb.wal", garbage)
	one := cfg
	one.Heal = false
	if a, err := Open(t.Context(), one); !errors.Is(err, duckdb.ErrDamaged) {
		t.Errorf("a command that does not heal: %v, %v", a, err)
	} else if h := new(hinted); !errors.As(err, &h) || !strings.Contains(h.Hint(), "seismo db recover") {
		t.Errorf("the error says not what to do: %v", err)
	}
	incident := k.healed(t, cfg)
	if incident == nil || incident.Fresh || len(incident.Moved) != 1 || !strings.HasSuffix(incident.Moved[0], ".wal") || incident.Lost == 0 {
		t.Errorf("incident %+v, want only the log moved", incident)
	}
	if list := aside(cfg.DB); len(list) != 1 {
		t.Errorf("aside lies %v", list)
	}
	if again := k.healed(t, cfg); again != nil {
		t.Errorf("the next start: %+v", again)
	}
}

// TestDamagedFile starts with a file that DuckDB refuses: file and log move aside.
func TestDamagedFile(t *testing.T) {
	k := leaveBehind(t, store.Full)
	cfg := k.in(t, "a.duckdb", func(b []byte) []byte { clear(b[:16<<10]); return b })
	incident := k.healed(t, cfg)
	if incident == nil || !incident.Fresh || len(incident.Moved) != 2 {
		t.Errorf("incident %+v, want both moved", incident)
	}
	c, err := Describe(t.Context(), cfg)
	if err != nil || c.Incident == nil || !c.Incident.Fresh || len(c.Aside) != 2 || c.Calls != objects {
		t.Errorf("described as %+v, %v", c, err)
	}
}

// TestModeOutlivesDamage holds that what began as metadata never comes back as
// full.
func TestModeOutlivesDamage(t *testing.T) {
	k := leaveBehind(t, store.Metadata)
	for name, change := range map[string]func([]byte) []byte{"a.duckdb": garbage, "a.duckdb.wal": garbage,
		"": nil} {
		cfg := k.in(t, name, change)
		if name == "" { // the file is gone, the log is not
			if err := os.Remove(cfg.DB); err != nil {
				t.Fatal(err)
			}
		}
		if name == "a.duckdb" {
			if err := os.WriteFile(cfg.DB, []byte("no database at all, but long enough to be read as a header"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		a, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if a.store.Mode() != store.Metadata || a.incident == nil {
			t.Errorf("%q damaged: mode %s, %v", name, a.store.Mode(), a.incident)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	cfg := k.in(t, "a.duckdb", func([]byte) []byte { return []byte("nothing") })
	s, _, err := openKeys(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(s.Remember(t.Context(), factMode, ""), s.Close())
	if err != nil {
		t.Fatal(err)
	}
	if a, err := Open(t.Context(), cfg); err == nil {
		t.Errorf("a database of an unknown mode begins anew as %s", errors.Join(a.Close(), errors.New(string(a.cfg.Mode))))
	}
	if _, err := os.Stat(cfg.DB); err != nil {
		t.Errorf("it was moved although nothing could take its place: %v", err)
	}
	cfg.Mode = store.Metadata
	if incident := k.healed(t, cfg); incident == nil {
		t.Error("with its mode named it does not begin anew")
	}
}

// TestChildren holds that a child that aborts or hangs is damage, and does not
// take this process with it.
func TestChildren(t *testing.T) {
	k := leaveBehind(t, store.Full)
	cfg := k.in(t, "", nil)
	for script, want := range map[string]string{
		"kill -ABRT $$":             "ended the process",
		"kill -SEGV $$":             "ended the process",
		"exit 3":                    "ended the process",
		"while :; do :; done":       "did not get any further",
		"echo; echo; sleep 1000":    "did not get any further",
		`echo '{"state":"memory"}'`: "",
		`for i in 1 2 3; do echo; sleep 0.3; done; echo '{"state":"whole"}'`: "",
	} {
		p := prober{self: []string{"/bin/sh", "-c", script}, silence: 500 * time.Millisecond}
		v, err := p.probe(t.Context(), duckdb.Checking{Path: cfg.DB})
		if err != nil || want != "" && (v.State != damaged || !strings.Contains(v.Detail, want)) || want == "" && !strings.Contains(script, v.State) {
			t.Errorf("%s: %+v, %v", script, v, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (prober{self: myself()}).probe(ctx, duckdb.Checking{Path: cfg.DB}); !errors.Is(err, context.Canceled) {
		t.Errorf("a start that is stopped: %v", err)
	}
	cfg.Self = []string{"/bin/sh", "-c", "kill -ABRT $$"}
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.incident == nil || !a.incident.Fresh {
		t.Errorf("incident %+v", a.incident)
	}
}

// TestDamagedAgain holds that a disk that damages one database after the other is
// not filled with them.
func TestDamagedAgain(t *testing.T) {
	k := leaveBehind(t, store.Full)
	cfg := k.in(t, "", nil)
	for range mostAside + 3 {
		if err := os.WriteFile(cfg.DB, []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := Open(t.Context(), cfg)
		if err == nil {
			err = a.Close()
		}
		if n := len(aside(cfg.DB)); n > mostAside || (err != nil) != (n >= mostAside && there(cfg.DB) && size(cfg.DB) < 10) {
			t.Fatalf("%d lie aside, %v", n, err)
		}
	}
}

// TestCutLog holds that a log that ends early, which is no damage to DuckDB, is
// noticed, and read again.
func TestCutLog(t *testing.T) {
	k := leaveBehind(t, store.Full)
	cfg := k.in(t, "a.duckdb.wal", func(b []byte) []byte { return b[:len(b)*3/4] })
	incident := k.healed(t, cfg)
	if incident == nil || incident.Fresh || incident.Lost == 0 || len(incident.Moved) > 0 {
		t.Errorf("incident %+v", incident)
	}
}

// TestErasedStayErased erases a person and damages the log in which the rows lost
// the name.
func TestErasedStayErased(t *testing.T) {
	k := leaveBehind(t, store.Full)
	cfg := k.in(t, "a.duckdb.wal", garbage)
	s, keys, err := openKeys(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(keys.Erase(t.Context(), store.PersonOwner("person1@example.com")), s.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	take(t, a)
	all := strings.Join(content(t, a), "\n")
	if strings.Contains(all, "person1@example.com") || !strings.Contains(all, "person2@example.com") {
		t.Error("who was erased is back")
	}
}

// TestDamage cuts, flips and zeroes files at random points and starts: what the
// database answers afterwards is what it answered before. SEISMO_DAMAGE is how
// many times.
func TestDamage(t *testing.T) {
	n := 12
	if testing.Short() {
		n = 6
	}
	if given, err := strconv.Atoi(os.Getenv("SEISMO_DAMAGE")); err == nil {
		n = given
	}
	k := leaveBehind(t, store.Full)
	kinds := []func([]byte) []byte{
		func(b []byte) []byte { return b[:rand.IntN(len(b))] },
		func(b []byte) []byte { b[rand.IntN(len(b))] ^= 1 << rand.IntN(8); return b },
		func(b []byte) []byte { clear(b[rand.IntN(len(b)):]); return b },
	}
	noticed := 0
	for i := range n {
		file := []string{"a.duckdb.wal", "a.duckdb"}[i/len(kinds)%2]
		cfg := k.in(t, file, kinds[i%len(kinds)])
		if k.healed(t, cfg) != nil {
			noticed++
		}
		if t.Failed() {
			t.Fatalf("kind %d of damage to %s", i%len(kinds), file)
		}
		if err := os.RemoveAll(filepath.Dir(cfg.DB)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d damages, %d noticed; the others were to what is not used", n, noticed)
	if noticed < n/2 {
		t.Errorf("of %d damages only %d were noticed", n, noticed)
	}
}
