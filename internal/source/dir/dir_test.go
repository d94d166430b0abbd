package dir_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/source"
	"seismo/internal/source/dir"
)

// plant writes files below a fresh folder and makes it the current one.
func plant(t *testing.T, files map[string]string) {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
}

func deliveries(t *testing.T, paths ...string) []source.Delivery {
	t.Helper()
	src, err := dir.New(paths...)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var list []source.Delivery
	for {
		d, err := src.Receive(t.Context())
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
}

func keys(list []source.Delivery) []string {
	out := []string{}
	for _, d := range list {
		out = append(out, d.Object().Origin.Key)
	}
	return out
}

func TestListing(t *testing.T) {
	plant(t, map[string]string{
		"logs/b/2.json": "22", "logs/a/1.json": "1", "logs/a/1.txt": "", "logs/z.json": "zzz",
		"logs/.cache/x": "", "logs/[odd].json": "o", "other/q.json": "q", "logs/b/c/d/3.json": "3",
	})
	for _, c := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"a file", []string{"logs/z.json"}, []string{"logs/z.json"}},
		{"a path is cleaned", []string{"./logs//a/../z.json"}, []string{"logs/z.json"}},
		{"arguments keep their order and are not merged", []string{"other", "logs/z.json", "other/q.json"},
			[]string{"other/q.json", "logs/z.json", "other/q.json"}},
		{"a folder", []string{"logs"}, []string{"logs/.cache", "logs/[odd].json", "logs/a/1.json", "logs/a/1.txt",
			"logs/b/2.json", "logs/b/c/d/3.json", "logs/z.json"}},
		{"a glob of files", []string{"logs/*/*.json"}, []string{"logs/a/1.json", "logs/b/2.json"}},
		{"a glob of folders", []string{"lo*/b"}, []string{"logs/b/2.json", "logs/b/c/d/3.json"}},
		{"any number of folders", []string{"logs/**/*.json"},
			[]string{"logs/[odd].json", "logs/a/1.json", "logs/b/2.json", "logs/b/c/d/3.json", "logs/z.json"}},
		{"all below", []string{"logs/b/**"}, []string{"logs/b/2.json", "logs/b/c/d/3.json"}},
		{"a name that looks like a glob", []string{"logs/[odd].json"}, []string{"logs/[odd].json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, keys(deliveries(t, c.paths...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTotal(t *testing.T) {
	plant(t, map[string]string{"a/1": "12345", "a/2": "123", "b": "1"})
	src, err := dir.New("a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if files, bytes := src.Total(); files != 3 || bytes != 9 {
		t.Errorf("Total() = %d, %d; want 3, 9", files, bytes)
	}
}

func TestNothingThere(t *testing.T) {
	plant(t, map[string]string{"logs/a": ""})
	for path, want := range map[string]string{
		"logs/b":       "logs has nothing of the name b",
		"logz/2026/03": ". has nothing of the name logz",
		"logs/*.json":  "nothing matches",
		"logs/[":       "syntax error in pattern",
	} {
		if _, err := dir.New(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%q): %v; want %q in it", path, err, want)
		}
	}
}

func TestIdentity(t *testing.T) {
	plant(t, map[string]string{"a": "one"})
	id := func() string { return deliveries(t, "a")[0].Object().ID }
	first := id()
	abs, _ := filepath.Abs("a")
	if again := deliveries(t, abs)[0].Object().ID; again != first {
		t.Errorf("the same file under its absolute path is another object: %q, %q", again, first)
	}
	if err := os.WriteFile("a", []byte("three"), 0o644); err != nil {
		t.Fatal(err)
	}
	if id() == first {
		t.Error("a file with other content is the same object")
	}
}

func TestUnreadable(t *testing.T) {
	plant(t, map[string]string{"logs/.hidden": "x", "logs/good": "g", "logs/gone": "", "elsewhere/x": "x"})
	if err := os.Symlink("../elsewhere", "logs/link"); err != nil {
		t.Skip("this file system has no links")
	}
	if err := os.Symlink("nowhere", "logs/broken"); err != nil {
		t.Fatal(err)
	}
	list := deliveries(t, "logs")
	if err := os.Remove("logs/gone"); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range list {
		body, err := d.Open(t.Context())
		if err != nil {
			got[d.Object().Origin.Key] = "error"
			continue
		}
		text, _ := io.ReadAll(body)
		body.Close()
		got[d.Object().Origin.Key] = string(text)
		if err := d.Settle(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	want := map[string]string{"logs/.hidden": "error", "logs/good": "g", "logs/gone": "error",
		"logs/link": "error", "logs/broken": "error"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := list[0].Open(t.Context()); !errors.Is(err, dir.ErrHidden) {
		t.Errorf("a hidden file: %v", err)
	}
	if got := keys(deliveries(t, "logs/.hidden", "logs/link")); !cmp.Equal(got, []string{"logs/.hidden", "logs/link/x"}) {
		t.Errorf("hidden files and links that are named are read, got %q", got)
	}
}

func TestCancelled(t *testing.T) {
	plant(t, map[string]string{"a": ""})
	ctx, cancel := context.WithCancel(t.Context())
	src, err := dir.New("a")
	if err != nil {
		t.Fatal(err)
	}
	d, err := src.Receive(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := d.Open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
	if _, err := src.Receive(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Receive: %v", err)
	}
}
