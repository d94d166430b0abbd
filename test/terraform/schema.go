// Package terraform holds the Terraform module in content/terraform against what the
// provider of AWS takes and gives: the schemas of its resources.
package terraform

import "github.com/zclconf/go-cty/cty"

// Provider is the address under which the schemas stand.
const Provider = "registry.terraform.io/hashicorp/aws"

// Schemas has the form of `terraform providers schema -json`, cut to what is used here.
// Version, which that command does not print, is the provider's.
type Schemas struct {
	Format    string            `json:"format_version"`
	Version   string            `json:"provider_version"`
	Providers map[string]Served `json:"provider_schemas"`
}

// Served are the schemas of one provider, by the types of resources and data sources.
type Served struct {
	Resources map[string]Schema `json:"resource_schemas"`
	Data      map[string]Schema `json:"data_source_schemas"`
}

// Schema is that of one resource or data source.
type Schema struct {
	Version int   `json:"version"`
	Block   Block `json:"block"`
}

// Block is what stands between two braces.
type Block struct {
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	Blocks     map[string]Nested    `json:"block_types,omitempty"`
}

// Attribute is one argument, one value that comes back, or both.
type Attribute struct {
	Type     cty.Type `json:"type"`
	Required bool     `json:"required,omitempty"`
	Optional bool     `json:"optional,omitempty"`
	Computed bool     `json:"computed,omitempty"`
}

// Nested is a block within a block; Mode is single, list or set.
type Nested struct {
	Mode  string `json:"nesting_mode"`
	Block Block  `json:"block"`
}
