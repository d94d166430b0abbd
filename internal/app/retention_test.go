package app

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"seismo/internal/store"
	"seismo/internal/store/duckdb"
)

// TestRetain lets go of what is old, and of nothing where nothing has an age.
func TestRetain(t *testing.T) {
	a, err := Open(t.Context(), Config{DB: filepath.Join(t.TempDir(), "a.duckdb"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	take(t, a)
	var none *File
	a.retain(t.Context(), none.ages())
	if n := len(content(t, a)); n != objects {
		t.Errorf("%d calls are left, want all %d", n, objects)
	}
	a.retain(t.Context(), store.Retention{Rows: time.Hour})
	if n := len(content(t, a)); n != 0 {
		t.Errorf("%d calls are left of long ago", n)
	}
}

// TestDamageMetWhileRunning damages what was said in a way that no start notices:
// whoever reads it gets an error, and the next start begins anew.
func TestDamageMetWhileRunning(t *testing.T) {
	db := filepath.Join(t.TempDir(), "a.duckdb")
	cfg := Config{DB: db, Self: myself(), Heal: true, Log: slog.New(slog.DiscardHandler)}
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	take(t, a)
	k := killed{want: content(t, a)}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	hide(t, db)
	if a, err = Open(t.Context(), cfg); err != nil || a.incident != nil {
		t.Fatalf("%v, %v", a.incident, err)
	}
	if err := errors.Join(a.suspect(t.Context()), a.store.Damage()); err != nil {
		t.Fatalf("before anything is read: %v", err)
	}
	met := error(nil)
	for n := range objects {
		_, _, err := a.store.Record(t.Context(), firstID(t, a, n))
		met = errors.Join(met, err)
	}
	if !errors.Is(met, duckdb.ErrDamaged) || a.store.Damage() == nil {
		t.Fatalf("what is damaged is read: %v", met)
	}
	if err := errors.Join(a.suspect(t.Context()), a.Close()); err != nil {
		t.Fatal(err)
	}
	if incident := k.healed(t, cfg); incident == nil || !incident.Fresh {
		t.Errorf("the next start: %+v", incident)
	}
	if incident := k.healed(t, cfg); incident != nil {
		t.Errorf("the one after it: %+v", incident)
	}
}

// hide damages a file where only what lies sealed is.
func hide(t *testing.T, db string) {
	t.Helper()
	data, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	for at := 12<<10 + 2000; at < len(data); at += 128 << 10 {
		data[at] ^= 1
		if err := os.WriteFile(db, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, rows := duckdb.Check(t.Context(), duckdb.Checking{Path: db, Rows: true})
		_, blocks := duckdb.Check(t.Context(), duckdb.Checking{Path: db, Rows: true, Blocks: true})
		if rows == nil && errors.Is(blocks, duckdb.ErrDamaged) {
			return
		}
		data[at] ^= 1
	}
	t.Fatal("no page of this file holds only what is sealed")
}

func firstID(t *testing.T, a *App, n int) string {
	t.Helper()
	table, err := a.store.SQL(t.Context(), `select id from calls order by "time"`, objects)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := table.Rows[n][0].(string)
	return id
}
