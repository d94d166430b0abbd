package app

import (
	"seismo/internal/account"
	"seismo/internal/doctor"
)

// Targets are what the file's sources, its metrics, its inventory and what it sends
// out need, for the doctor. Sources that ask nothing of AWS are left out.
func (f *File) Targets() []doctor.Target {
	var list []doctor.Target
	for _, p := range f.sources {
		if t, ok := p.target(); ok {
			list = append(list, t)
		}
	}
	if m := f.observed.metrics; m != nil {
		for _, cfg := range f.reached(m.Accounts) {
			list = append(list, doctor.Target{Source: "metrics", Account: cfg, Regions: m.Regions, Metrics: true})
		}
	}
	if i := f.observed.inventory; i != nil {
		for _, cfg := range f.reached(i.Accounts) {
			list = append(list, doctor.Target{Source: "inventory", Account: cfg, Regions: i.Regions, Inventory: true})
		}
	}
	return append(list, f.sending()...)
}

// reached are the ways to reach the named accounts; without names, the SDK's
// default chain.
func (f *File) reached(names []string) []account.Config {
	if len(names) == 0 {
		return []account.Config{{}}
	}
	var list []account.Config
	for _, name := range names {
		list = append(list, f.Accounts[name])
	}
	return list
}

// target is what a source needs of AWS; false when it needs nothing.
func (p *plan) target() (doctor.Target, bool) {
	t := doctor.Target{Source: p.name, Account: p.account}
	switch cfg := p.cfg.(type) {
	case *s3Source:
		t.Queue, t.Buckets, t.Prefix, t.Bodies = cfg.QueueURL, cfg.Buckets, cfg.Prefix, cfg.Bodies
		if cfg.QueueURL == "" {
			t.Bucket = cfg.Listed()
		}
	case *cloudWatchSource:
		t.Group, t.GroupPrefix, t.Bodies = cfg.GroupARN, cfg.GroupPrefix, cfg.Bodies
		if t.Group == "" {
			t.Group = cfg.GroupName
		}
	case *cloudTrailSource:
		t.Lookup, t.Regions = true, cfg.Regions
	default:
		return t, false
	}
	return t, true
}
