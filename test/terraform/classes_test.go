package terraform

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

// Written by hand in the generator's form.
const bindings = `
export class ThingPartOutputReference extends cdk.ComplexObject {
  // on - computed: false, optional: false, required: true
  public get on() {
    return this.getBooleanAttribute('on');
  }
}
export class ThingPartList extends cdk.ComplexList {
  public get(index: number): ThingPartOutputReference {
    return new ThingPartOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}
export class ThingTimesOutputReference extends cdk.ComplexObject {
  // create - computed: false, optional: true, required: false
  public get create() {
    return this.getStringAttribute('create');
  }
}
export class Thing extends cdk.TerraformResource {
  // made - computed: true, optional: false, required: false
  private _made = new cdk.StringMap(this, "made");
  // names - computed: false, optional: true, required: false
  public get names() {
    return cdk.Fn.tolist(this.getListAttribute('names'));
  }
  // size - computed: true, optional: true, required: false
  public get size() {
    return this.getNumberAttribute('size');
  }
  // part - computed: false, optional: true, required: false
  private _part = new ThingPartList(this, "part", true);
  // times - computed: false, optional: true, required: false
  private _times = new ThingTimesOutputReference(this, "times");
}
`

func TestRootBlock(t *testing.T) {
	got, err := rootBlock(bindings)
	if err != nil {
		t.Fatal(err)
	}
	want := Block{
		Attributes: map[string]Attribute{
			"made":  {Type: cty.Map(cty.String), Computed: true},
			"names": {Type: cty.Set(cty.String), Optional: true},
			"size":  {Type: cty.Number, Optional: true, Computed: true},
		},
		Blocks: map[string]Nested{
			"part": {Mode: "set", Block: Block{
				Attributes: map[string]Attribute{"on": {Type: cty.Bool, Required: true}}, Blocks: map[string]Nested{},
			}},
			"times": {Mode: "single", Block: Block{
				Attributes: map[string]Attribute{"create": {Type: cty.String, Optional: true}}, Blocks: map[string]Nested{},
			}},
		},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(cty.Type.Equals)); diff != "" {
		t.Error(diff)
	}
}

// A schema with a gap would forbid what the provider takes, so that no gap passes.
func TestRootBlockRefuses(t *testing.T) {
	for what, source := range map[string]string{
		"no class of a resource": strings.Replace(bindings, "TerraformResource", "TerraformElement", 1),
		"size: of a type that":   strings.Replace(bindings, "getNumberAttribute", "getAnyMapAttribute", 1),
		"part: a computed list":  strings.Replace(bindings, "part - computed: false", "part - computed: true", 1),
		"class ThingPart has no": strings.Replace(bindings, "// on - ", "// on ", 1),
	} {
		if _, err := rootBlock(source); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q is not said: %v", what, err)
		}
	}
}
