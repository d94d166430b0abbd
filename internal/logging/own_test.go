package logging

import (
	"strings"
	"testing"

	"seismo/internal/state"
)

// TestOnlyExactNamesAreOurs takes out what an owner wrote, and no statement or selector
// whose name only begins or ends alike.
func TestOnlyExactNamesAreOurs(t *testing.T) {
	tail := trailTail("seismo-bedrock")
	for scope, c := range map[string]struct{ ours, theirs []string }{
		"logging 111122223333 eu-west-1": {[]string{"SeismoBedrockWrites", "SeismoWriteLogsEuWest1", "SeismoTLSOnly"},
			[]string{"SeismographTeamRead", "SeismoTeamEuWest1", "Seismo", "SeismoBedrockWrites2", "SeismoEuWest1"}},
		"trail 111122223333 seismo-bedrock": {[]string{"SeismoTrailWrites" + tail, "SeismoTLSOnly"},
			[]string{"Seismo" + tail, "SeismographTeamRead", "SeismoTrailers", "SeismoTrail" + tail}},
	} {
		sid := func(s string) string { return `{"Sid":"` + s + `","Effect":"Allow"}` }
		var list []string
		for _, s := range append(c.ours, c.theirs...) {
			list = append(list, sid(s))
		}
		rest, err := withoutOwn(`{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`, ownerOf(state.Change{Scope: scope}))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.ours {
			if strings.Contains(rest, sid(s)) {
				t.Errorf("%s: %s is left", scope, s)
			}
		}
		for _, s := range c.theirs {
			if !strings.Contains(rest, sid(s)) {
				t.Errorf("%s: %s is gone, which is somebody's own", scope, s)
			}
		}
	}
	ours, err := wantSelectors(true)(`{"advanced":[{"FieldSelectors":[{"Equals":["Data"],"Field":"eventCategory"},{"Equals":["AWS::S3::Object"],"Field":"resources.type"}],"Name":"Seismo S3 of the lab"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := withoutOwnSelectors(ours, owner{})
	if err != nil || !strings.Contains(ours, "AWS::Bedrock::Model") || strings.Contains(rest, "Bedrock") || !strings.Contains(rest, "Seismo S3 of the lab") {
		t.Errorf("of selectors are left %s, %v", rest, err)
	}
}
