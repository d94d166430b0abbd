package firehose

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// Headers of Firehose's HTTP endpoint delivery.
const (
	headerKey     = "X-Amz-Firehose-Access-Key"
	headerRequest = "X-Amz-Firehose-Request-Id"
	headerSource  = "X-Amz-Firehose-Source-Arn"
)

// patience is how long a request waits for its commit. Firehose gives up after
// three minutes, and must get an answer before.
const patience = 150 * time.Second

// retryAfter is what is said to a sender that must wait, in seconds. Firehose
// has a schedule of its own.
const retryAfter = 30

// leaving is how long a request that is refused may take to send its end.
const leaving = 3 * time.Second

// reply is the body of every answer.
type reply struct {
	RequestID string `json:"requestId"`
	Timestamp int64  `json:"timestamp"` // milliseconds since 1970
	Error     string `json:"errorMessage,omitzero"`
}

// ServeHTTP takes one request of Firehose. It answers 200 only once everything
// in it is committed; whatever else happens, Firehose sends it again.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, id, text := s.take(r)
	if status != http.StatusOK {
		// The server reads a little of what is left of a body; who sends it byte by
		// byte must not hold the connection by that. A request that speaks a
		// protocol without deadlines ends by itself.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.leaving))
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	out, err := json.Marshal(reply{RequestID: id, Timestamp: s.now().UnixMilli(), Error: text}, json.Deterministic(true))
	if err != nil { // an id that is no text
		status, out = http.StatusBadRequest, []byte(`{"errorMessage":"the request id is not UTF-8"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(out)))
	w.WriteHeader(status)
	_, _ = w.Write(out) // a sender that is gone sends again
}

// take does what is asked; text is why it could not be done.
func (s *Source) take(r *http.Request) (status int, id, text string) {
	id = r.Header.Get(headerRequest)
	switch {
	case r.URL.Path != s.cfg.Path:
		return http.StatusNotFound, "", "there is nothing here"
	case !s.knows(r.Header.Get(headerKey)):
		s.refused(r)
		return http.StatusUnauthorized, "", "the access key is not right"
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, id, "Firehose posts"
	}
	b, err := readBody(r, s.room, int64(s.cfg.MaxRequest))
	if err != nil {
		return statusOf(err), id, err.Error()
	}
	e, err := readEnvelope(b.reader())
	switch {
	case err != nil:
		b.free()
		return http.StatusBadRequest, id, err.Error()
	case e.requestID == "":
		e.requestID = id
	case id != "" && id != e.requestID:
		b.free()
		return http.StatusBadRequest, id, "the request ids of header and body differ"
	}
	status, text = s.deliver(r, s.delivery(r, e, b))
	return status, e.requestID, text
}

// knows compares keys in a time that tells nothing of them.
func (s *Source) knows(key string) bool {
	given := sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(given[:], s.key[:]) == 1
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, errFull):
		return http.StatusServiceUnavailable
	case errors.Is(err, errLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errCoding):
		return http.StatusUnsupportedMediaType
	}
	return http.StatusBadRequest
}

// deliver hands a delivery to Receive and waits for its end. Until Receive has
// it, a sender that goes away takes it along.
func (s *Source) deliver(r *http.Request, d *delivery) (status int, text string) {
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	select {
	case s.pushed <- d:
	case <-r.Context().Done():
		d.body.free()
		return http.StatusServiceUnavailable, "the sender went away"
	case <-timer.C:
		d.body.free()
		return http.StatusServiceUnavailable, errFull.Error()
	case <-s.closing:
		d.body.free()
		return http.StatusServiceUnavailable, "shutting down"
	}
	select {
	case err := <-d.done:
		if err != nil {
			return http.StatusInternalServerError, "it could not be stored; send it again"
		}
		return http.StatusOK, ""
	case <-r.Context().Done():
		return http.StatusServiceUnavailable, "the sender went away"
	case <-timer.C:
		return http.StatusServiceUnavailable, "it is not stored yet; send it again"
	case <-s.closing:
		return http.StatusServiceUnavailable, "shutting down"
	}
}

// refused notes a wrong key, once a minute and without the key.
func (s *Source) refused(r *http.Request) {
	s.mu.Lock()
	again := s.now().Sub(s.warned) >= time.Minute
	if again {
		s.warned = s.now()
	}
	s.mu.Unlock()
	if again {
		s.deps.Log.Warn("a push was refused: the access key is not right", "source", s.deps.Name, "from", r.RemoteAddr)
	}
}
