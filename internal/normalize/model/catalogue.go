package model

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"
)

// File is the catalogue's place in the embedded content.
const File = "models/catalogue.yaml"

// Catalogue knows vendors, model families and geo prefixes.
type Catalogue struct {
	geos    map[string]bool
	vendors map[string]*vendor // by id prefix
	order   []*vendor
}

type vendor struct {
	name     string
	families []familyPattern
}

type familyPattern struct{ name, start, contains, api string }

// file is the catalogue as written in YAML.
type file struct {
	Geos    []string `yaml:"geos"`
	Vendors []struct {
		Name     string   `yaml:"name"`
		Prefixes []string `yaml:"prefixes"`
		Families []struct {
			Name     string   `yaml:"name"`
			API      string   `yaml:"api"`
			Starts   []string `yaml:"starts"`
			Contains string   `yaml:"contains"`
		} `yaml:"families"`
	} `yaml:"vendors"`
}

// Load reads the catalogue from the embedded content, strictly: an unknown key
// or a prefix that two vendors claim is an error.
func Load(content fs.FS) (*Catalogue, error) {
	text, err := fs.ReadFile(content, File)
	if err != nil {
		return nil, fmt.Errorf("model catalogue: %w", err)
	}
	var f file
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("model catalogue %s: %w", File, err)
	}
	return f.catalogue()
}

func (f file) catalogue() (*Catalogue, error) {
	c := &Catalogue{geos: map[string]bool{}, vendors: map[string]*vendor{}}
	for _, geo := range f.Geos {
		c.geos[geo] = true
	}
	for _, entry := range f.Vendors {
		v := &vendor{name: entry.Name}
		for _, fam := range entry.Families {
			for _, start := range fam.Starts {
				v.families = append(v.families, familyPattern{fam.Name, start, fam.Contains, fam.API})
			}
		}
		c.order = append(c.order, v)
		for _, prefix := range entry.Prefixes {
			if c.vendors[prefix] != nil || c.geos[prefix] {
				return nil, fmt.Errorf("model catalogue %s: prefix %q is there twice", File, prefix)
			}
			c.vendors[prefix] = v
		}
	}
	return c, nil
}

// family is the first family whose pattern fits the id without its vendor.
func (v *vendor) family(id string) (name, api string) {
	for _, p := range v.families {
		if strings.HasPrefix(id, p.start) && strings.Contains(id, p.contains) {
			return p.name, p.api
		}
	}
	return "", ""
}
