package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"seismo/internal/deploy"
)

func TestAConfigurationThatMayNotBeReadSaysWhoMust(t *testing.T) {
	denied := fmt.Errorf("read the configuration: %w", &fs.PathError{Op: "open", Path: "/etc/seismo/seismo.yaml", Err: fs.ErrPermission})
	if hint := unreadable(denied, 10001); !strings.Contains(hint, "user 10001") || !strings.Contains(hint, "chown 10001 /etc/seismo/seismo.yaml") {
		t.Errorf("it advises %q", hint)
	}
	if hint := unreadable(denied, -1); strings.Contains(hint, "chown") {
		t.Errorf("on Windows it advises %q", hint)
	}
	var wrong *usageError
	if err := badConfig(denied); !errors.As(err, &wrong) || !strings.Contains(hintOf(err), "/etc/seismo/seismo.yaml") {
		t.Errorf("%v, advice %q", err, hintOf(err))
	}
}

// TestTheContainerCanReadWhatItMounts holds the snippet's user against the owner
// of the file that it says to mount.
func TestTheContainerCanReadWhatItMounts(t *testing.T) {
	text, err := deploy.Snippet("container")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-o 10001 seismo.yaml /etc/seismo/seismo.yaml", "--user 10001", "-v /etc/seismo/seismo.yaml:/etc/seismo/seismo.yaml:ro", "--uid 10001"} {
		if !strings.Contains(text, want) {
			t.Errorf("the snippet has no %q", want)
		}
	}
}
