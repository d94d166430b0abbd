package cloudtrail

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
)

// Config says which events are looked up, and how often.
type Config struct {
	account.Config `yaml:",inline"`

	Regions      []string        `yaml:"regions" help:"Regions to look in; default: region_name. Events of global services are looked for where AWS keeps them, whatever is listed here"`
	EventSources []string        `yaml:"event_sources" help:"services whose events are looked up, such as bedrock.amazonaws.com; default: Bedrock's and those that tell how it is used and abused"`
	Interval     config.Duration `yaml:"interval" help:"pause between two looks at the newest events, default 1m"`
	Lookback     config.Duration `yaml:"lookback" help:"how far back events are read when a source is read for the first time, default and most 90d, which is what CloudTrail keeps"`
	Overlap      config.Duration `yaml:"overlap" help:"how far each look reaches back, for events that come late; default 20m"`
	Sweep        config.Duration `yaml:"sweep" help:"age at which all events are looked up a second time, for those that came later still; default 24h"`
}

// What CloudTrail keeps for LookupEvents, and a little less, since the oldest
// moments leave while they are asked for.
const (
	kept     = 90 * 24 * time.Hour
	keptSafe = kept - time.Hour
)

// Check fills what is absent with its default and says what is wrong: each error
// names the keys and the remedy.
func (c *Config) Check() error {
	var wrong []error
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	if c.Sweep == 0 {
		c.Sweep = config.Duration(24 * time.Hour)
	}
	usual(&c.Interval, time.Minute)
	usual(&c.Lookback, kept)
	usual(&c.Overlap, 20*time.Minute)
	if len(c.Regions) == 0 && c.Region != "" {
		c.Regions = []string{c.Region}
	}
	if len(c.EventSources) == 0 {
		c.EventSources = EventSources()
	}
	for _, name := range c.EventSources {
		say(!strings.Contains(name, ".amazonaws.com") || strings.ContainsAny(name, "* "),
			`"event_sources" holds %q: write whole names, such as bedrock.amazonaws.com`, name)
	}
	say(slices.Contains(c.Regions, ""), `"regions" holds an empty name: remove it`)
	say(c.Interval.Std() < time.Second, `"interval" is %v: a second is the least`, c.Interval)
	say(c.Lookback.Std() > kept, `"lookback" is %v: CloudTrail keeps 90d for LookupEvents; older events are only in the files of a trail`, c.Lookback)
	say(c.Sweep.Std() < c.Overlap.Std(), `"sweep" is %v, less than "overlap": make it longer`, c.Sweep)
	say(c.Sweep.Std() > keptSafe, `"sweep" is %v: CloudTrail keeps 90d, make it shorter`, c.Sweep)
	return errors.Join(append(wrong, c.Config.Check())...)
}

func usual(value *config.Duration, usual time.Duration) {
	if *value == 0 {
		*value = config.Duration(usual)
	}
}
