package test

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the state file is looked at as it lies there

	"seismo/internal/deploy"
	"seismo/internal/state"
	"seismo/test/standin"
)

// world is an account, and what seismo remembers of it.
type world struct {
	t       *testing.T
	cloud   *standin.Cloud
	state   string
	env     []string
	regions string
	journal string // as it is found
}

func newWorld(t *testing.T, c *chore) *world {
	t.Helper()
	folder := t.TempDir()
	w := &world{t: t, cloud: standin.New(t), state: filepath.Join(folder, "aws.state"), regions: cmp.Or(c.regions, standin.Region), env: []string{
		"AWS_ACCESS_KEY_ID=" + standin.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + standin.SecretKey,
		"AWS_CONFIG_FILE=" + filepath.Join(folder, "none"), "AWS_EC2_METADATA_DISABLED=true", "HOME=" + folder, "PATH=" + os.Getenv("PATH")}}
	c.prepare(w.cloud)
	for _, args := range c.earlier {
		w.run(args, 0)
	}
	w.journal = w.remembered()
	return w
}

// picture is all that there is in an account. What Bedrock writes by itself when
// it is asked to log is no part of it.
type picture struct {
	Buckets map[string]map[string]string
	Roles   map[string]map[string]string
	Groups  []standin.LogGroup
	Logging []map[string]any // by Region
	Trails  []map[string]any
	Keys    []standin.Key
	Stacks  map[string]string // by name the status and what it is made of
	Sets    int               // change sets that lie around
}

func (w *world) look() picture {
	c := w.cloud
	p := picture{c.Buckets(), c.Roles(), c.LogGroups(), nil, c.Trails(), c.Keys(), map[string]string{}, c.Left()}
	for region := range strings.SplitSeq(w.regions, ",") {
		p.Logging = append(p.Logging, c.Logging(region))
	}
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
	slices.SortFunc(p.Keys, func(a, b standin.Key) int { return cmp.Compare(a.Region, b.Region) })
	slices.SortFunc(p.Groups, func(a, b standin.LogGroup) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Name, b.Name))
	})
	// One that an unfinished removal left waits for the next: in the end none may be there.
	p.Keys = slices.Compact(p.Keys)
	for _, s := range c.AllStacks() {
		parameters := maps.Clone(s.Parameters)
		delete(parameters, "KmsKeyArn") // a stack goes on with the key of what it takes in
		p.Stacks[s.Region+" "+s.Name] = anyKey(fmt.Sprint(undone.ReplaceAllString(s.Status, "CREATE"), s.Tags[deploy.Tag], parameters, s.Template))
	}
	return p
}

// anyKey makes keys of stacks alike: each stack makes its own.
func anyKey(text string) string { return stackKey.ReplaceAllString(text, "key-of-the-stack") }

// undone are the ways in which a stack comes to what it shall be.
var undone = regexp.MustCompile(`^(UPDATE_ROLLBACK|UPDATE)`)

var stackKey = regexp.MustCompile(`1234abcd-0000-0000-0000-\d{12}`)

// same holds the account against a picture.
func (w *world) same(when string, want picture) {
	w.t.Helper()
	if diff := gocmp.Diff(want, w.look(), equateEmpty); diff != "" {
		w.t.Errorf("%s, the account is not as it must be: -want +got:\n%s", when, diff)
	}
}

var equateEmpty = gocmp.FilterValues(func(a, b any) bool { return empty(a) && empty(b) }, gocmp.Ignore())

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
// nothing to undo that it did not know before and that its file is whole.
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
	if now := w.remembered(); now != w.journal {
		w.t.Errorf("after all is undone seismo remembers\n%s\nand before\n%s", now, w.journal)
	}
}

// remembered is what seismo knows how to undo, and what was wished of it.
func (w *world) remembered() string {
	w.t.Helper()
	if _, err := os.Stat(w.state); errors.Is(err, fs.ErrNotExist) { // and it is not to be made here
		return fmt.Sprint(map[string]string{})
	}
	s, err := state.Open(w.t.Context(), w.state)
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	list, err := s.Changes(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	wishes, err := s.Facts(w.t.Context(), "wish ")
	if err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintln(&b, c.Setting, c.Before, c.After)
	}
	fmt.Fprint(&b, wishes)
	return b.String()
}
