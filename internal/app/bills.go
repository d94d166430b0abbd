package app

import (
	"context"
	"errors"
	"time"

	"seismo/internal/account"
	"seismo/internal/bill"
)

// Bills asks for the bills of the accounts that the section reports names; when it
// names none, or there is no file, of the default one.
func Bills(cfg Config, f *File) bill.Ask {
	if f == nil {
		f = &File{}
	}
	if names := f.billed(); len(names) > 0 {
		return f.bills(cfg, names)
	}
	return f.bills(cfg, []string{""})
}

// billed are the accounts that the section reports names; its plans share them.
func (f *File) billed() []string {
	if len(f.posted) == 0 {
		return nil
	}
	return f.posted[0].Bill
}

// bills asks for the bills of accounts by their names in the file. Those that can
// be had are returned with the errors of the others.
func (f *File) bills(cfg Config, names []string) bill.Ask {
	return func(ctx context.Context, from, to time.Time) ([]bill.Bill, error) {
		var list []bill.Bill
		var errs []error
		for _, name := range names {
			b, err := f.bill(ctx, cfg, name, from, to)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			list = append(list, b)
		}
		return list, errors.Join(errs...)
	}
}

func (f *File) bill(ctx context.Context, cfg Config, name string, from, to time.Time) (bill.Bill, error) {
	way, err := f.named(name)
	if err != nil {
		return bill.Bill{}, err
	}
	a, err := account.Open(ctx, way, account.Options{Log: cfg.log()})
	if err != nil {
		return bill.Bill{}, err
	}
	return bill.Fetch(ctx, a, from, to)
}
