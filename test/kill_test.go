package test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/test/process"
)

// TestKilledIngest kills ingests at random moments with SIGKILL, runs each again
// until it ends, and looks that no call is lost and none is there twice. The
// number of kills is SEISMO_KILLS, 20 by default; .ci/run asks for 200.
func TestKilledIngest(t *testing.T) {
	kills := 20
	if testing.Short() {
		kills = 5
	}
	if n, err := strconv.Atoi(os.Getenv("SEISMO_KILLS")); err == nil {
		kills = n
	}
	logs := filepath.Join(t.TempDir(), "logs")
	process.Seismo(t, "simulate", "--out", logs, "--calls", "600", "--seed", "11")
	reference := filepath.Join(t.TempDir(), "reference.duckdb")
	started := time.Now()
	process.Seismo(t, "ingest", "--db", reference, logs)
	usual := time.Since(started)
	want := process.Rows(t, reference)
	if strings.Count(want, "\n") < 600 {
		t.Fatalf("the reference holds too little:\n%.200s", want)
	}

	random := rand.New(rand.NewPCG(1, 2))
	for round := 0; kills > 0; round++ {
		db := filepath.Join(t.TempDir(), "killed.duckdb")
		for kills > 0 && killed(t, db, logs, time.Duration(random.Int64N(int64(usual)*5/4))) {
			kills--
		}
		process.Seismo(t, "ingest", "--db", db, logs)
		if diff := cmp.Diff(want, process.Rows(t, db)); diff != "" {
			t.Fatalf("round %d: killed and read again is not the same:\n%.2000s", round, diff)
		}
	}
}

// killed runs an ingest and kills it after a while; false when it ended before.
func killed(t *testing.T, db, logs string, after time.Duration) bool {
	t.Helper()
	cmd := process.Command("ingest", "--db", db, logs)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("an ingest that was not killed failed: %v", err)
	}
	return err != nil
}
