package deploy

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3" // the configuration's reader does not take tags inside flow mappings

	"seismo/content"
)

// TemplateNames are all templates, in the order in which they are used.
func TemplateNames() []string {
	return []string{Infrastructure, Trail, Alarms, Dashboards, Queries, Organization}
}

// holes are the places of a template that another file of the room content is
// put into, as a block of text.
var holes = regexp.MustCompile(`(?m)^( *)([^\n]*) "\{\{([a-z-]+)\}\}"$`)

// Text is a template as CloudFormation takes it. The name is one of
// TemplateNames.
func Text(name string) (string, error) {
	raw, err := fs.ReadFile(content.FS, "cloudformation/"+name+".yaml")
	if err != nil {
		return "", fmt.Errorf("read the template: %w", err)
	}
	var failed error
	text := holes.ReplaceAllStringFunc(string(raw), func(line string) string {
		m := holes.FindStringSubmatch(line)
		body, err := inset(m[3])
		if err != nil {
			failed = err
			return line
		}
		indent := m[1] + "  "
		lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
		for i, l := range lines {
			if l != "" {
				lines[i] = indent + l
			}
		}
		return m[1] + m[2] + " |\n" + strings.Join(lines, "\n")
	})
	return text, failed
}

// inset is the text that fills a hole: the body of a dashboard, or another
// template, without its comments.
func inset(name string) (string, error) {
	if slices.Contains(TemplateNames(), name) {
		return Text(name)
	}
	body, err := fs.ReadFile(content.FS, "dashboards/"+name+".json")
	if err != nil {
		return "", fmt.Errorf("read the dashboard: %w", err)
	}
	return string(body), nil
}

// Documents are all templates as YAML documents, one after the other.
func Documents() (string, error) {
	var b strings.Builder
	for _, name := range TemplateNames() {
		text, err := Text(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "---\n# %s.yaml\n%s", name, strings.TrimRight(text, "\n")+"\n")
	}
	return b.String(), nil
}

// template is what a template declares.
type template struct {
	text       string
	parameters map[string]map[string]any
	conditions map[string]any
	resources  map[string]map[string]any
}

// load reads a template. The short forms of functions become their long ones.
func load(name string) (*template, error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	return parse(name, text)
}

// parse reads the text of a template.
func parse(name, text string) (*template, error) {
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		return nil, fmt.Errorf("read the template %s: %w", name, err)
	}
	root, ok := plainOf(&node).(map[string]any)
	if !ok {
		return nil, fmt.Errorf("read the template %s: it is no mapping", name)
	}
	t := &template{text: text, parameters: map[string]map[string]any{}, resources: map[string]map[string]any{}}
	t.conditions, _ = root["Conditions"].(map[string]any)
	for section, into := range map[string]map[string]map[string]any{"Parameters": t.parameters, "Resources": t.resources} {
		all, _ := root[section].(map[string]any)
		for key, v := range all {
			into[key], _ = v.(map[string]any)
		}
	}
	for name := range t.conditions {
		if t.circular(t.conditions[name], []string{name}) {
			return nil, fmt.Errorf("read the template: its condition %s rests on itself", name)
		}
	}
	return t, nil
}

// circular says that a condition rests on one of those above it.
func (t *template) circular(c any, above []string) bool {
	switch c := c.(type) {
	case []any:
		return slices.ContainsFunc(c, func(part any) bool { return t.circular(part, above) })
	case map[string]any:
		if name, ok := c["Condition"].(string); ok {
			return slices.Contains(above, name) || t.circular(t.conditions[name], append(slices.Clone(above), name))
		}
		for _, part := range c {
			if t.circular(part, above) {
				return true
			}
		}
	}
	return false
}

// shelf holds templates that were read: several Regions use the same ones.
type shelf struct {
	mu   sync.Mutex
	read map[string]*template
}

func (s *shelf) load(name string) (*template, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.read[name]; t != nil {
		return t, nil
	}
	t, err := load(name)
	if err == nil {
		s.read[name] = t
	}
	return t, err
}

// plainOf turns a node of YAML into Go's values, with !Sub as {"Fn::Sub": …}.
func plainOf(n *yaml.Node) any {
	var v any
	switch n.Kind {
	case yaml.DocumentNode:
		return plainOf(n.Content[0])
	case yaml.AliasNode:
		return nil // CloudFormation refuses aliases
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainOf(n.Content[i+1])
		}
		v = m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plainOf(c))
		}
		v = list
	default:
		if strings.HasPrefix(n.Tag, "!!") {
			if err := n.Decode(&v); err == nil {
				return v
			}
		}
		v = n.Value
	}
	name, ok := strings.CutPrefix(n.Tag, "!")
	if !ok || strings.HasPrefix(name, "!") {
		return v
	}
	if name == "GetAtt" {
		resource, attribute, _ := strings.Cut(fmt.Sprint(v), ".")
		v = []any{resource, attribute}
	}
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return map[string]any{name: v}
}

// checkParameters holds given parameters against what the templates say of them.
func checkParameters(given map[string]string) error {
	if len(given) == 0 {
		return nil
	}
	var templates []*template
	for _, stack := range all {
		t, err := load(stack)
		if err != nil {
			return err
		}
		templates = append(templates, t)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		known := false
		for _, t := range templates {
			p, ok := t.parameters[name]
			if !ok {
				continue
			}
			known = true
			if why := misfit(p, given[name]); why != "" {
				return fmt.Errorf("parameter %s: %s", name, why)
			}
		}
		if !known {
			return fmt.Errorf("there is no parameter %s; `seismo deploy up --template-only` shows them all", name)
		}
	}
	return nil
}

// misfit says why a value does not fit a parameter, "" when it does. The value
// itself is not repeated where the template keeps it secret.
func misfit(p map[string]any, value string) string {
	shown := value
	if p["NoEcho"] == true {
		shown = "(hidden)"
	}
	if list, ok := p["AllowedValues"].([]any); ok {
		if !slices.ContainsFunc(list, func(v any) bool { return fmt.Sprint(v) == value }) {
			return fmt.Sprintf("%q is none of %s", shown, strings.Trim(fmt.Sprint(list), "[]"))
		}
		return ""
	}
	if pattern, ok := p["AllowedPattern"].(string); ok {
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil || !re.MatchString(value) {
			return fmt.Sprintf("%q is not of the form %s", shown, pattern)
		}
	}
	if p["Type"] == "Number" {
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
			return fmt.Sprintf("%q is no number", shown)
		case below(n, p["MinValue"]):
			return fmt.Sprintf("%s is less than %v", shown, p["MinValue"])
		case below(-n, negated(p["MaxValue"])):
			return fmt.Sprintf("%s is more than %v", shown, p["MaxValue"])
		}
	}
	return ""
}

func below(n float64, least any) bool {
	if least == nil {
		return false
	}
	limit, err := strconv.ParseFloat(fmt.Sprint(least), 64)
	return err == nil && n < limit
}

func negated(v any) any {
	if v == nil {
		return nil
	}
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil {
		return nil
	}
	return -n
}
