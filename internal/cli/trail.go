package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source/cloudtrail/digest"
)

func (s *shell) trail() *cobra.Command {
	cmd := &cobra.Command{Use: "trail", Short: "The files of CloudTrail: are they as CloudTrail wrote them"}
	cmd.AddCommand(s.trailValidate())
	asGroup(cmd)
	return cmd
}

// usualDays is how much is validated in S3 when no time is given: every log file
// is read, and years of them cost.
const usualDays = 7

// trailFlags are what trail validate is told.
type trailFlags struct {
	arn, keys, from, to string
	copy                bool
	chain               digest.Chain
	reach               account.Config
}

func (s *shell) trailValidate() *cobra.Command {
	var f trailFlags
	cmd := &cobra.Command{
		Use:   "validate [s3://BUCKET/PREFIX | FOLDER]",
		Short: "Check CloudTrail's log files against its digests: changed, deleted, unsigned, missing hours",
		Long: `Walk CloudTrail's digests from the newest backwards, check their signatures and
that each names the one before it, and check every log file that they list. It
finds what aws cloudtrail validate-logs finds and says so in the same words, for
all accounts, Regions and trails below the prefix at once, and beyond that what
the digests leave open: hours that none vouches for, digests that were replaced.

Of files with the same fault the first five are named and the others counted; -v
names each file, the valid ones too.

In S3 the last 7 days are checked unless --from says otherwise; in a folder, all
there is. It needs s3:GetObject, s3:ListBucket and cloudtrail:ListPublicKeys.
The exit code is 3 when anything is invalid or could not be checked.

A folder is a copy of the bucket. Copies do not have the signatures, which S3
keeps as metadata; each digest is then checked with the signature that the one
after it holds, and the newest alone stays unchecked, unless it lies in a file
beside it that ends in .signature.`,
		Example: `  seismo trail validate s3://my-trail-bucket --from 30d
  seismo trail validate --trail-arn arn:aws:cloudtrail:us-east-1:111122223333:trail/main
  seismo trail validate ./evidence --keys public-keys.json`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error { return s.validate(cmd.Context(), args, &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.arn, "trail-arn", "", "the `ARN` of the trail whose bucket is checked")
	flags.StringVar(&f.chain.Account, "account", "", "only the files of this account `ID`, in an organization's trail")
	flags.StringVar(&f.chain.Region, "region", "", "only the files of this `REGION` (default: all)")
	flags.StringVar(&f.from, "from", "", "what was delivered from this `TIME` on: 2026-03-01, 2026-03-01T08:00:00Z, or 24h and 30d ago")
	flags.StringVar(&f.to, "to", "", "and until this `TIME` (default: now)")
	flags.StringVar(&f.keys, "keys", "", "a `FILE` with what aws cloudtrail list-public-keys prints (default: ask CloudTrail)")
	flags.BoolVar(&f.copy, "copy", false, "the bucket is a copy: files need not lie where CloudTrail wrote them")
	flags.StringVar(&f.reach.Profile, "profile", "", "the `NAME` of a profile in the AWS configuration (default: as the AWS tools choose)")
	flags.StringVar(&f.reach.Endpoint, "endpoint", "", "`URL` of the services, for emulators")
	return cmd
}

func (s *shell) validate(ctx context.Context, args []string, f *trailFlags) error {
	place := strings.Join(args, "")
	if (place == "") == (f.arn == "") {
		return usage("trail validate needs a place or --trail-arn, and not both", "such as: seismo trail validate s3://my-trail-bucket")
	}
	cfg, name, end, err := s.validation(ctx, place, f)
	if err != nil {
		return err
	}
	defer end()
	out := &verdicts{w: s.out, json: s.json, verbose: s.verbose}
	cfg.Tell = out.tell
	if !s.json {
		fmt.Fprintf(s.out, "Validating log files of %s between %s and %s\n\n", plain(name), shownTime(cfg.From), shownTime(cfg.To))
	}
	tally := &digest.Tally{}
	stop := s.validateProgress(tally)
	sum, err := digest.Validate(ctx, cfg, tally)
	stop()
	if err != nil {
		return err
	}
	if err := out.end(&sum); err != nil {
		return err
	}
	switch {
	case sum.Chains == 0 && sum.Backfills.Total() == 0:
		return missing{fmt.Errorf("no digests were found in %s between these times; is log file validation turned on for the trail?", name)}
	case sum.Invalid(), sum.Unchecked():
		return silent{exitPartial}
	}
	return nil
}

// validation makes what is to be validated of what was said, and its name. end
// lets go of what it opened.
func (s *shell) validation(ctx context.Context, place string, f *trailFlags) (cfg digest.Config, name string, end func(), err error) {
	cfg, end = digest.Config{Chain: f.chain, Copy: f.copy}, func() {}
	if cfg.From, cfg.To, err = f.times(time.Now().UTC().Truncate(time.Second)); err != nil {
		return cfg, "", end, err
	}
	if region, ok := digest.RegionOfTrail(f.arn); ok {
		f.reach.DefaultRegion = region
	}
	a, err := account.Open(ctx, f.reach, account.Options{Log: s.cfg.Log})
	if err != nil {
		return cfg, "", end, err
	}
	if cfg.Keys, err = keysOf(f.keys, a); err != nil {
		return cfg, "", end, err
	}
	name = cmp.Or(place, f.arn)
	if place != "" && !strings.HasPrefix(place, "s3://") {
		folder, below, err := digest.OpenFolder(place)
		if err != nil {
			return cfg, "", end, err
		}
		cfg.Shelf, cfg.Prefix, cfg.Copy = folder, below, true
		return cfg, name, func() { _ = folder.Close() }, nil // it was only read
	}
	return cfg, name, end, f.inBucket(ctx, a, place, &cfg)
}

func (f *trailFlags) times(now time.Time) (from, to time.Time, err error) {
	if from, err = instant("--from", f.from, now); err != nil {
		return from, to, err
	}
	to, err = instant("--to", f.to, now)
	return from, cmp.Or(to, now), err
}

// inBucket points cfg at the bucket that was named, or that the trail writes to.
func (f *trailFlags) inBucket(ctx context.Context, a *account.Account, place string, cfg *digest.Config) error {
	if cfg.From.IsZero() {
		cfg.From = cfg.To.AddDate(0, 0, -usualDays)
	}
	cfg.Shelf = digest.NewBuckets(a)
	if f.arn != "" {
		t, err := digest.FindTrail(ctx, a, f.arn)
		if err != nil {
			return err
		}
		cfg.Bucket, cfg.Prefix, cfg.Chain.Trail, cfg.Chain.Home = t.Bucket, t.Prefix, t.Name, t.Home
		return nil
	}
	cfg.Bucket, cfg.Prefix, _ = strings.Cut(strings.TrimPrefix(place, "s3://"), "/")
	if cfg.Bucket == "" {
		return usage(fmt.Sprintf("%q names no bucket", place), "write s3://BUCKET or s3://BUCKET/PREFIX")
	}
	return nil
}

func keysOf(path string, a *account.Account) (digest.Keys, error) {
	if path == "" {
		return digest.PublishedKeys(a), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return digest.ReadKeys(file)
}

// instant reads a time, a day, or how long ago; zero when nothing is said.
func instant(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range [...]string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	var ago config.Duration
	if err := ago.UnmarshalText([]byte(text)); err != nil {
		return time.Time{}, usage(fmt.Sprintf("%s %q is no time", flag, text), "write 2026-03-01, 2026-03-01T08:00:00Z, 24h or 30d")
	}
	return now.Add(-ago.Std()), nil
}

func shownTime(t time.Time) string {
	if t.IsZero() {
		return "the beginning"
	}
	return t.UTC().Format(time.RFC3339)
}

// validateProgress says every few seconds how far a validation is, until the
// function it returns is called.
func (s *shell) validateProgress(tally *digest.Tally) (stop func()) {
	if s.json {
		return func() {}
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(5 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				sum := tally.Summary()
				fmt.Fprintf(s.err, "%s digests and %s log files (%s) checked\n",
					show("", sum.Digests.Total()), show("", sum.Logs.Total()), bytesOf(sum.Bytes))
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}
