package cloudtrail

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// SourcesFile is the place of the list of event sources in the embedded content.
const SourcesFile = "trail/sources.yaml"

func loadSources(content fs.FS, extra []string) ([]string, error) {
	var file struct {
		Sources []struct {
			Source string `yaml:"source"`
			Why    string `yaml:"why"`
		} `yaml:"sources"`
	}
	if err := load(content, SourcesFile, &file); err != nil {
		return nil, err
	}
	var patterns []string
	for _, s := range file.Sources {
		patterns = append(patterns, s.Source)
	}
	patterns = append(patterns, extra...)
	for i, p := range patterns {
		patterns[i] = strings.ToLower(strings.TrimSpace(p))
		if _, err := path.Match(patterns[i], ""); err != nil {
			return nil, fmt.Errorf("event source %q: %w", p, err)
		}
		if !strings.ContainsAny(p, ".*") {
			return nil, fmt.Errorf("event source %q matches nothing: write %s.amazonaws.com, or use *", p, p)
		}
	}
	return patterns, nil
}

// Listens reports whether events of the source are kept.
func (r *Reader) Listens(source string) bool {
	source = strings.ToLower(source)
	if isBedrock(source) {
		return true
	}
	for _, pattern := range r.sources {
		if ok, _ := path.Match(pattern, source); ok {
			return true
		}
	}
	return false
}

// isBedrock knows bedrock, bedrock-agent, bedrock-agentcore, bedrock-mantle,
// bedrock-runtime and those to come.
func isBedrock(source string) bool { return strings.HasPrefix(source, "bedrock") }
