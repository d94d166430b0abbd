package app

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/publish"
	"seismo/internal/report"
	"seismo/internal/store"
)

// File is what a configuration file says: seismo.yaml. Its keys and those of
// each kind of source are listed on the reference page that is made from these
// structs.
type File struct {
	DB           string          `yaml:"db" help:"database file; key and state lie beside it"`
	Mode         store.Mode      `yaml:"mode" help:"how much of what was said is kept: full (sealed), redacted (sealed, secrets masked) or metadata (nothing); default: as last time, at first full"`
	Listen       string          `yaml:"listen" help:"loopback address of the page, default 127.0.0.1:8321"`
	Telemetry    string          `yaml:"telemetry_listen" help:"a further address for /metrics, /healthz and /readyz alone, such as 0.0.0.0:9464; they hold no content and no names of people"`
	People       string          `yaml:"people" help:"map file of roles and sessions to people, teams and apps"`
	Prices       []string        `yaml:"prices" help:"price files of your own; later ones win"`
	Geo          []string        `yaml:"geo" help:"MMDB files with countries or networks; none is shipped"`
	TrailSources []string        `yaml:"trail_sources" help:"further CloudTrail event sources to keep, such as ec2.amazonaws.com"`
	MaxLine      config.Size     `yaml:"max_line" help:"longest record, default 64MiB; longer ones go to quarantine"`
	Memory       string          `yaml:"memory" help:"memory of the database, default 192MB"`
	BodyCache    config.Size     `yaml:"body_cache" help:"most bytes of bodies fetched from S3 that are kept in memory, default 32MiB"`
	Retention    RetentionConfig `yaml:"retention"`

	Accounts  map[string]account.Config `yaml:"accounts" help:"named ways to reach AWS, for the key account of a source; the one named default is used where no other is named"`
	Sources   []config.Part             `yaml:"sources" help:"where records come from, one entry each"`
	Metrics   config.Part               `yaml:"metrics" help:"numbers from CloudWatch, for the coverage meter"`
	Inventory config.Part               `yaml:"inventory" help:"profiles, models, guardrails, quotas and the logging configuration, read from time to time"`

	Publish config.Part `yaml:"publish" help:"metrics, findings and failed calls that are written back to CloudWatch"`
	Reports config.Part `yaml:"reports" help:"reports that are sent by e-mail: daily, weekly, monthly"`

	part     config.Part
	sources  []plan
	observed observing

	published *publish.Config // nil: nothing is published
	posted    []report.Plan   // reports that are sent
}

// RetentionConfig says how long what is kept.
type RetentionConfig struct {
	Bodies config.Duration `yaml:"bodies" help:"how long what was said is kept, such as 90d; 0 keeps it"`
	Rows   config.Duration `yaml:"rows" help:"how long rows are kept, such as 400d; 0 keeps them"`
}

// LoadFile reads a configuration file and checks all of it. It asks nothing of
// AWS. The error is a *config.Fault, or several that are joined.
func LoadFile(path string) (File, error) {
	part, err := config.Read(path, nil)
	if err != nil {
		return File{}, err
	}
	f := File{part: part}
	if err := part.Decode(&f); err != nil {
		return f, err
	}
	return f, f.check()
}

func (f *File) check() error {
	var errs []error
	cfg := Config{Mode: f.Mode}
	if err := cfg.checkMode(); err != nil {
		errs = append(errs, f.part.Fault("mode", err.Error(), "use full, redacted or metadata"))
	}
	if b, r := f.Retention.Bodies, f.Retention.Rows; r > 0 && b > r {
		errs = append(errs, f.part.Fault("retention.bodies", "longer than retention.rows", "what was said goes with its row at the latest"))
	}
	for _, name := range slices.Sorted(mapKeys(f.Accounts)) {
		c := f.Accounts[name]
		if err := c.Check(); err != nil {
			errs = append(errs, located(f.part, "accounts."+name, err))
		}
	}
	names := map[string]bool{}
	for _, part := range f.Sources {
		p, err := f.plan(part)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if names[p.name] {
			errs = append(errs, part.Fault("name", fmt.Sprintf("two sources are called %q", p.name), "give one of them another name: key"))
		}
		names[p.name] = true
		if !p.off {
			f.sources = append(f.sources, p)
		}
	}
	var err error
	if f.observed, err = f.observing(); err != nil {
		errs = append(errs, err)
	}
	if f.published, err = f.publishing(); err != nil {
		errs = append(errs, err)
	}
	if f.posted, err = f.posting(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// quoted is a key that an error names first.
var quoted = regexp.MustCompile(`"([a-z][a-z0-9_.]*)(\[\d+\])?[a-z_.]*"`)

// located gives the errors of a room's Check the file, the line and the path of
// the key that each names first.
func located(part config.Part, under string, err error) error {
	var list []error
	for _, e := range apart(err) {
		key := ""
		if m := quoted.FindStringSubmatch(e.Error()); m != nil && slices.Contains(part.Keys(), strings.Split(m[1], ".")[0]) {
			key = m[1]
		}
		what, remedy, _ := strings.Cut(e.Error(), ": ")
		list = append(list, part.Fault(cmp.Or(key, under), what, remedy))
	}
	return errors.Join(list...)
}

// apart takes joined errors apart.
func apart(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []error
		for _, e := range joined.Unwrap() {
			list = append(list, apart(e)...)
		}
		return list
	}
	return []error{err}
}

// Config is what the file says of the database and the path; flags that were
// given win over it.
func (f *File) Config(flags Config) Config {
	c := flags
	c.DB = cmp.Or(flags.DB, f.DB, DefaultDB())
	c.Mode = cmp.Or(flags.Mode, f.Mode)
	c.People = cmp.Or(flags.People, f.People)
	c.Memory = cmp.Or(flags.Memory, f.Memory)
	c.MaxLine = cmp.Or(flags.MaxLine, int64(f.MaxLine))
	c.Prices = append(slices.Clone(f.Prices), flags.Prices...)
	c.Geo = append(slices.Clone(f.Geo), flags.Geo...)
	c.TrailSources = append(slices.Clone(f.TrailSources), flags.TrailSources...)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// shownURL is an address without user, password, query and fragment.
func shownURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(not an address)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
