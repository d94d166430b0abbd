package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/internal/config"
)

type common struct {
	Region string        `yaml:"region" help:"where"`
	Key    config.Secret `yaml:"key" help:"who"`
}

type file struct {
	Name    string            `yaml:"name" help:"what it is called"`
	Every   config.Duration   `yaml:"every"`
	Most    config.Size       `yaml:"most"`
	Count   int               `yaml:"count"`
	Share   float64           `yaml:"share"`
	On      bool              `yaml:"on"`
	Maybe   *bool             `yaml:"maybe"`
	List    []string          `yaml:"list"`
	Common  common            `yaml:",inline"`
	SQS     sqs               `yaml:"sqs"`
	Named   map[string]common `yaml:"named"`
	Sources []config.Part     `yaml:"sources"`
}

type sqs struct {
	WaitTime config.Duration `yaml:"wait_time" help:"how long"`
}

func env(name string) (string, bool) {
	v, ok := map[string]string{"KEY": "wJalr: {x", "N": "7", "EMPTY": ""}[name]
	return v, ok
}

func TestDecode(t *testing.T) {
	text := `
name: a ${N} b $${N}
every: 30d
most: 10MiB
count: ${N}
share: 0.5
on: true
maybe: false
list: one
region: eu-west-1
key: ${KEY}
sqs.wait_time: 5s
named:
  prod: {region: us-east-1}
sources:
  - kind: x
    list: [a, b]
`
	part, err := config.Parse("seismo.yaml", []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	var got file
	if err := part.Decode(&got); err != nil {
		t.Fatal(err)
	}
	no := false
	want := file{Name: "a 7 b ${N}", Every: config.Duration(720 * time.Hour), Most: 10 << 20, Count: 7, Share: 0.5, On: true,
		Maybe: &no, List: []string{"one"}, Common: common{"eu-west-1", "wJalr: {x"}, SQS: sqs{config.Duration(5 * time.Second)},
		Named: map[string]common{"prod": {Region: "us-east-1"}}, Sources: got.Sources}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b config.Part) bool { return a.Path() == b.Path() })); diff != "" {
		t.Error(diff)
	}
	var inner struct {
		List []string `yaml:"list"`
	}
	if err := got.Sources[0].Decode(&inner, "kind"); err != nil || len(inner.List) != 2 {
		t.Error(inner, err)
	}
}

// TestFaults reads pages of a file that is wrong, and the error it must give:
// the key, the line and the remedy, and never a value.
func TestFaults(t *testing.T) {
	pages, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, page := range pages {
		a, err := txtar.ParseFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(a.Files); i += 2 {
			name, text, want := a.Files[i].Name, a.Files[i].Data, strings.TrimSpace(string(a.Files[i+1].Data))
			t.Run(name, func(t *testing.T) {
				part, err := config.Parse("seismo.yaml", text, env)
				if err == nil {
					err = part.Decode(&file{})
				}
				var fault *config.Fault
				if !errors.As(err, &fault) {
					t.Fatalf("no fault: %v", err)
				}
				if got := fault.Error() + "\n" + fault.Hint(); strings.TrimSpace(got) != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	for _, text := range []string{"key: [hunter2]", "count: hunter2", "every: hunter2", "on: hunter2", "hunter2", "key: 'hunter2", "sqs: hunter2"} {
		part, err := config.Parse("seismo.yaml", []byte(text), env)
		if err == nil {
			err = part.Decode(&file{})
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	keys := config.Describe(reflect.TypeFor[file]())
	var got []string
	for _, k := range keys {
		got = append(got, k.Name+" "+k.Type)
	}
	want := []string{"name text", "every duration", "most size", "count number", "share number", "on true or false",
		"maybe true or false", "list list", "region text", "key secret", "sqs.wait_time duration", "named mapping", "sources list"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := config.Read(filepath.Join(t.TempDir(), "no.yaml"), env); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("name: a\nsources:\n  - x: ${N}\n")
	f.Add("sqs.wait_time: 5s\n&a b: *a\n")
	f.Fuzz(func(t *testing.T, text string) {
		part, err := config.Parse("f", []byte(text), env)
		if err == nil {
			err = part.Decode(&file{})
		}
		var fault *config.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("%T: %v", err, err)
		}
	})
}

// A file is read up to the limit, whatever it says of its length.
func TestEndlessFileIsRefused(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("there is no endless file here")
	}
	var fault *config.Fault
	if _, err := config.Read("/dev/zero", nil); !errors.As(err, &fault) || !strings.Contains(fault.What, "longer than 4 MiB") {
		t.Errorf("%v", err)
	}
}
