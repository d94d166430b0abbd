package deploy_test

import (
	"testing"

	"seismo/internal/state"
	"seismo/test/standin"
)

// A removal that is broken off after logging was turned off goes on there: the
// other settings of its places are put back by the next one, whatever else is
// asked in between.
func TestDownGoesOnWhereItBrokeOff(t *testing.T) {
	memory, err := state.Open(t.Context(), t.TempDir()+"/state")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = memory.Close() })
	cloud, lines := world(t), new([]string)
	gives(cloud, "seismo", "prod")
	x := with(t, cloud, memory, false, lines)
	if _, err := x.Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	remove := cloud.Fault(standin.Fault{Service: "s3", Op: "DeletePublicAccessBlock", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	if _, err := x.Down(t.Context(), wish, false); err == nil || goes(cloud) != "" {
		t.Fatalf("logs go to %q, %v", goes(cloud), err)
	}
	remove()
	if _, err := x.Down(t.Context(), staging, false); err != nil {
		t.Fatal(err)
	}
	left, err := memory.Changes(t.Context(), "")
	if err != nil || len(left) == 0 {
		t.Fatalf("another environment's removal put back what is prod's: %v, %v", left, err)
	}
	if _, err := x.Down(t.Context(), wish, false); err != nil {
		t.Fatal(err)
	}
	if left, err = memory.Changes(t.Context(), ""); err != nil || len(left) > 0 {
		t.Errorf("still written down: %v, %v", left, err)
	}
}
