package event

import (
	"fmt"
	"strings"
)

// Reference is the field table as a page of Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# Fields

Generated from the field table by ` + "`make gen`" + `; do not edit. These names are the columns of
` + "`seismo sql`" + ` (those of sensitivity content excepted: what was said lies sealed), the words of
` + "`seismo search`" + `, the members of ` + "`seismo normalize`" + ` (dots are nesting) and the fields of rules.
Absent values are left out; they are never 0 or an empty text.

| name | type | sensitivity | meaning | example |
| --- | --- | --- | --- | --- |
`)
	for _, f := range Fields() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` |\n", f.Name, f.Type, f.Sensitivity, f.Meaning,
			strings.ReplaceAll(f.Example, "|", `\|`))
	}
	b.WriteString("\n## The same in other conventions\n\n| name | AWS record | ECS | OTel GenAI | OCSF |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range Fields() {
		if f.AWS+f.ECS+f.OTel+f.OCSF != "" {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.Name, code(f.AWS), code(f.ECS), code(f.OTel), code(f.OCSF))
		}
	}
	return b.String()
}

func code(name string) string {
	if name == "" {
		return ""
	}
	return "`" + name + "`"
}
