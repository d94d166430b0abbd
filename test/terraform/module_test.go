package terraform_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/zclconf/go-cty/cty"

	"seismo/content"
	"seismo/test/terraform"
)

// The schemas are read out of packages that run.sh downloads: of the oldest version
// of the provider that the module allows, and of a new one.
func TestModuleFitsProvider(t *testing.T) {
	folder := os.Getenv("SEISMO_TERRAFORM_SCHEMAS")
	if folder == "" {
		t.Skip("whether the provider of AWS takes the module's resources is not tried without its schemas: make terraform")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) < 2 {
		t.Fatal("the schemas of two versions are needed:", files, err)
	}
	m, err := terraform.Read(content.FS, "terraform")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var s terraform.Schemas
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		t.Log("provider", s.Version)
		for _, d := range m.Validate(&s) {
			t.Errorf("provider %s: %s", s.Version, d)
		}
	}
}

const sound = `
variable "name" {
  type = string
  validation {
    condition     = can(regex("^[a-z]+$", var.name))
    error_message = "Small letters."
  }
}
variable "more" {
  type    = map(string)
  default = {}
}
data "aws_place" "here" {}
locals {
  far  = local.near
  near = data.aws_place.here.id
}
resource "aws_thing" "one" {
  name  = "${var.name}-${local.far}"
  notes = merge({ Of = local.far }, var.more)
  text  = file("${path.module}/../beside.txt")
  part {
    on = true
  }
}
resource "aws_thing" "many" {
  for_each   = toset(["a", "b"])
  depends_on = [aws_thing.one]
  name       = each.key
}
output "made" {
  value = aws_thing.one.made
}
`

func schemas() *terraform.Schemas {
	thing := terraform.Block{
		Attributes: map[string]terraform.Attribute{
			"name":  {Type: cty.String, Required: true},
			"notes": {Type: cty.Map(cty.String), Optional: true},
			"text":  {Type: cty.String, Optional: true},
			"made":  {Type: cty.String, Computed: true},
		},
		Blocks: map[string]terraform.Nested{"part": {Mode: "list", Block: terraform.Block{
			Attributes: map[string]terraform.Attribute{"on": {Type: cty.Bool, Required: true}},
		}}},
	}
	place := terraform.Block{Attributes: map[string]terraform.Attribute{"id": {Type: cty.String, Computed: true}}}
	return &terraform.Schemas{Providers: map[string]terraform.Served{terraform.Provider: {
		Resources: map[string]terraform.Schema{"aws_thing": {Block: thing}},
		Data:      map[string]terraform.Schema{"aws_place": {Block: place}},
	}}}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct{ what, old, now, says string }{
		{"sound", "", "", ""},
		{"no such type", `"aws_thing" "one"`, `"aws_thin" "one"`, "no resource aws_thin"},
		{"no such data", `data "aws_place"`, `data "aws_spot"`, "no data aws_spot"},
		{"no such argument", "text  =", "texts =", `argument named "texts"`},
		{"required", "name       = each.key", "", `argument "name" is required`},
		{"required within", "on = true", "", `argument "on" is required`},
		{"no such block", "part {", "parts {", `Blocks of type "parts"`},
		{"computed", "name       = each.key", `name = "x"` + "\n" + `made = "x"`, `argument named "made"`},
		{"type", "on = true", `on = "maybe"`, "a bool is required"},
		{"map for text", `name  = "${var.name}-${local.far}"`, "name = var.more", "string required"},
		{"no such attribute", "one.made", "one.mode", `attribute named "mode"`},
		{"no such variable", "var.more)", "var.less)", `attribute named "less"`},
		{"no such local", "far  = local.near", "far = local.nearer", `attribute named "nearer"`},
		{"no such file", "beside.txt", "gone.txt", "gone.txt"},
		{"each without for_each", `"${var.name}-${local.far}"`, "each.key", `variable named "each"`},
	} {
		t.Run(c.what, func(t *testing.T) {
			if !strings.Contains(sound, c.old) {
				t.Fatalf("%q is not in the module", c.old)
			}
			m, err := terraform.Read(fstest.MapFS{
				"m/main.tf":  {Data: []byte(strings.Replace(sound, c.old, c.now, 1))},
				"beside.txt": {Data: []byte("text")},
			}, "m")
			if err != nil {
				t.Fatal(err)
			}
			diags := m.Validate(schemas())
			if diags.HasErrors() != (c.says != "") {
				t.Fatal(diags)
			}
			for _, d := range diags {
				if strings.Contains(d.Error(), c.says) {
					return
				}
			}
			if c.says != "" {
				t.Errorf("%q is not said: %v", c.says, diags)
			}
		})
	}
}
