package standin

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// encode writes an operation's result, or its failure, in the request's protocol.
// Results are maps with the members' names as AWS spells them; a time.Time
// becomes what the protocol makes of a time.
func (r *request) encode(out any, f *failure) *answer {
	if a, ok := out.(*answer); ok && f == nil {
		return a.complete(r)
	}
	var a *answer
	switch {
	case r.service == "s3":
		a = r.encodeS3(out, f)
	case f != nil:
		a = r.encodeFailure(f)
	case r.proto == rpcCBOR:
		a = bytesOf(200, "application/cbor", cbor.Encode(toCBOR(reflect.ValueOf(orEmpty(out)))))
	case r.proto == query:
		var b strings.Builder
		fmt.Fprintf(&b, "<%sResponse><%sResult>", r.op, r.op)
		writeXML(&b, orEmpty(out))
		fmt.Fprintf(&b, "</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", r.op, requestID, r.op)
		a = bytesOf(200, "text/xml", []byte(b.String()))
	default:
		a = bytesOf(200, r.jsonType(), toJSON(orEmpty(out)))
	}
	return a.complete(r)
}

const requestID = "c6104cbe-af31-11e0-8154-cbc7ccf896c7"

func orEmpty(out any) any {
	if out == nil {
		return map[string]any{}
	}
	return out
}

func (r *request) jsonType() string {
	if t := r.http.Header.Get("Content-Type"); strings.HasPrefix(t, "application/x-amz-json") {
		return t
	}
	return "application/json"
}

func (r *request) encodeFailure(f *failure) *answer {
	var a *answer
	switch r.proto {
	case rpcCBOR:
		a = bytesOf(f.status, "application/cbor", cbor.Encode(cbor.Map{
			"__type": cbor.String(f.code), "message": cbor.String(f.message), "Message": cbor.String(f.message)}))
	case query:
		var b strings.Builder
		b.WriteString("<ErrorResponse><Error><Type>Sender</Type>")
		writeXML(&b, map[string]any{"Code": f.code, "Message": f.message})
		fmt.Fprintf(&b, "</Error><RequestId>%s</RequestId></ErrorResponse>", requestID)
		a = bytesOf(f.status, "text/xml", []byte(b.String()))
	default:
		a = bytesOf(f.status, r.jsonType(), toJSON(map[string]any{"__type": f.code, "message": f.message}))
		a.header.Set("X-Amzn-Errortype", f.code)
	}
	for name, values := range f.header {
		a.header[name] = values
	}
	return a
}

func bytesOf(status int, kind string, body []byte) *answer {
	return &answer{status: status, header: http.Header{"Content-Type": {kind}}, body: bytes.NewReader(body), length: int64(len(body))}
}

// complete adds what every answer of AWS carries.
func (a *answer) complete(r *request) *answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	if a.body == nil {
		a.body = http.NoBody
	}
	a.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if r.service == "s3" {
		a.header.Set("X-Amz-Request-Id", "4442587FB7D0A2F9")
	} else if a.header.Get("X-Amzn-Requestid") == "" {
		a.header.Set("X-Amzn-Requestid", requestID)
	}
	if r.proto == rpcCBOR {
		a.header.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	return a
}

// toJSON writes JSON with times as seconds since 1970, as AWS JSON has them.
func toJSON(v any) []byte {
	times := json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error {
		return e.WriteToken(jsontext.Float(seconds(t)))
	})
	text, err := json.Marshal(v, json.WithMarshalers(times), json.Deterministic(true))
	if err != nil {
		return []byte(strconv.Quote(err.Error())) // only a test's own value can be the cause
	}
	return text
}

func seconds(t time.Time) float64 { return math.Round(float64(t.UnixMicro())/1e3) / 1e3 }

// toCBOR makes a CBOR value of maps, slices, strings, numbers and times.
func toCBOR(v reflect.Value) cbor.Value {
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return &cbor.Nil{}
		}
		return toCBOR(v.Elem())
	}
	if t, ok := v.Interface().(time.Time); ok {
		return &cbor.Tag{ID: 1, Value: cbor.Float64(seconds(t))}
	}
	switch v.Kind() {
	case reflect.Map:
		m := cbor.Map{}
		for _, k := range v.MapKeys() {
			m[k.String()] = toCBOR(v.MapIndex(k))
		}
		return m
	case reflect.Slice:
		list := cbor.List{}
		for i := range v.Len() {
			list = append(list, toCBOR(v.Index(i)))
		}
		return list
	case reflect.String:
		return cbor.String(v.String())
	case reflect.Bool:
		return cbor.Bool(v.Bool())
	case reflect.Float64:
		return cbor.Float64(v.Float())
	case reflect.Int, reflect.Int64, reflect.Int32:
		if v.Int() < 0 {
			return cbor.NegInt(uint64(-v.Int()))
		}
		return cbor.Uint(uint64(v.Int()))
	default:
		return &cbor.Nil{}
	}
}

// cborToJSON makes JSON of a request; times become seconds.
func cborToJSON(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return []byte("{}"), nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(fromCBOR(v))
}

func fromCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		m := map[string]any{}
		for k, e := range v {
			m[k] = fromCBOR(e)
		}
		return m
	case cbor.List:
		list := []any{}
		for _, e := range v {
			list = append(list, fromCBOR(e))
		}
		return list
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return -int64(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	case *cbor.Tag:
		return fromCBOR(v.Value)
	default:
		return nil
	}
}

// writeXML writes a value in the query protocol's way: members by name, lists as
// <member>.
func writeXML(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			b.WriteString("<" + k + ">")
			writeXML(b, v[k])
			b.WriteString("</" + k + ">")
		}
	case []any:
		for _, e := range v {
			b.WriteString("<member>")
			writeXML(b, e)
			b.WriteString("</member>")
		}
	case []map[string]any:
		for _, e := range v {
			b.WriteString("<member>")
			writeXML(b, e)
			b.WriteString("</member>")
		}
	case []string:
		for _, e := range v {
			b.WriteString("<member>")
			writeXML(b, e)
			b.WriteString("</member>")
		}
	case time.Time:
		b.WriteString(v.UTC().Format(time.RFC3339))
	case nil:
	default:
		_ = xml.EscapeText(b, []byte(fmt.Sprint(v))) // a strings.Builder takes everything
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
