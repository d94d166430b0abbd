package cli

import (
	"testing"

	"seismo/internal/config"
)

// What an account offers, such as the prefix that its logging has, means itself in
// the file: no further key, and nothing of this process's environment.
func TestAnswersMeanThemselves(t *testing.T) {
	t.Setenv("SEISMO_TEST_SECRET", "secret")
	for _, text := range []string{
		"${SEISMO_TEST_SECRET}", "a$${SEISMO_TEST_SECRET}", "${none:-x}", "x\nendpoint: y", "\"", "' #", "*a", "&a", "\\", "a\x1b[2J\x00\x07\x7f\u202e", "- 1", "😀", "",
	} {
		part, err := config.Parse("seismo.yaml", []byte("name: "+literal(text)+"\n"), nil)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var got struct {
			Name string `yaml:"name"`
		}
		if err := part.Decode(&got); err != nil || got.Name != text {
			t.Errorf("%q is read back as %q, %v", text, got.Name, err)
		}
	}
}
