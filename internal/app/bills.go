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
	for _, p := range f.posted {
		if len(p.Bill) > 0 {
			return f.bills(cfg, p.Bill)
		}
	}
	return f.bills(cfg, []string{""})
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
