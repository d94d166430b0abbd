package firehose

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWrongKeyIsRefusedAndNotLogged(t *testing.T) {
	var log bytes.Buffer
	src := open(t, nil, &log)
	for _, wrong := range []string{"", "wrong-horse-battery-staple", key + "x", key[1:], strings.ToUpper(key)} {
		r := push("r-1", []byte(record(1)))
		r.Header.Set(headerKey, wrong)
		w, out := answer(t, src, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("key %q: status %d", wrong, w.Code)
		}
		for _, text := range []string{log.String(), out.Error} {
			if strings.Contains(text, key) || wrong != "" && strings.Contains(text, wrong) {
				t.Errorf("a key is told of: %s", text)
			}
		}
	}
	if n := strings.Count(log.String(), "refused"); n != 1 {
		t.Errorf("%d lines of the log about refusals within a minute", n)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	src := open(t, func(c *Config) { c.MaxRequest = 1 << 20 }, io.Discard)
	bomb := zip(strings.Repeat(" ", 40<<20))
	good := `{"requestId":"r","timestamp":1,"records":[]}`
	for name, c := range map[string]struct {
		change func(*http.Request)
		body   string
		status int
	}{
		"another path":       {func(r *http.Request) { r.URL.Path = "/" }, good, 404},
		"GET":                {func(r *http.Request) { r.Method = http.MethodGet }, good, 405},
		"another coding":     {coding("br"), good, 415},
		"not gzip":           {coding("gzip"), good, 400},
		"cut gzip":           {coding("gzip"), string(zip(good)[:20]), 400},
		"bomb":               {coding("gzip"), string(bomb), 413},
		"too large":          {nil, `{"records":["` + strings.Repeat("x", 1<<20) + `"]}`, 413},
		"too large, no size": {func(r *http.Request) { r.ContentLength = -1 }, strings.Repeat(" ", 2<<20), 413},
		"no JSON":            {nil, "requestId=1", 400},
		"cut JSON":           {nil, good[:len(good)-3], 400},
		"two values":         {nil, good + good, 400},
		"a list":             {nil, "[]", 400},
		"no records":         {nil, `{"requestId":"r"}`, 400},
		"records no list":    {nil, `{"requestId":"r","records":{}}`, 400},
		"another request id": {nil, `{"requestId":"q","timestamp":1,"records":[]}`, 400},
		"nothing":            {nil, "", 400},
	} {
		r := request("r", c.body)
		if c.change != nil {
			c.change(r)
		}
		began := time.Now()
		w, out := answer(t, src, r)
		if w.Code != c.status || out.Error == "" {
			t.Errorf("%s: status %d, answer %+v", name, w.Code, out)
		}
		if time.Since(began) > 2*time.Second {
			t.Errorf("%s took %v", name, time.Since(began))
		}
	}
	if src.room.left != 2*int64(src.cfg.MaxRequest)+2*chunk {
		t.Errorf("%d bytes of room left", src.room.left)
	}
}

func coding(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Content-Encoding", name) }
}

func TestConfiguration(t *testing.T) {
	good := Config{Listen: "127.0.0.1:8443", AccessKey: key}
	for name, c := range map[string]struct {
		change func(*Config)
		want   []string // in the error; none: there is none
	}{
		"good":                 {func(*Config) {}, nil},
		"loopback, version 6":  {func(c *Config) { c.Listen = "[::1]:8443" }, nil},
		"a name":               {func(c *Config) { c.Listen = "localhost:8443" }, nil},
		"all addresses":        {func(c *Config) { c.Listen = ":8443" }, []string{`"listen"`, `"tls_cert"`, `"behind_proxy: true"`}},
		"behind a proxy":       {func(c *Config) { c.Listen, c.BehindProxy = ":8443", true }, nil},
		"TLS":                  {func(c *Config) { c.Listen, c.TLSCert, c.TLSKey = "0.0.0.0:443", "c.pem", "k.pem" }, nil},
		"half of TLS":          {func(c *Config) { c.TLSCert = "c.pem" }, []string{`"tls_cert"`, `"tls_key"`}},
		"TLS twice":            {func(c *Config) { c.TLSCert, c.TLSKey, c.BehindProxy = "c", "k", true }, []string{`"tls_cert"`, `"behind_proxy"`}},
		"no address":           {func(c *Config) { c.Listen = "" }, []string{`"listen" is missing`}},
		"no port":              {func(c *Config) { c.Listen = "127.0.0.1" }, []string{`"listen"`}},
		"no key":               {func(c *Config) { c.AccessKey = "" }, []string{`"access_key" is missing`}},
		"short key":            {func(c *Config) { c.AccessKey = "hunter2hunter2" }, []string{`"access_key" has 14 characters`}},
		"key that is no field": {func(c *Config) { c.AccessKey = "correct horse battery staple" }, []string{`"access_key"`}},
		"path":                 {func(c *Config) { c.Path = "firehose" }, []string{`"path"`}},
		"size":                 {func(c *Config) { c.MaxRequest = 5 }, []string{`"max_request"`}},
	} {
		cfg := good
		c.change(&cfg)
		err := cfg.Check()
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v; want %s", name, err, part)
			}
		}
		if err != nil && cfg.AccessKey != "" && strings.Contains(err.Error(), cfg.AccessKey.Reveal()) {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}
