package cwlogs

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
)

// Config says which log groups are read, and how. Its keys are those of
// Elastic's aws-cloudwatch input, as it spells them, and some more.
type Config struct {
	account.Config `yaml:",inline"`

	GroupARN       string   `yaml:"log_group_arn" help:"ARN of the log group to read; it carries its Region, and may be of a linked account. One of log_group_arn, log_group_name, log_group_name_prefix"`
	GroupName      string   `yaml:"log_group_name" help:"name of the log group to read; needs region_name"`
	GroupPrefix    string   `yaml:"log_group_name_prefix" help:"all log groups whose names begin so are read; needs region_name. New ones are found within minutes"`
	LinkedAccounts bool     `yaml:"include_linked_accounts_with_prefix" help:"with log_group_name_prefix: the groups of linked accounts too, from a monitoring account"`
	Streams        []string `yaml:"log_streams" help:"names of the streams to read, at most 100; default: all"`
	StreamPrefix   string   `yaml:"log_stream_prefix" help:"streams whose names begin so are read; excludes log_streams"`

	Workers  int             `yaml:"number_of_workers" help:"log groups that are read at the same time, default 4; the quota of calls is shared"`
	Start    string          `yaml:"start_position" help:"where a group begins that was never read before: beginning (default), end, or lastSync, which is beginning; what was read before always goes on where it stopped"`
	Scan     config.Duration `yaml:"scan_frequency" help:"pause between two looks at the newest part of a group, default 1m"`
	APISleep config.Duration `yaml:"api_sleep" help:"least pause between two pages of a group; default none, since calls keep to 80 % of the quota by themselves"`
	Latency  config.Duration `yaml:"latency" help:"how much of the newest part is left alone until it is complete, such as 5m; default none, since late events are read again anyway"`

	Overlap     config.Duration `yaml:"overlap" help:"how far each look reaches back, for events that come a little late; default 5m"`
	Late        config.Duration `yaml:"late" help:"age at which each part of the log is read a second time, for late events; default 2h"`
	Sweep       config.Duration `yaml:"sweep" help:"age at which each part of the log is read a last time, for events that come up to so late; default 24h"`
	StartTime   time.Time       `yaml:"start_timestamp" help:"nothing older is read, such as 2026-01-31T00:00:00Z"`
	EndTime     time.Time       `yaml:"end_timestamp" help:"nothing from this time on is read; the source ends there"`
	IgnoreOlder config.Duration `yaml:"ignore_older" help:"when a group is read for the first time, nothing older than this is, such as 30d"`

	APITimeput config.Duration `yaml:"api_timeput" help:"api_timeout, as one version of Elastic's integration misspells it"`

	Tags       []string `yaml:"tags" help:"accepted, without effect: tags are of Elastic's documents"`
	Processors any      `yaml:"processors" help:"accepted, without effect: processors are of Elastic's agent"`
	Original   bool     `yaml:"preserve_original_event" help:"accepted, without effect: the record as delivered is always kept, sealed"`
	Duplicate  bool     `yaml:"preserve_duplicate_custom_fields" help:"accepted, without effect: bodies are kept once"`
}

// Positions to start at.
const (
	startBeginning = "beginning"
	startEnd       = "end"
	startLastSync  = "lastSync"
)

// mostStreams is how many stream names FilterLogEvents takes.
const mostStreams = 100

// Check fills what is absent with its default and says what is wrong: each error
// names the keys and the remedy.
func (c *Config) Check() error {
	var wrong []error
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	say(c.APITimeput != 0 && c.APITimeout != 0 && c.APITimeput != c.APITimeout,
		`"api_timeout" and "api_timeput" differ: keep "api_timeout"`)
	if c.APITimeout == 0 {
		c.APITimeout = c.APITimeput
	}
	c.defaults()
	c.checkGroups(say)
	c.checkTimes(say)
	return errors.Join(append(wrong, c.Config.Check())...)
}

