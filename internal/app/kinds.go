package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/source/cloudtrail"
	"seismo/internal/source/cwlogs"
	"seismo/internal/source/dir"
	"seismo/internal/source/firehose"
	"seismo/internal/source/s3"
	"seismo/internal/source/sqs"
)

// s3Source reads log objects from S3, told by a queue or by listing.
type s3Source struct {
	s3.Config `yaml:",inline"`
}

func (s *s3Source) reach() *account.Config { return &s.Config.Config }

func (s *s3Source) Check() error {
	if s.QueueURL == "" {
		return s.Config.Check()
	}
	_, err := sqs.ParseURL(s.QueueURL)
	if err != nil {
		err = fmt.Errorf(`"queue_url" is %w`, err)
	}
	return errors.Join(s.Config.Check(), err)
}

func (s *s3Source) place() string {
	if s.QueueURL != "" {
		return shownURL(s.QueueURL)
	}
	return "s3://" + s.Listed() + "/" + s.Prefix
}

func (s *s3Source) open(ctx context.Context, d deps) (source.Source, error) {
	a, err := d.account(ctx, s.Config.Config)
	if err != nil {
		return nil, err
	}
	reader := d.reader(a, s.Bodies)
	if s.QueueURL != "" {
		return sqs.New(ctx, s.Config, sqs.Deps{Name: d.name, Account: a, Reader: reader, Journal: d.journal, Log: d.app.cfg.log()})
	}
	return s3.New(ctx, s.Config, s3.Deps{Name: d.name, Account: a, Reader: reader, Journal: d.journal, Log: d.app.cfg.log()})
}

// cloudWatchSource reads log groups.
type cloudWatchSource struct {
	cwlogs.Config `yaml:",inline"`
	Bodies        []string `yaml:"bodies" help:"places, as s3://bucket/prefix, where the logging configuration puts bodies over 100 KB (its largeDataDelivery)"`
}

func (c *cloudWatchSource) reach() *account.Config { return &c.Config.Config }

func (c *cloudWatchSource) Check() error { return errors.Join(c.Config.Check(), checkPlaces(c.Bodies)) }

func checkPlaces(places []string) error {
	for _, place := range places {
		if _, err := s3.ParsePlace(place); err != nil {
			return errors.New(`"bodies": ` + err.Error())
		}
	}
	return nil
}

func (c *cloudWatchSource) place() string {
	for _, group := range []string{c.GroupARN, c.GroupName} {
		if group != "" {
			return group
		}
	}
	return c.GroupPrefix + "*"
}

func (c *cloudWatchSource) open(ctx context.Context, d deps) (source.Source, error) {
	a, err := d.account(ctx, c.Config.Config)
	if err != nil {
		return nil, err
	}
	d.reader(a, c.Bodies)
	return cwlogs.New(ctx, c.Config, cwlogs.Deps{Name: d.name, Account: a, Journal: d.journal, Log: d.app.cfg.log()})
}

// cloudTrailSource looks events up where there is no trail.
type cloudTrailSource struct {
	cloudtrail.Config `yaml:",inline"`
}

func (c *cloudTrailSource) reach() *account.Config { return &c.Config.Config }

func (c *cloudTrailSource) place() string { return "events of " + strings.Join(c.Regions, ", ") }

func (c *cloudTrailSource) open(ctx context.Context, d deps) (source.Source, error) {
	a, err := d.account(ctx, c.Config.Config)
	if err != nil {
		return nil, err
	}
	return cloudtrail.New(ctx, c.Config, cloudtrail.Deps{Name: d.name, Account: a, Journal: d.journal, Log: d.app.cfg.log()})
}

// firehoseSource takes what Amazon Data Firehose pushes.
type firehoseSource struct {
	firehose.Config `yaml:",inline"`
}

func (*firehoseSource) reach() *account.Config { return nil }

func (f *firehoseSource) place() string { return f.Listen + f.Path }

func (f *firehoseSource) open(ctx context.Context, d deps) (source.Source, error) {
	return firehose.New(ctx, f.Config, firehose.Deps{Name: d.name, Log: d.app.cfg.log()})
}

// folderSource reads local files once; for what was copied by hand.
type folderSource struct {
	Paths []string `yaml:"paths" help:"files, folders and globs that are read once at the start"`
}

func (*folderSource) reach() *account.Config { return nil }

func (f *folderSource) Check() error {
	if len(f.Paths) == 0 {
		return errors.New(`"paths" is missing: name the files or folders to read`)
	}
	return nil
}

func (f *folderSource) place() string { return strings.Join(f.Paths, ", ") }

func (f *folderSource) open(context.Context, deps) (source.Source, error) { return dir.New(f.Paths...) }
