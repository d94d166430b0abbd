package deploy

import "testing"

// Every template is read as it is written: what is there has a type, and nothing
// is left as text that should be a function.
func TestLoad(t *testing.T) {
	for _, name := range TemplateNames() {
		tpl, err := load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(tpl.resources) == 0 || len(tpl.parameters) == 0 {
			t.Errorf("%s: %d resources, %d parameters", name, len(tpl.resources), len(tpl.parameters))
		}
		for id, r := range tpl.resources {
			if _, ok := r["Type"].(string); !ok {
				t.Errorf("%s: %s has no type", name, id)
			}
		}
	}
}