func (c *Config) defaults() {
	usual(&c.Start, startBeginning)
	usual(&c.Workers, 4)
	usual(&c.Scan, config.Duration(defaultScan))
	usual(&c.Overlap, config.Duration(defaultOverlap))
	usual(&c.Late, config.Duration(defaultLate))
	usual(&c.Sweep, config.Duration(defaultSweep))
}

func usual[T comparable](value *T, usual T) {
	var zero T
	if *value == zero {
		*value = usual
	}
}

func (c *Config) checkGroups(say func(bad bool, format string, args ...any)) {
	given := []string{}
	for _, g := range []struct{ key, value string }{
		{"log_group_arn", c.GroupARN}, {"log_group_name", c.GroupName}, {"log_group_name_prefix", c.GroupPrefix},
	} {
		if g.value != "" {
			given = append(given, `"`+g.key+`"`)
		}
	}
	say(len(given) == 0, `none of "log_group_arn", "log_group_name" and "log_group_name_prefix" is given: say which group to read`)
	say(len(given) > 1, `%s exclude each other: keep one of them`, strings.Join(given, " and "))
	say(len(given) == 1 && c.GroupARN == "" && c.Region == "", `%s needs "region_name": name the Region that the group is in`, strings.Join(given, ""))
	if c.GroupARN != "" {
		g, ok := groupOfARN(c.GroupARN)
		say(!ok, `"log_group_arn" is not the ARN of a log group: %q; write it as CloudWatch shows it, with :log-group:NAME`, c.GroupARN)
		say(ok && c.Region != "" && c.Region != g.region,
			`"log_group_arn" is in %s, but "region_name" is %s: remove "region_name"`, g.region, c.Region)
	}
	say(c.LinkedAccounts && c.GroupPrefix == "",
		`"include_linked_accounts_with_prefix" needs "log_group_name_prefix": give the ARN of a single linked group in "log_group_arn"`)
	say(len(c.Streams) > 0 && c.StreamPrefix != "", `"log_streams" and "log_stream_prefix" exclude each other: keep one of them`)
	say(len(c.Streams) > mostStreams, `"log_streams" names %d streams, CloudWatch takes %d: use "log_stream_prefix"`, len(c.Streams), mostStreams)
}

func (c *Config) checkTimes(say func(bad bool, format string, args ...any)) {
	switch c.Start {
	case startBeginning, startEnd, startLastSync:
	default:
		say(true, `"start_position" is %q: write beginning, end or lastSync`, c.Start)
	}
	say(c.Workers < 1 || c.Workers > 100, `"number_of_workers" is %d: write a number from 1 to 100`, c.Workers)
	say(c.Scan.Std() < time.Second, `"scan_frequency" is %v: a second is the least`, c.Scan)
	say(c.Late < c.Latency+c.Overlap, `"late" is %v, less than "latency" and "overlap" together: make it longer`, c.Late)
	say(c.Sweep < c.Late, `"sweep" is %v, less than "late": make it longer`, c.Sweep)
	say(!c.EndTime.IsZero() && !c.StartTime.Before(c.EndTime), `"end_timestamp" is not after "start_timestamp": exchange them`)
	say(!c.StartTime.IsZero() && c.Start == startEnd, `"start_timestamp" and "start_position: end" exclude each other: keep one of them`)
}

// terms are what a tail keeps to, in a process that reads so many groups.
func (c *Config) terms(groups int) terms {
	t := terms{
		latency: c.Latency.Std().Milliseconds(),
		scan:    c.Scan.Std().Milliseconds(),
		seen:    max(mostRemembered/max(groups, 1), leastRemembered),
	}
	t.delay = [hands]int64{
		live:  t.latency + c.Overlap.Std().Milliseconds(),
		late:  c.Late.Std().Milliseconds(),
		sweep: c.Sweep.Std().Milliseconds(),
	}
	if !c.EndTime.IsZero() {
		t.end = millis(c.EndTime)
	}
	return t
}
