package app

import (
	"context"
	"errors"
	"strings"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/source/dir"
	"seismo/internal/source/s3"
)

// s3Source reads log objects from S3, told by a queue or by listing.
type s3Source struct {
	s3.Config `yaml:",inline"`
}

func (s *s3Source) reach() *account.Config { return &s.Config.Config }

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
	return s3.New(ctx, s.Config, s3.Deps{Name: d.name, Account: a, Reader: d.reader(a, s.Bodies), Journal: d.journal, Log: d.app.cfg.log()})
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
