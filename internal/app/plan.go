package app

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source"
)

// plan is one source of a file, checked and not opened.
type plan struct {
	name    string
	kind    string
	place   string // what it reads, for people: no secrets
	account account.Config
	workers int // objects read at once
	cfg     sourceConfig
	part    config.Part // where it stands in the file
	off     bool        // checked, and left out
}

// sourceConfig is what a kind of source can be told. Each kind has a struct for it.
type sourceConfig interface {
	// reach is the configuration of the account, to be filled before the source's
	// own keys; nil where AWS is not asked.
	reach() *account.Config
	Check() error
	// place is what is read, in words for people.
	place() string
	// open makes the source. It asks AWS nothing.
	open(context.Context, deps) (source.Source, error)
}

// head is what all kinds of source have.
type head struct {
	Name    string `yaml:"name" help:"what the source is called on the page, in metrics and in logs; default: its kind and number"`
	Type    string `yaml:"type" help:"aws-s3, aws-cloudwatch, aws-cloudtrail, aws-firehose or folder; may be left out where a key tells: queue_url, log_group_arn, …"`
	Account string `yaml:"account" help:"the entry of accounts to reach AWS with; keys given here win over its keys"`
	Enabled *bool  `yaml:"enabled" help:"false leaves the source out"`
	Readers int    `yaml:"readers" help:"objects read at once; default: two for each core, at least 4"`
}

var headKeys = []string{"name", "type", "account", "enabled", "readers"}

// Kinds of source.
const (
	kindS3         = "aws-s3"
	kindCloudWatch = "aws-cloudwatch"
	kindCloudTrail = "aws-cloudtrail"
	kindFirehose   = "aws-firehose"
	kindFolder     = "folder"
)

func kinds() map[string]func() sourceConfig {
	return map[string]func() sourceConfig{
		kindS3:         func() sourceConfig { return &s3Source{} },
		kindCloudWatch: func() sourceConfig { return &cloudWatchSource{} },
		kindCloudTrail: func() sourceConfig { return &cloudTrailSource{} },
		kindFirehose:   func() sourceConfig { return &firehoseSource{} },
		kindFolder:     func() sourceConfig { return &folderSource{} },
	}
}

// telling are keys that say which kind a source is.
var telling = []struct{ key, kind string }{
	{"queue_url", kindS3}, {"bucket_arn", kindS3}, {"access_point_arn", kindS3}, {"non_aws_bucket_name", kindS3},
	{"log_group_arn", kindCloudWatch}, {"log_group_name", kindCloudWatch}, {"log_group_name_prefix", kindCloudWatch},
	{"event_sources", kindCloudTrail}, {"access_key", kindFirehose}, {"paths", kindFolder},
}

// plan checks one entry of sources.
func (f *File) plan(part config.Part) (plan, error) {
	var h head
	if err := part.Decode(&h, except(part, headKeys)...); err != nil {
		return plan{}, err
	}
	if h.Readers < 0 || h.Readers > 64 {
		return plan{}, part.Fault("readers", "not from 1 to 64", "leave it out for two for each core")
	}
	var err error
	if h.Type, err = kindOf(part, h.Type); err != nil {
		return plan{}, err
	}
	cfg := kinds()[h.Type]()
	if err := f.account(part, h.Account, cfg.reach()); err != nil {
		return plan{}, err
	}
	if err := part.Decode(cfg, headKeys...); err != nil {
		return plan{}, err
	}
	if err := cfg.Check(); err != nil {
		return plan{}, located(part, "", err)
	}
	p := plan{name: h.Name, kind: h.Type, place: cfg.place(), workers: h.Readers, cfg: cfg, part: part,
		off: h.Enabled != nil && !*h.Enabled}
	if p.name == "" {
		p.name = fmt.Sprintf("%s-%d", h.Type, f.numberOf(part))
	}
	if p.workers == 0 {
		p.workers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if reach := cfg.reach(); reach != nil {
		p.account = *reach
	}
	return p, nil
}

// numberOf is the place of a source in the file, from 1.
func (f *File) numberOf(part config.Part) int {
	return 1 + slices.IndexFunc(f.Sources, func(p config.Part) bool { return p.Path() == part.Path() })
}

// kindOf is the kind that a source is said to be, or that its keys tell.
func kindOf(part config.Part, given string) (string, error) {
	kind, by := given, "type"
	if _, ok := kinds()[kind]; !ok && kind != "" {
		return "", part.Fault("type", "no such kind of source", "use "+strings.Join(slices.Sorted(mapKeys(kinds())), ", "))
	}
	keys := part.Keys()
	for _, t := range telling {
		switch {
		case !slices.Contains(keys, t.key):
		case kind == "":
			kind, by = t.kind, t.key
		case kind != t.kind:
			return "", part.Fault(t.key, "\""+t.key+"\" is for "+t.kind+", and \""+by+"\" makes this "+kind,
				"remove one of the two keys, or make two sources")
		}
	}
	if kind != "" {
		return kind, nil
	}
	for _, key := range keys {
		for _, t := range telling {
			if !slices.Contains(headKeys, key) && t.kind != kindFirehose && config.Alike(key, t.key) {
				return "", part.Fault(key, "no such key", "did you mean "+t.key+"?")
			}
		}
	}
	return "", part.Fault("", "it is not said what kind of source this is",
		"give queue_url, bucket_arn, log_group_arn or log_group_name, or a type: "+strings.Join(slices.Sorted(mapKeys(kinds())), ", "))
}

// account puts the named entry of accounts where the source's own keys go next.
func (f *File) account(part config.Part, name string, into *account.Config) error {
	given, ok := f.Accounts[name]
	if name == "" {
		given, ok = f.Accounts["default"], true
	}
	if !ok {
		return part.Fault("account", "there is no such entry in accounts",
			"add it, or use "+strings.Join(append(slices.Sorted(mapKeys(f.Accounts)), "none"), ", "))
	}
	if into != nil {
		*into = given
	}
	return nil
}

// except are the keys of a part that are not among keys.
func except(p config.Part, keys []string) []string {
	return slices.DeleteFunc(p.Keys(), func(k string) bool { return slices.Contains(keys, k) })
}

func mapKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
