package terraform

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Module is a folder of .tf files, parsed.
type Module struct {
	blocks []*hclsyntax.Block
	files  fs.FS
	folder string
}

// Read parses the .tf files of a folder. The files that they read are looked for in
// fsys too.
func Read(fsys fs.FS, folder string) (*Module, error) {
	names, err := fs.Glob(fsys, folder+"/*.tf")
	if err == nil && len(names) == 0 {
		err = errors.New(folder + " has no .tf files")
	}
	m := &Module{files: fsys, folder: folder}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		file, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, diags
		}
		m.blocks = append(m.blocks, file.Body.(*hclsyntax.Body).Blocks...)
	}
	return m, err
}

// Types lists the types that are used, as a module spells them.
func (m *Module) Types() []string {
	var types []string
	for _, b := range m.blocks {
		var name string
		switch b.Type {
		case "resource":
			name = b.Labels[0]
		case "data":
			name = "data." + b.Labels[0]
		default:
			continue
		}
		if !slices.Contains(types, name) {
			types = append(types, name)
		}
	}
	return types
}
