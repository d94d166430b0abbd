package account

import (
	"regexp"
	"strings"
	"testing"

	"seismo/internal/source"
)

// What a command says of credentials, Regions and services names flags, and not keys of
// a file; and nothing that runs once says that it tries again.
func TestForCommandNamesFlags(t *testing.T) {
	file := regexp.MustCompile(`"(region_name|credential_profile_name|access_key_id|secret_access_key|proxy_url|endpoint|web_identity_token_file|role_arn|external_id)"`)
	var remedies []string
	for _, m := range codes {
		remedies = append(remedies, m.remedy)
	}
	for _, c := range clues {
		remedies = append(remedies, c.remedy)
	}
	for _, f := range []*source.Fault{elsewhere(symptom{region: "eu-west-1"}), elsewhere(symptom{}), byStatus(symptom{status: 503, service: "S3"}), byStatus(symptom{status: 500}),
		diagnose(symptom{err: answered("S3:GetObject", 503, "SlowDown", ""), code: "SlowDown"})} {
		remedies = append(remedies, f.Remedy)
	}
	if len(remedies) < 50 {
		t.Fatalf("%d remedies", len(remedies))
	}
	for _, remedy := range remedies {
		got := ForCommand(remedy)
		if file.MatchString(got) || strings.Contains(got, "tries again") || strings.Contains(got, "is tried again") {
			t.Errorf("%s\n%s", remedy, got)
		}
		if ForCommand(got) != got {
			t.Errorf("said twice it is another: %s", got)
		}
	}
	if got := ForCommand(remedyNone); got != "No credentials were found: name a profile with --profile, set the AWS_* variables, or run where a role is given." {
		t.Error(got)
	}
}
