package main

import (
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// file has the form of `terraform providers schema -json`.
type file struct {
	Providers map[string]served `json:"provider_schemas"`
}

type served struct {
	Resources map[string]schema `json:"resource_schemas"`
	Data      map[string]schema `json:"data_source_schemas"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes map[string]attribute `json:"attributes"`
	Blocks     map[string]nested    `json:"block_types"`
}

type attribute struct {
	Type     json.RawMessage `json:"type"`
	Required bool            `json:"required"`
	Optional bool            `json:"optional"`
	Computed bool            `json:"computed"`
}

type nested struct {
	Mode  string `json:"nesting_mode"`
	Block block  `json:"block"`
}

var modes = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
}

func (s served) response() (*tfprotov5.GetProviderSchemaResponse, error) {
	if len(s.Resources) == 0 {
		return nil, fmt.Errorf("schemas.json has no resources of %s", address)
	}
	all := &tfprotov5.GetProviderSchemaResponse{
		Provider:          &tfprotov5.Schema{Block: &tfprotov5.SchemaBlock{}},
		ResourceSchemas:   map[string]*tfprotov5.Schema{},
		DataSourceSchemas: map[string]*tfprotov5.Schema{},
	}
	if err := fill(all.ResourceSchemas, s.Resources); err != nil {
		return nil, err
	}
	return all, fill(all.DataSourceSchemas, s.Data)
}

func fill(to map[string]*tfprotov5.Schema, from map[string]schema) error {
	for name, one := range from {
		b, err := one.Block.proto()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		to[name] = &tfprotov5.Schema{Version: one.Version, Block: b}
	}
	return nil
}

func (b block) proto() (*tfprotov5.SchemaBlock, error) {
	out := &tfprotov5.SchemaBlock{}
	for name, a := range b.Attributes {
		is, err := tftypes.ParseJSONType(a.Type) //nolint:staticcheck // the only reader of the form that Terraform prints
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out.Attributes = append(out.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: is, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
		})
	}
	for name, n := range b.Blocks {
		inner, err := n.Block.proto()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if modes[n.Mode] == tfprotov5.SchemaNestedBlockNestingModeInvalid {
			return nil, fmt.Errorf("%s: nesting mode %q", name, n.Mode)
		}
		out.BlockTypes = append(out.BlockTypes, &tfprotov5.SchemaNestedBlock{TypeName: name, Nesting: modes[n.Mode], Block: inner})
	}
	return out, nil
}
