package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"seismo/internal/event"
)

// payloads are what tries to leave its place in a page, each way out with each
// thing to do outside.
func payloads() []string {
	var out []string
	for _, way := range []string{"", `">`, `'>`, "`>", "]]>", "-->", "</title>", "</pre>", "</script>", "</style>", "</svg>", "</a>",
		"\u202e", "\x00", "\xff", "&lt;", "{{", "\\\"", "\u2028", "\u00ad\u200b"} {
		for _, deed := range []string{`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`,
			`" onmouseover="alert(1)`, `' onfocus='alert(1)' autofocus='`, `javascript:alert(1)`, `<iframe srcdoc="<script>alert(1)</script>">`,
			`<a href="javascript:alert(1)">x</a>`, `<style>@import'//evil.example.com'</style>`, `![x](https://evil.example.com/?q=1)`,
			`<base href="//evil.example.com">`, `<form action="//evil.example.com"><button>`, `\x3cscript\x3ealert(1)`, `<meta http-equiv=refresh content=0>`} {
			out = append(out, way+deed)
		}
	}
	return append(out, "\x1b]8;;http://evil.example.com\x07x", "\u2066a\u2069", "\U000e0041\U000e0042", "<!--", "<![CDATA[", "<x", "&#60;script&#62;")
}

func TestNothingSaidBecomesMarkup(t *testing.T) {
	known := map[string]bool{}
	for _, page := range views(t, "Plain words", true) {
		for _, tag := range markup(t, page) {
			known[tag] = true
		}
	}
	list := payloads()
	if len(list) < 200 {
		t.Fatalf("only %d payloads", len(list))
	}
	for i, payload := range list {
		for target, page := range views(t, payload, i%4 == 0) {
			for _, tag := range markup(t, page) {
				if !known[tag] {
					t.Fatalf("%q on %s made markup: <%s>", payload, target, tag)
				}
			}
			if strings.ContainsAny(payload, `<>"'`) && strings.Contains(page, payload) {
				t.Fatalf("%q stands unescaped on %s", payload, target)
			}
			page = typedValue.ReplaceAllString(page, "<input>")
			if at := strings.IndexFunc(page, func(r rune) bool { return hidden(r) || r < ' ' && r != '\n' && r != '\t' }); at >= 0 {
				t.Fatalf("%q on %s: hidden character in %q", payload, target, page[max(at-60, 0):min(at+20, len(page))])
			}
		}
	}
}

// views renders every page that shows what callers set and, when typed, those
// that show what the reader typed.
func views(t *testing.T, payload string, typed bool) map[string]string {
	t.Helper()
	benign := agentCall()
	trail := hostileCall(payload)
	trail.ID, trail.Kind = "tra1l00000000000000000000", "trail"
	f := newFake(benign, hostileCall(payload), trail)
	f.found = []event.Finding{someFindings()[0], {ID: payload, Detector: payload, Rule: payload, Severity: payload, Title: payload + "t", Account: payload,
		Region: payload, Principal: "arn:" + payload, Resource: payload}}
	cfg := f.config()
	cfg.Version = payload
	h := New(cfg)
	targets := []string{"/?range=24h", "/calls?q=kind:*", "/calls/h0st1le0", "/calls/tra1l0", "/findings"}
	if q := url.QueryEscape(payload); typed {
		targets = append(targets, "/?q="+q, "/calls?q="+q, "/calls?from="+q+"&to="+q, "/?range="+q,
			"/calls/"+url.PathEscape("x"+payload), "/"+url.PathEscape("x"+payload))
	}
	out := map[string]string{}
	for _, target := range targets {
		w := get(t, h, target)
		if w.Code == http.StatusInternalServerError || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Fatalf("%q: %s answers %d %s", payload, target, w.Code, w.Header().Get("Content-Type"))
		}
		out[target] = w.Body.String()
	}
	return out
}

// typedValue is a box that holds what the reader typed: it is given back as it
// came, or sending it again would ask something else.
var typedValue = regexp.MustCompile(`(?s)<input [^>]*>`)

var attribute = regexp.MustCompile(`^\s+([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"]*)")?`)

// markup lists a page's tags with the names of their attributes, as a browser
// would read them, and checks where links lead.
func markup(t *testing.T, page string) []string {
	t.Helper()
	var tags []string
	for {
		at := strings.IndexByte(page, '<')
		if at < 0 {
			return tags
		}
		page = page[at+1:]
		end := strings.IndexAny(page, " \n\t>")
		if end < 0 {
			t.Fatalf("tag <%.80s has no end", page)
		}
		name := page[:end]
		rest := page[len(name):]
		tag := strings.ToLower(strings.TrimSuffix(name, "/"))
		for {
			m := attribute.FindStringSubmatch(rest)
			if m == nil {
				break
			}
			rest = rest[len(m[0]):]
			tag += " " + m[1]
			if m[1] == "href" || m[1] == "src" || m[1] == "action" {
				if !strings.HasPrefix(m[2], "/") || strings.HasPrefix(m[2], "//") {
					t.Fatalf("%s=%q leads off the page's origin", m[1], m[2])
				}
			}
		}
		rest = strings.TrimLeft(rest, " \n\t/")
		if !strings.HasPrefix(rest, ">") {
			t.Fatalf("tag <%s is not closed: %.80q", tag, rest)
		}
		tags = append(tags, tag)
		page = rest[1:]
	}
}
