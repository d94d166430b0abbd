package test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the state file is looked at as it lies there

	"seismo/internal/deploy"
	"seismo/internal/state"
	"seismo/test/standin"
)

// world is an account, and what seismo remembers of it.
type world struct {
	t     *testing.T
	cloud *standin.Cloud
	state string
	env   []string
}

func newWorld(t *testing.T, c *chore) *world {
	t.Helper()
	folder := t.TempDir()
	w := &world{t, standin.New(t), filepath.Join(folder, "aws.state"), []string{
		"AWS_ACCESS_KEY_ID=" + standin.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + standin.SecretKey,
		"AWS_CONFIG_FILE=" + filepath.Join(folder, "none"), "AWS_EC2_METADATA_DISABLED=true", "HOME=" + folder, "PATH=" + os.Getenv("PATH")}}
	c.prepare(w.cloud)
	return w
}

// picture is all that there is in an account. What Bedrock writes by itself when
// it is asked to log is no part of it.
type picture struct {
	Buckets map[string]map[string]string
	Roles   map[string]map[string]string
	Groups  []standin.LogGroup
	Logging map[string]any
	Trails  []map[string]any
	Keys    []standin.Key
	Stacks  map[string]string // by name the status and what it is made of
	Sets    int               // change sets that lie around
}

func (w *world) look() picture {
	c := w.cloud
	p := picture{c.Buckets(), c.Roles(), c.LogGroups(), c.Logging(standin.Region), c.Trails(), c.Keys(), map[string]string{}, c.Left()}
	for _, b := range p.Buckets {
		b["keys"] = strings.Join(slices.DeleteFunc(strings.Fields(b["keys"]),
			func(k string) bool { return strings.HasSuffix(k, "permission-check") }), " ")
		for name, text := range b {
			b[name] = anyKey(text)
		}
	}
	for i := range p.Groups {
		p.Groups[i].Created, p.Groups[i].Key = time.Time{}, anyKey(p.Groups[i].Key)
	}
	// A key can only be made to wait for its end.
	p.Keys = slices.DeleteFunc(p.Keys, func(k standin.Key) bool { return k.State == "PendingDeletion" })
	for i := range p.Keys {
		p.Keys[i].ID = anyKey(p.Keys[i].ID)
	}
	// One that an unfinished removal left waits for the next: in the end none may be there.
	p.Keys = slices.Compact(p.Keys)
	for name, s := range c.Stacks() {
		p.Stacks[name] = strings.Replace(s.Status, "UPDATE", "CREATE", 1) + " " + s.Tags[deploy.Tag] + " " + s.Template
	}
	return p
}

// anyKey makes keys of stacks alike: each stack makes its own.
func anyKey(text string) string { return stackKey.ReplaceAllString(text, "key-of-the-stack") }

var stackKey = regexp.MustCompile(`1234abcd-0000-0000-0000-\d{12}`)

// same holds the account against a picture.
func (w *world) same(when string, want picture) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.look(), equateEmpty); diff != "" {
		w.t.Errorf("%s, the account is not as it must be: -want +got:\n%s", when, diff)
	}
}

var equateEmpty = cmp.FilterValues(func(a, b any) bool { return empty(a) && empty(b) }, cmp.Ignore())

func empty(v any) bool {
	switch v := v.(type) {
	case []standin.Key:
		return len(v) == 0
	case []standin.LogGroup:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	}
	return false
}

// clean holds the account against what it was, and looks that seismo knows of
// nothing more to undo and that its file is whole.
func (w *world) clean(before picture) {
	w.t.Helper()
	w.same("all undone", before)
	db, err := sql.Open("sqlite", w.state)
	if err != nil {
		w.t.Fatal(err)
	}
	var says string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&says); err != nil || says != "ok" {
		w.t.Errorf("the state file is not whole: %q, %v", says, err)
	}
	if err := db.Close(); err != nil {
		w.t.Error(err)
	}
	s, err := state.Open(w.t.Context(), w.state)
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	left, err := s.Changes(w.t.Context(), "")
	if err != nil || len(left) > 0 {
		w.t.Errorf("after all is undone the journal holds %v, %v", left, err)
	}
	if wishes, err := s.Facts(w.t.Context(), "wish "); err != nil || len(wishes) > 0 {
		w.t.Errorf("after all is undone there are the wishes %v, %v", wishes, err)
	}
}
