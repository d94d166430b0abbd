package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
)

// policy lets a page load its own style sheet, script and pictures and nothing
// else: no inline code, no other origin, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// bodyLimit is the most that a request may send: a query, never data.
const bodyLimit = 1 << 20

// guard stands before every route of a browser's handler.
func (s *site) guard(next http.Handler) http.Handler {
	return s.recovered(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if !s.addressed(r.Host) {
			http.Error(w, "seismo answers on loopback names only; this request was addressed to another host.\n"+
				"Open it as http://localhost or http://127.0.0.1, or name the host in the configuration.",
				http.StatusMisdirectedRequest)
			return
		}
		if foreign(r) {
			http.Error(w, "seismo does not answer what other pages ask for; open it by its own address.", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		next.ServeHTTP(w, r)
	}))
}

// addressed reports whether a Host header names this machine's loopback or a
// configured host. Ports are not looked at: rebinding changes names.
func (s *site) addressed(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if name == "localhost" {
		return true
	}
	if addr, err := netip.ParseAddr(name); err == nil && addr.Unmap().IsLoopback() {
		return true
	}
	return name != "" && slices.ContainsFunc(s.Hosts, func(h string) bool {
		return strings.EqualFold(h, name)
	})
}

// foreign reports whether another site's page asks behind the reader's back. It
// could not see the answer, but could keep the store busy and fill the audit log
// with readings that nobody did. A link that the reader follows is no such thing.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	}
	return false
}

// recovered answers 500 when a handler panics. The log gets where, never what:
// a panic's value could hold what was said.
func (s *site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				s.Log.Error("handler panicked", "route", r.Pattern, "stack", string(debug.Stack()))
				http.Error(w, "seismo failed on this request; its log says where.", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
