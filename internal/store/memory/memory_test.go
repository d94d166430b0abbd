package memory_test

import (
	"testing"

	"seismo/internal/store/memory"
	"seismo/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, cfg storetest.Config) storetest.Opened {
		s, err := memory.New(memory.Config{Keyring: cfg.Keyring, Mode: cfg.Mode, Mask: cfg.Mask})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
