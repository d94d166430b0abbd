package app

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"seismo/internal/decode"
	"seismo/internal/enrich"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/pipeline"
	"seismo/internal/source"
	"seismo/internal/source/dir"
)

// Path is the way from bytes to events, without source and store.
type Path struct {
	Decoder    *decode.Decoder
	normalizer *normalize.Normalizer
	enricher   *enrich.Enricher
	watch      func(*event.Event) // sees each event at the end of the path; nil: nobody does
}

// NewPath builds the path that cfg describes.
func NewPath(cfg Config) (*Path, error) {
	enricher, err := enrich.New(enrich.Config{Prices: cfg.Prices, People: cfg.People, Geo: cfg.Geo,
		Inventory: cfg.inventory, TeamTags: cfg.teamTags, AppTags: cfg.appTags})
	if err != nil {
		return nil, err
	}
	limits := decode.DefaultLimits()
	if cfg.MaxLine > 0 {
		limits.Line = cfg.MaxLine
	}
	opt := normalize.Config{TrailSources: cfg.TrailSources, Bodies: cfg.opener}
	if opt.Bodies == nil && len(cfg.Bodies) > 0 {
		opt.Bodies = dir.Bodies(cfg.Bodies...)
	}
	if opt.Bodies == nil && len(cfg.Beside) > 0 {
		opt.Bodies = beside(cfg.Beside)
	}
	normalizer, err := normalize.New(opt)
	if err != nil {
		return nil, err
	}
	return &Path{Decoder: decode.New(limits), normalizer: normalizer, enricher: enricher}, nil
}

// beside opens bodies that lie in the same copy of a bucket as the log files.
// What is not there can be in S3 all the same.
func beside(files []string) normalize.Opener {
	open := dir.Beside(files...)
	return func(ctx context.Context, uri string) (io.ReadCloser, error) {
		object, err := open(ctx, uri)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, normalize.ErrElsewhere
		}
		return object, err
	}
}

// Normalize makes an event of a record; see normalize.Normalizer.
func (p *Path) Normalize(ctx context.Context, item decode.Item) (event.Event, error) {
	return p.normalizer.Event(ctx, item)
}

// Enrich prices the event and names who is behind it.
func (p *Path) Enrich(ev *event.Event) {
	p.enricher.Enrich(ev)
	if p.watch != nil {
		p.watch(ev)
	}
}

// Book is the price book in force.
func (p *Path) Book() *enrich.Book { return p.enricher.Book() }

// Close gives back the network files.
func (p *Path) Close() error { return p.enricher.Close() }

func (p *Path) config(name string, src source.Source) pipeline.Config {
	return pipeline.Config{Name: name, Source: src, Decoder: p.Decoder, Normalize: p.Normalize,
		Finding: p.normalizer.Finding, Enrich: p.Enrich}
}
