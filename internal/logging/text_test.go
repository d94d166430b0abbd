package logging

import "testing"

// TestSame holds what AWS writes otherwise than it got it against what only looks
// alike: taken for the same, somebody's change would be overwritten.
func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"Action":"s3:GetObject"}`, `{"Action":["s3:GetObject"]}`, true},
		{`{"Statement":{"Effect":"Deny"}}`, `{"Statement":[{"Effect":"Deny"}]}`, true},
		{`{"a":1,"b":[1,2]}`, ` { "b" : [2, 1], "a" : 1 } `, true},
		{`{"Bool":{"aws:SecureTransport":false}}`, `{"Bool":{"aws:SecureTransport":"false"}}`, true},
		{`{"a":"ä"}`, `{"a":"\u00e4"}`, true},
		{"", "", true},
		{`{"Action":["a","b"]}`, `{"Action":"a,b"}`, false},
		{`{"Action":["a","b"]}`, `{"Action":"[\"a\",\"b\"]"}`, false},
		{`{"a":1,"b":2}`, `{"a":"1,b:2"}`, false},
		{`{"a":"1\",\"b\":\"2"}`, `{"a":"1","b":"2"}`, false},
		{`{"a":{"b":"c"}}`, `{"a":"{\"b\":\"c\"}"}`, false},
		{`{"a":[]}`, `{"a":""}`, false},
		{`{"a":[]}`, `{}`, false},
		{`{"a":null}`, `{"a":"null"}`, false},
		{`{"a":"\"x\""}`, `{"a":"x"}`, false},
		{`{"a":["x","x"]}`, `{"a":["x"]}`, false},
		{`{"Principal":"*"}`, `{"Principal":{"AWS":"*"}}`, false},
		{"", `{}`, false},
	} {
		if got := same(c.a, c.b); got != c.want || same(c.b, c.a) != got {
			t.Errorf("same(%s, %s) is %v", c.a, c.b, got)
		}
	}
}
