package app

import (
	"bytes"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/go-json-experiment/json"

	"seismo/internal/store/duckdb"
)

// Names of files may hold any bytes. Whatever is wrong with such a file, the child
// has something to say: one that ends without a word counts as damage.
func TestProbeOfNamesThatAreNoText(t *testing.T) {
	for _, name := range []string{"\xff\xfe", strings.Repeat("ж", 100), "a" + strings.Repeat("ж", 100)} {
		path := filepath.Join(t.TempDir(), strings.Repeat(name+"/", 2), "none.duckdb")
		var out bytes.Buffer
		if err := Probe(t.Context(), Probing{Checking: duckdb.Checking{Path: path}}, &out); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		var v verdict
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &v); err != nil || v.State == "" || v.bad() {
			t.Errorf("%q: %+v, %v", name, v, err)
		}
	}
}

// A child that was sent away says nothing of the database; one that crashed does.
func TestChildThatIsSentAway(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals")
	}
	for script, want := range map[string]string{
		"kill -TERM $$": failed, "kill -INT $$": failed, "kill -HUP $$": failed, "exit 1": failed,
		"kill -ABRT $$": damaged, "kill -SEGV $$": damaged, "exit 2": damaged, "exit 0": damaged,
		`echo '{"state":"whole"}'; kill -TERM $$`: whole,
	} {
		if strings.Contains(script, "-HUP") && signal.Ignored(syscall.SIGHUP) {
			continue // as below nohup: children inherit that
		}
		p := prober{self: []string{"/bin/sh", "-c", script}}
		if v, err := p.probe(t.Context(), duckdb.Checking{Path: "x"}); err != nil || v.State != want {
			t.Errorf("%s: %+v, %v", script, v, err)
		}
	}
}
