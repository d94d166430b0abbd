package account_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"seismo/internal/account"
)

// Temporary credentials of a role would cross the network in the clear: that is the
// user's to decide, and said.
func TestEndpointThatOthersCanReadIsSaid(t *testing.T) {
	alone(t)
	for endpoint, want := range map[string]bool{
		"http://minio.example.com:9000": true, "http://192.0.2.1": true, "http://127.0.0.1.example.com": true, "http://[2001:db8::1]:80": true,
		"https://minio.example.com": false, "http://127.0.0.1:5000": false, "http://localhost:5000": false, "http://[::1]:5000": false, "": false,
	} {
		var log bytes.Buffer
		_, err := account.Open(context.Background(), account.Config{Endpoint: endpoint}, account.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), "can be read on the way"); got != want {
			t.Errorf("%s: said is %v", endpoint, got)
		}
	}
}
