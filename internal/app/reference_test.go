package app

import (
	"strings"
	"testing"

	"seismo/internal/config"
)

// TestEveryKeyHasAMeaning holds that nothing can be configured that the
// reference does not explain.
func TestEveryKeyHasAMeaning(t *testing.T) {
	for _, s := range sections() {
		for _, k := range config.Describe(s.shape) {
			if k.Help == "" && !strings.HasPrefix(k.Name, "file_selectors") {
				t.Errorf("%s: %s has no meaning", s.title, k.Name)
			}
		}
	}
}
