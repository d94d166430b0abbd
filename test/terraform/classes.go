package terraform

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

var (
	class  = regexp.MustCompile(`^export class (\w+) extends \w+\.(\w+)`)
	remark = regexp.MustCompile(`^ *// (\w+) - computed: (\w+), optional: (\w+), required: (\w+)$`)
	nested = regexp.MustCompile(`= new (\w+?)(OutputReference|List)\(this, "\w+"(?:, (true|false))?\)`)
)

// How a binding reads an attribute says what type it has; the first that is found counts.
var types = []struct {
	spelled string
	is      cty.Type
}{
	{".StringMap(", cty.Map(cty.String)},
	{".getStringMapAttribute(", cty.Map(cty.String)},
	{".tolist(this.getListAttribute(", cty.Set(cty.String)},
	{".getListAttribute(", cty.List(cty.String)},
	{".getBooleanAttribute(", cty.Bool},
	{".getNumberAttribute(", cty.Number},
	{".getStringAttribute(", cty.String},
}

// rootBlock makes the schema of the resource or data source that a file binds. What
// it cannot read is an error, for a schema with a gap would forbid what is allowed.
func rootBlock(source string) (Block, error) {
	members := map[string][]string{} // a class's lines, by its name without the ending
	root, name := "", ""
	for line := range strings.Lines(source) {
		line = strings.TrimRight(line, "\r\n")
		if m := class.FindStringSubmatch(line); m != nil {
			name = strings.TrimSuffix(m[1], "OutputReference")
			if m[2] == "TerraformResource" || m[2] == "TerraformDataSource" {
				root = name
			}
			if m[2] == "ComplexList" {
				name = m[1] // only a list of the other class
			}
		}
		members[name] = append(members[name], line)
	}
	if root == "" {
		return Block{}, errors.New("no class of a resource or data source")
	}
	return block(members, root)
}

func block(members map[string][]string, name string) (Block, error) {
	b := Block{Attributes: map[string]Attribute{}, Blocks: map[string]Nested{}}
	lines := members[name]
	for i, line := range lines {
		m := remark.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		end := i + 1
		for end < len(lines) && remark.FindStringSubmatch(lines[end]) == nil {
			end++
		}
		if err := b.member(members, m, strings.Join(lines[i+1:end], "\n")); err != nil {
			return b, fmt.Errorf("%s: %w", m[1], err)
		}
	}
	if len(b.Attributes)+len(b.Blocks) == 0 {
		return b, fmt.Errorf("class %s has no attributes", name)
	}
	return b, nil
}

func (b Block) member(members map[string][]string, remark []string, text string) error {
	name, computed := remark[1], remark[2] == "true"
	if m := nested.FindStringSubmatch(text); m != nil {
		if computed {
			return errors.New("a computed list of objects, which is not read here")
		}
		inner, err := block(members, m[1])
		mode := "list"
		switch {
		case m[2] == "OutputReference":
			mode = "single"
		case m[3] == "true":
			mode = "set"
		}
		b.Blocks[name] = Nested{Mode: mode, Block: inner}
		return err
	}
	for _, t := range types {
		if strings.Contains(text, t.spelled) {
			b.Attributes[name] = Attribute{Type: t.is, Computed: computed, Optional: remark[3] == "true", Required: remark[4] == "true"}
			return nil
		}
	}
	return errors.New("of a type that is not known here")
}
