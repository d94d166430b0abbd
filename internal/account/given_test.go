package account

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRegionGiven(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[default]\n\n[profile there]\nregion = eu-west-3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env, value string
		cfg        Config
		region     string
		given      bool
	}{
		"nobody":        {"X", "", Config{}, LastRegion, false},
		"default":       {"X", "", Config{DefaultRegion: "eu-west-2"}, "eu-west-2", false},
		"configuration": {"X", "", Config{Region: LastRegion}, LastRegion, true},
		"environment":   {"AWS_REGION", LastRegion, Config{}, LastRegion, true},
		"second name":   {"AWS_DEFAULT_REGION", "eu-west-1", Config{}, "eu-west-1", true},
		"profile":       {"X", "", Config{Profile: "there"}, "eu-west-3", true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, env := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
				t.Setenv(env, "")
			}
			t.Setenv("AWS_CONFIG_FILE", file)
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
			t.Setenv(c.env, c.value)
			a, err := Open(t.Context(), c.cfg, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if a.Region() != c.region || a.RegionGiven() != c.given {
				t.Errorf("%s, %t; want %s, %t", a.Region(), a.RegionGiven(), c.region, c.given)
			}
		})
	}
}
