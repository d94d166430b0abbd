package firehose

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// envelope is what is read of a request of Firehose's HTTP endpoint delivery,
// version 1.0: {"requestId": …, "timestamp": ms, "records": [{"data": base64}]}.
// Source: Amazon Data Firehose, HTTP endpoint delivery request and response
// specifications.
type envelope struct {
	requestID string
	timestamp int64 // milliseconds since 1970; 0 when it has none
	records   int
	digest    string // of the records, which stay the same when they are sent again
}

var errEnvelope = errors.New("the body is not a delivery of Firehose: a JSON object with a list of records")

// readEnvelope reads a request once through. What is inside of the records is
// the decoder's to judge: a bad one goes to quarantine and does not make
// Firehose send the others again and again.
func readEnvelope(in io.Reader) (envelope, error) {
	var e envelope
	d := jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return e, errEnvelope
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return e, errEnvelope
		}
		if err := e.member(d, name.String()); err != nil {
			return e, errEnvelope
		}
	}
	if t, err := d.ReadToken(); err != nil || t.Kind() != '}' || e.digest == "" {
		return e, errEnvelope
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return e, errEnvelope
	}
	return e, nil
}

func (e *envelope) member(d *jsontext.Decoder, name string) error {
	switch kind := d.PeekKind(); {
	case name == "requestId" && kind == '"':
		t, err := d.ReadToken()
		if err == nil {
			e.requestID = t.String()
		}
		return err
	case name == "timestamp" && kind == '0':
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		if at, err := t.Int(); err == nil { // any other number is no time
			e.timestamp = max(at, 0)
		}
		return nil
	case name == "records" && kind == '[' && e.digest == "":
		return e.list(d)
	case name == "records":
		return errEnvelope
	}
	return d.SkipValue()
}

func (e *envelope) list(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	sum := sha256.New()
	for d.PeekKind() != ']' {
		record, err := d.ReadValue()
		if err != nil {
			return err
		}
		sum.Write(record)
		sum.Write([]byte{'\n'})
		e.records++
	}
	e.digest = hex.EncodeToString(sum.Sum(nil)[:16])
	_, err := d.ReadToken()
	return err
}
