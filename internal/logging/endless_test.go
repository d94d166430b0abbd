package logging_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/test/standin"
)

// circle answers some calls with a page that says each time that there are more.
type circle struct {
	next  http.RoundTripper
	pages *int
}

func (e circle) RoundTrip(r *http.Request) (*http.Response, error) {
	var body string
	kind := "text/xml"
	switch {
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".FilterLogEvents"):
		body, kind = `{"events":[],"nextToken":"again"}`, "application/x-amz-json-1.1"
	case lists(r):
		body = "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker></ListVersionsResult>"
	default:
		return e.next.RoundTrip(r)
	}
	*e.pages++
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestEndlessListsEnd: what cannot be looked through is neither empty nor waited for.
func TestEndlessListsEnd(t *testing.T) {
	for kind, name := range map[string]string{"AWS::S3::Bucket": "logs", "AWS::Logs::LogGroup": "/logs"} {
		synctest.Test(t, func(t *testing.T) {
			pages := 0
			c := standin.New(t)
			a, err := account.Open(t.Context(), c.Config(), account.Options{Client: circle{c.Transport(), &pages}})
			if err != nil {
				t.Fatal(err)
			}
			full, err := logging.HoldsLogs(t.Context(), a, here, kind, name)
			if err == nil || full || !strings.Contains(err.Error(), "come to an end") || pages > 1000 {
				t.Errorf("%s: %v, %v after %d pages", kind, full, err, pages)
			}
		})
	}
}
