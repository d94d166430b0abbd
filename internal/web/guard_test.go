package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// get asks the browser's handler as a browser on loopback does.
func get(t *testing.T, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost:8080"+target, nil))
	return w
}

// targets is one address for every route, and some for the errors.
var targets = []string{
	"/", "/calls", "/calls/k3v7q2", "/static/app.css", "/static/app.js", "/static/icon.svg",
	"/api/search", "/api/aggregate", "/api/calls/k3v7q2", "/api/calls/k3v7q2/raw", "/api/quarantine", "/api/status", "/healthz",
	"/api/search?format=csv", "/calls/absent", "/api/calls/absent", "/nothing", "/api/nothing", "/static/nothing.css", "/?q=(",
}

func TestEveryAnswerHasThePolicy(t *testing.T) {
	h := New(newFake(agentCall()).config())
	for _, target := range targets {
		header := get(t, h, target).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": policy,
			"X-Content-Type-Options":  "nosniff",
			"X-Frame-Options":         "DENY",
			"Referrer-Policy":         "no-referrer",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
		if header.Get("Content-Type") == "" {
			t.Errorf("%s: no Content-Type", target)
		}
	}
}

func TestPolicyAllowsNothingInlineAndNoOtherOrigin(t *testing.T) {
	for _, never := range []string{"unsafe", "http:", "https:", "*", "data:", "blob:"} {
		if strings.Contains(policy, never) {
			t.Errorf("the policy has %s", never)
		}
	}
	h := New(newFake(agentCall()).config())
	for _, target := range []string{"/", "/calls", "/calls/k3v7q2", "/nothing"} {
		page := get(t, h, target).Body.String()
		for _, never := range []string{"<style", "style=", " onclick", "javascript:", "http://", "https://"} {
			if strings.Contains(page, never) {
				t.Errorf("%s has %s, which the policy forbids", target, never)
			}
		}
	}
}

func TestHosts(t *testing.T) {
	cfg := newFake(agentCall()).config()
	cfg.Hosts = []string{"seismo.example.com"}
	h := New(cfg)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST.": 200, "127.0.0.1:8080": 200, "127.9.9.9": 200, "[::1]:8080": 200,
		"[::ffff:127.0.0.1]": 200, "seismo.example.com": 200, "Seismo.Example.com:443": 200,
		"": 421, "evil.example.com": 421, "localhost.evil.example.com": 421, "127.0.0.1.example.com": 421, "192.0.2.1": 421,
		"0.0.0.0": 421, "2130706433": 421, "0x7f000001": 421, "[::]": 421, "notlocalhost": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %q: %d, want %d", host, w.Code, want)
		}
	}
}

func TestCrossOriginPostsAreRefused(t *testing.T) {
	h := New(newFake(agentCall()).config())
	for _, c := range []struct {
		name, header, value string
		want                int
	}{
		{"same origin", "Sec-Fetch-Site", "same-origin", 200},
		{"no browser", "", "", 200},
		{"other site", "Sec-Fetch-Site", "cross-site", 403},
		{"other port", "Sec-Fetch-Site", "same-site", 403},
		{"old browser", "Origin", "https://evil.example.com", 403},
		{"null origin", "Origin", "null", 403},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://localhost:8080/api/sql", strings.NewReader(`{"query":"SELECT 1"}`))
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

func TestOnlyGetReadsAndOnlySQLPosts(t *testing.T) {
	h := New(newFake(agentCall()).config())
	for _, target := range targets {
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodPost} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, "http://localhost"+target, nil))
			if w.Code < 400 {
				t.Errorf("%s %s: %d, want a refusal", method, target, w.Code)
			}
		}
	}
	if w := get(t, h, "/api/sql"); w.Code < 400 {
		t.Errorf("GET /api/sql: %d, want a refusal", w.Code)
	}
}

func TestLargeRequestIsRefused(t *testing.T) {
	h := New(newFake(agentCall()).config())
	body := `{"query":"SELECT '` + strings.Repeat("x", bodyLimit) + `'"}`
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://localhost/api/sql", strings.NewReader(body)))
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d, want 413: %s", w.Code, w.Body)
	}
}

func TestPanicTellsNothing(t *testing.T) {
	var log strings.Builder
	cfg := newFake().config()
	cfg.Log = textLog(&log)
	s := newSite(cfg)
	h := s.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("my secret prompt") }))
	w := get(t, h, "/")
	if w.Code != 500 || strings.Contains(w.Body.String()+log.String(), "secret") {
		t.Errorf("%d: %s\nlog: %s", w.Code, w.Body, log.String())
	}
	if !strings.Contains(log.String(), "guard_test.go") {
		t.Error("the log does not say where")
	}
}

func TestOtherSitesPagesGetNothing(t *testing.T) {
	h := New(newFake(agentCall()).config())
	for name, c := range map[string]struct {
		site, mode, dest string
		want             int
	}{
		"the address bar":          {"none", "navigate", "document", 200},
		"seismo's own page":        {"same-origin", "cors", "empty", 200},
		"a program":                {"", "", "", 200},
		"a link on another site":   {"cross-site", "navigate", "document", 200},
		"a picture's address":      {"cross-site", "no-cors", "image", 403},
		"a script":                 {"cross-site", "cors", "empty", 403},
		"a frame":                  {"cross-site", "navigate", "iframe", 403},
		"another port's script":    {"same-site", "no-cors", "script", 403},
		"a site without its modes": {"cross-site", "", "", 403},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/calls/k3v7q2", nil)
		r.Header.Set("Sec-Fetch-Site", c.site)
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		r.Header.Set("Sec-Fetch-Dest", c.dest)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
}
