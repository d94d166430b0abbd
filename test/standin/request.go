package standin

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// protocol is how a request and its answer are written.
type protocol int

const (
	rest protocol = iota
	awsJSON
	query
	rpcCBOR
)

// request is one call on its way to its operation.
type request struct {
	service, op, region, accessKey, subject string
	http                                    *http.Request
	body                                    []byte
	form                                    url.Values // of the query protocol
	proto                                   protocol
	fault                                   verdict
}

// answer is what an operation gives when it writes bytes and headers itself. A
// body that has no end in memory is a reader; length is what is promised of it.
type answer struct {
	status int
	header http.Header
	body   io.Reader
	length int64
}

// failure is an error as AWS reports it.
type failure struct {
	status        int
	code, message string
	header        http.Header
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// fail makes a failure.
func fail(status int, code, format string, args ...any) error {
	return &failure{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// read reads what was sent and finds out what is asked.
func (c *Cloud) read(h *http.Request) (*request, error) {
	r := &request{http: h}
	if h.Body != nil {
		body, err := io.ReadAll(h.Body)
		h.Body.Close()
		if err != nil {
			return r, err
		}
		r.body = body
	}
	r.scope()
	switch target := h.Header.Get("X-Amz-Target"); {
	case target != "":
		r.proto = awsJSON
		r.op = target[strings.LastIndexByte(target, '.')+1:]
		r.subject = string(r.body)
	case strings.HasPrefix(h.URL.Path, "/service/"):
		r.proto = rpcCBOR
		r.op = h.URL.Path[strings.LastIndexByte(h.URL.Path, '/')+1:]
		r.subject = string(r.body)
	case strings.HasPrefix(h.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.service != "s3":
		r.proto = query
		r.form, _ = url.ParseQuery(string(r.body)) // what cannot be parsed is not there
		r.op = r.form.Get("Action")
		r.subject = string(r.body)
	default:
		if r.service == "" {
			r.service = "s3"
		}
		if s, ok := c.services[r.service]; ok && s.route != nil {
			r.op, r.subject = s.route(r)
		}
	}
	if r.service == "" { // STS takes unsigned calls, for web identities
		r.service = "sts"
	}
	return r, nil
}

// scope reads the signature's scope: Credential=KEY/20261121/us-east-1/s3/aws4_request.
func (r *request) scope() {
	auth := r.http.Header.Get("Authorization")
	credential := r.http.URL.Query().Get("X-Amz-Credential") // a signed URL
	if _, after, ok := strings.Cut(auth, "Credential="); ok {
		credential, _, _ = strings.Cut(after, ",")
	}
	if parts := strings.Split(credential, "/"); len(parts) == 5 {
		r.accessKey, r.region, r.service = parts[0], parts[2], parts[3]
	}
}

// decode reads the body of a JSON or CBOR call into v, whose members carry json
// tags.
func (r *request) decode(v any) error {
	text := r.body
	if r.proto == rpcCBOR {
		var err error
		if text, err = cborToJSON(r.body); err != nil {
			return fail(400, "SerializationException", "%v", err)
		}
	}
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fail(400, "SerializationException", "%v", err)
	}
	return nil
}

// wait passes time unless the caller goes away first.
func (r *request) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.http.Context().Done():
		return r.http.Context().Err()
	}
}
