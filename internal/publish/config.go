package publish

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"seismo/internal/config"
)

// Namespace is where the metrics stand in CloudWatch when nothing else is said.
const Namespace = "Seismo/Bedrock"

// Config says what is published, and where. The zero value works, once Check
// has filled it in: everything, every five minutes, in the account's own Region.
type Config struct {
	Account     string   `yaml:"account" help:"the entry of accounts to publish in; default: the one named default, else the SDK's default chain"`
	Region      string   `yaml:"region" help:"Region to publish in; default: the account's own. Calls of all accounts and Regions go there, told apart by dimensions"`
	Regions     []string `yaml:"regions" help:"publish in each of these Regions what was called there, for stacks in several Regions; calls elsewhere are then left out"`
	Environment string   `yaml:"environment" help:"dimension Environment, and the end of the log groups' names; default prod"`
	Namespace   string   `yaml:"namespace" help:"namespace of the metrics, default Seismo/Bedrock"`

	What []string `yaml:"what" help:"metrics, findings and errors; default: all three"`

	Every     config.Duration `yaml:"every" help:"time between two runs, default 5m"`
	Period    config.Duration `yaml:"period" help:"period of a point, default 5m: 1m, 5m, 10m, 15m, 30m or 1h"`
	Lag       config.Duration `yaml:"lag" help:"how long calls are waited for before a point is published, default 10m"`
	Late      config.Duration `yaml:"late" help:"how far back each run looks for calls that came late and adds them, default 6h, at most 13d"`
	Backfill  config.Duration `yaml:"backfill" help:"how far back the first run goes, default 24h, at most 13d"`
	MaxSeries int             `yaml:"max_series" help:"most models, counted for each account and Region apart, that get metrics of their own, default 200; later ones share the model others. CloudWatch bills each metric"`
	MaxEvents int             `yaml:"max_events" help:"most failed calls of an hour that are written one by one, default 5000"`

	SecurityGroup    string `yaml:"security_log_group" help:"log group of findings, default /aws/bedrock/security-events/ENVIRONMENT"`
	ApplicationGroup string `yaml:"application_log_group" help:"log group of failed calls, default /aws/bedrock/application-logs/ENVIRONMENT"`
	People           string `yaml:"people" help:"how people stand in log events: hashed (default), named or none"`

	only string // Region whose calls are published; "" is all
}

// Each is one configuration for each Region that is published in.
func (c Config) Each() []Config {
	if len(c.Regions) == 0 {
		return []Config{c}
	}
	var list []Config
	for _, region := range c.Regions {
		one := c
		one.Region, one.only, one.Regions = region, region, nil
		list = append(list, one)
	}
	return list
}

// Groups are the log groups that are written to.
func (c *Config) Groups() []string {
	var list []string
	if slices.Contains(c.What, Findings) {
		list = append(list, c.SecurityGroup)
	}
	if slices.Contains(c.What, Errors) {
		list = append(list, c.ApplicationGroup)
	}
	return list
}

// The kinds of what can be published.
const (
	Metrics  = "metrics"
	Findings = "findings"
	Errors   = "errors"
)

// How people stand in log events.
const (
	hashed = "hashed"
	named  = "named"
	none   = "none"
)

// oldest is how old a point may be. CloudWatch and CloudWatch Logs refuse what is
// older than 14 days; the day less is for clocks and for the run itself.
const oldest = 13 * 24 * time.Hour

var (
	regions      = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)
	environments = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	namespaces   = regexp.MustCompile(`^[A-Za-z0-9_./#-]{1,255}$`)
	groups       = regexp.MustCompile(`^[A-Za-z0-9_./#-]{1,512}$`)
)

// Check fills in defaults and tells what does not fit; each error names its key.
func (c *Config) Check() error {
	c.fill()
	var wrong []error
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	g := c.Period.Std()
	say(len(c.Regions) > 0 && c.Region != "", `"region" and "regions" exclude each other: keep one`)
	for i, r := range c.Regions {
		say(!regions.MatchString(r) || slices.Contains(c.Regions[:i], r), `"regions" has %q twice, or it is no Region: write each once, as us-east-1`, r)
	}
	say(!environments.MatchString(c.Environment), `"environment" has other characters than letters, digits, _ . -: choose a word such as prod`)
	say(!namespaces.MatchString(c.Namespace) || strings.HasPrefix(c.Namespace, "AWS/"), `"namespace" is not one of CloudWatch's: use letters, digits, _ . / # -, and not AWS/ at its beginning`)
	say(!groups.MatchString(c.SecurityGroup), `"security_log_group" is not the name of a log group: use letters, digits, _ . / # -`)
	say(!groups.MatchString(c.ApplicationGroup), `"application_log_group" is not the name of a log group: use letters, digits, _ . / # -`)
	say(!slices.Contains([]string{hashed, named, none}, c.People), `"people" is %q: use hashed, named or none`, c.People)
	for _, w := range c.What {
		say(!slices.Contains([]string{Metrics, Findings, Errors}, w), `"what" has %q: use metrics, findings and errors`, w)
	}
	say(g < time.Minute || g > time.Hour || g%time.Minute != 0 || time.Hour%g != 0, `"period" is %s: use 1m, 5m, 10m, 15m, 30m or 1h`, g)
	say(c.Every.Std() < time.Minute, `"every" is %s: one minute is the least`, c.Every)
	say(c.Late.Std() > oldest || c.Backfill.Std() > oldest || c.Lag.Std() > 24*time.Hour,
		`"late" or "backfill" is longer than 13d, or "lag" than 1d: CloudWatch takes nothing that is older than 14 days`)
	say(c.MaxSeries < 1 || c.MaxEvents < 1, `"max_series" or "max_events" is below one: leave them out for 200 and 5000`)
	return errors.Join(wrong...)
}

func (c *Config) fill() {
	text := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	span := func(d *config.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = config.Duration(otherwise)
		}
	}
	text(&c.Environment, "prod")
	text(&c.Namespace, Namespace)
	text(&c.SecurityGroup, "/aws/bedrock/security-events/"+c.Environment)
	text(&c.ApplicationGroup, "/aws/bedrock/application-logs/"+c.Environment)
	text(&c.People, hashed)
	span(&c.Every, 5*time.Minute)
	span(&c.Period, 5*time.Minute)
	span(&c.Lag, 10*time.Minute)
	span(&c.Late, 6*time.Hour)
	span(&c.Backfill, 24*time.Hour)
	if len(c.What) == 0 {
		c.What = []string{Metrics, Findings, Errors}
	}
	if c.MaxSeries == 0 {
		c.MaxSeries = 200
	}
	if c.MaxEvents == 0 {
		c.MaxEvents = 5000
	}
}
