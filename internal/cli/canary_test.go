package cli

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"seismo/internal/app"
	"seismo/internal/ctl"
)

func TestACanarySaysThatNobodyCollects(t *testing.T) {
	s := &shell{cfg: app.Config{DB: filepath.Join(t.TempDir(), "seismo.duckdb")}}
	if _, err := s.stored(t.Context(), "a"); !errors.Is(err, ctl.ErrNoCollector) || !strings.Contains(err.Error(), "there is no database") {
		t.Errorf("without a database: %v", err)
	}
	a, err := app.Open(t.Context(), s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.stored(t.Context(), "a"); !errors.Is(err, ctl.ErrNoCollector) || !strings.Contains(err.Error(), "no seismo holds") {
		t.Errorf("with a database that nobody holds: %v", err)
	}
}
