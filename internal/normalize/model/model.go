// Package model says which foundation model a model reference of Amazon Bedrock
// names: an id, an inference profile or any of the ARNs, in every partition.
//
// It works from the catalogue in content/models and never asks AWS, so that an
// application profile or a provisioned model stays without a model here.
package model

import (
	"strings"

	"seismo/internal/normalize/arn"
)

// Kinds of profile, as the field profile_kind names them.
const (
	Geo         = "geo"
	Global      = "global"
	Application = "application"
	Provisioned = "provisioned"
	Custom      = "custom"
	Imported    = "imported"
	Marketplace = "marketplace"
	Prompt      = "prompt" // a managed prompt or a prompt router
)

// Ref is what a model reference says. Each field is "" when it does not say it.
type Ref struct {
	Model   string // foundation model id, without geo prefix or ARN
	Vendor  string
	Family  string
	API     string // what the model does, when its id tells: chat, embeddings, image, …
	Profile string // id of the profile, provisioned, custom or imported model, endpoint, prompt or router
	Kind    string // kind of Profile
}

// Resolve reads a reference as the caller passed it.
func (c *Catalogue) Resolve(ref string) Ref {
	if name, ok := arn.Parse(ref); ok {
		return c.resource(name)
	}
	if strings.HasPrefix(ref, "arn:") {
		return Ref{}
	}
	return c.id(ref)
}

// id reads a foundation model id or the id of a geographic profile.
func (c *Catalogue) id(id string) Ref {
	prefix, rest, found := strings.Cut(id, ".")
	if !found || prefix == "" || rest == "" || strings.ContainsAny(id, "/ ") {
		return Ref{}
	}
	if !c.geos[prefix] {
		return c.base(id)
	}
	r := c.base(rest)
	if r.Vendor == "" {
		return Ref{}
	}
	r.Profile, r.Kind = id, Geo
	if prefix == Global {
		r.Kind = Global
	}
	return r
}

// base reads a foundation model id. The vendor of an id that the catalogue does
// not know is the text before the first dot, unless a known vendor follows it:
// then it is some new geo prefix, and not to be trusted.
func (c *Catalogue) base(id string) Ref {
	prefix, rest, found := strings.Cut(id, ".")
	if !found || !isName(prefix) || rest == "" || c.geos[prefix] {
		return Ref{}
	}
	v, known := c.vendors[prefix]
	if !known {
		second, _, _ := strings.Cut(rest, ".")
		if _, known := c.vendors[second]; known {
			return Ref{Model: id}
		}
		if prefix == "arn" {
			return Ref{Model: id}
		}
		return Ref{Model: id, Vendor: prefix}
	}
	r := Ref{Model: id, Vendor: v.name}
	r.Family, r.API = v.family(rest)
	return r
}

// Named reads the name that a body gives its model, such as
// claude-sonnet-4-20250514: no reference, only a hint at vendor and family.
func (c *Catalogue) Named(name string) Ref {
	if r := c.id(name); r.Family != "" {
		return Ref{Vendor: r.Vendor, Family: r.Family, API: r.API, Model: r.Model}
	}
	for _, v := range c.order {
		if family, api := v.family(name); family != "" {
			return Ref{Vendor: v.name, Family: family, API: api}
		}
	}
	return Ref{}
}

func (c *Catalogue) resource(name arn.ARN) Ref {
	kind, rest, _ := strings.Cut(name.Resource, "/")
	if name.Service == "sagemaker" {
		return Ref{Profile: rest, Kind: Marketplace}
	}
	if name.Service != "bedrock" {
		return Ref{}
	}
	switch kind {
	case "foundation-model":
		return c.base(rest)
	case "inference-profile":
		r := c.id(rest)
		if r.Kind == "" {
			r = Ref{Kind: Geo}
		}
		r.Profile = rest
		return r
	case "custom-model":
		base, _, _ := strings.Cut(rest, "/")
		r := c.base(base)
		r.Profile, r.Kind = last(rest), Custom
		return r
	}
	return Ref{Profile: rest, Kind: opaque[kind]}
}

var opaque = map[string]string{
	"application-inference-profile": Application,
	"provisioned-model":             Provisioned,
	"custom-model-deployment":       Custom,
	"imported-model":                Imported,
	"prompt":                        Prompt,
	"prompt-router":                 Prompt,
	"default-prompt-router":         Prompt,
	"marketplace":                   Marketplace,
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// isName reports whether s can be a vendor's prefix: [a-z][a-z0-9-]*.
func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != ""
}
