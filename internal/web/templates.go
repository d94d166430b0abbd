package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"seismo/internal/event"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/*
var staticFiles embed.FS

// page is what every page's layout needs; Body is the page's own view.
type page struct {
	Title     string
	Nav       string // which entry of the navigation is current
	Query     string // the filter as typed
	Range     url.Values
	Status    Status
	Simulated bool
	Version   string
	Now       time.Time
	Body      any
}

// parseTemplates parses the embedded templates once. It panics on one that does
// not parse, which no build that passed its tests carries.
var parseTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"asset":    asset,
		"count":    countOf,
		"dollars":  dollars,
		"duration": duration,
		"exact":    exact,
		"gravity":  gravity,
		"instant":  instant,
		"item":     func(name string) string { return line(strings.ReplaceAll(name, "_", " ")) },
		"line":     line,
		"markOf":   markOf,
		"percent":  percent,
		"precise":  precise,
		"price":    price,
		"quantity": quantity,
		"rate":     rate,
		"seconds":  seconds,
		"severe":   severityMark,
		"short":    short,
		"stamp":    stamp,
		"unit":     unit,
		"whole":    whole,
		"outcome":  outcomeOf,
	}).ParseFS(templateFiles, "templates/*.html"))
})

// unit writes a rate; a token's has too many noughts, so it is that of a million.
func unit(p event.CostPart) string {
	if p.Unit == "token" {
		return "$" + exact(math.Round(p.Rate*1e12)/1e6) + " / M tokens"
	}
	return "$" + exact(p.Rate) + " / " + line(p.Unit)
}

// render runs a template to the end before it writes, so that a failure is
// still an error and never half a page.
func (s *site) render(w http.ResponseWriter, r *http.Request, code int, name string, p page) error {
	p.Simulated, p.Version, p.Now = s.Simulated, s.Version, s.Now().UTC()
	if p.Status.Version == "" && s.Status != nil {
		if status, err := s.status(r); err == nil {
			p.Status = status
		}
	}
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, p); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	send(w, b.Bytes())
	return nil
}

// problemPage shows an error with what would help.
func (s *site) problemPage(w http.ResponseWriter, r *http.Request, p *problem) {
	view := page{Title: "Not shown", Query: r.URL.Query().Get("q"), Body: p}
	if err := s.render(w, r, p.Status, "problem", view); err != nil {
		s.Log.Error("problem page failed", "err", err)
		http.Error(w, p.Message, p.Status)
	}
}

// static serves the style sheet, the script and the icon. An address with the
// file's own hash may be kept for ever.
func (s *site) static(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	content, err := fs.ReadFile(staticFiles, "static/"+name)
	if err != nil {
		return notHere("this file")
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if r.URL.Query().Get("v") == fingerprint(content) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	send(w, content)
	return nil
}

// asset is a static file's address with its hash.
func asset(name string) (string, error) {
	content, err := fs.ReadFile(staticFiles, "static/"+name)
	if err != nil {
		return "", fmt.Errorf("static file: %w", err)
	}
	return "/static/" + name + "?v=" + fingerprint(content), nil
}

func fingerprint(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}
