package metrics

import (
	"fmt"
	"time"

	"seismo/internal/config"
)

// Config says what is read of CloudWatch, and where. The zero value works, once
// Check has filled it in: the Regions of all accounts, every five minutes.
type Config struct {
	Accounts []string `yaml:"accounts" help:"entries of accounts to read; none: all of them, or the SDK's default chain when there are none"`
	Regions  []string `yaml:"regions" help:"Regions to read in each account; none: the account's own Region"`

	Every       config.Duration `yaml:"every" help:"time between two readings, default 5m; AWS bills each series that is asked for, so longer is cheaper"`
	Period      config.Duration `yaml:"period" help:"the same as every, as Elastic spells it"`
	Granularity config.Duration `yaml:"data_granularity" help:"period of a point, default 5m; a multiple of 1m that divides an hour"`
	Latency     config.Duration `yaml:"latency" help:"how far the newest points are left alone, default 0: they are read at once and corrected later"`
	Overlap     config.Duration `yaml:"overlap" help:"how far back each reading goes, since CloudWatch corrects its newest values, default 3h"`
	Backfill    config.Duration `yaml:"backfill" help:"how far back the first reading goes, by the hour, default 14d"`
	MaxSeries   int             `yaml:"max_series" help:"most series of one account and Region, default 2000; the account-wide ones and those by model come first"`

	LinkedAccounts bool   `yaml:"include_linked_accounts" help:"in a monitoring account: read the linked accounts' metrics too"`
	OwningAccount  string `yaml:"owning_account" help:"in a monitoring account: read only this linked account's metrics"`

	TagsFilter []any `yaml:"tags_filter" help:"no effect: Bedrock's metrics have no resources with tags"`
	Processors []any `yaml:"processors" help:"no effect: there are no collector-side processors"`
}

// Check fills in defaults and tells what does not fit.
func (c *Config) Check() error {
	if c.Every != 0 && c.Period != 0 && c.Every != c.Period {
		return fmt.Errorf(`"every" and "period" differ; keep "every"`)
	}
	set(&c.Every, c.Period.Std())
	set(&c.Every, 5*time.Minute)
	set(&c.Granularity, 5*time.Minute)
	set(&c.Overlap, 3*time.Hour)
	set(&c.Backfill, 14*24*time.Hour)
	if c.MaxSeries == 0 {
		c.MaxSeries = 2000
	}
	g := c.Granularity.Std()
	switch {
	case g < time.Minute || g > time.Hour || g%time.Minute != 0 || time.Hour%g != 0:
		return fmt.Errorf(`"data_granularity" is %s; use 1m, 5m, 10m, 15m, 30m or 1h`, g)
	case c.Every.Std() < time.Minute:
		return fmt.Errorf(`"every" is %s; one minute is the least, which is how often CloudWatch has something new`, c.Every)
	case c.MaxSeries < 0:
		return fmt.Errorf(`"max_series" is %d; leave it out for 2000`, c.MaxSeries)
	case c.Overlap.Std() > mostBack || c.Backfill.Std() > 455*24*time.Hour:
		return fmt.Errorf(`CloudWatch keeps points of %s for %d days and those of an hour for 455; "overlap" or "backfill" is longer`, g, mostBack/(24*time.Hour))
	}
	return nil
}

// mostBack is how long CloudWatch keeps points of a minute to five.
const mostBack = 15 * 24 * time.Hour

func set(d *config.Duration, otherwise time.Duration) {
	if *d == 0 {
		*d = config.Duration(otherwise)
	}
}
