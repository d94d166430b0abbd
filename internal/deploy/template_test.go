package deploy

import (
	"os"
	"path/filepath"
	"testing"
)

// CloudFormation takes a template in a request of at most 51,200 bytes.
func TestTemplatesFitIntoRequests(t *testing.T) {
	for _, name := range TemplateNames() {
		text, err := Text(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 51_200 {
			t.Errorf("%s has %d bytes", name, len(text))
		}
		if dir := os.Getenv("SEISMO_TEMPLATES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
