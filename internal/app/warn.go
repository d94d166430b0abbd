package app

import (
	"maps"
	"slices"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source/sqs"
)

// Warnings are what of a file works and is hardly meant: each with its line and
// what to do.
func (f *File) Warnings() []*config.Fault {
	w := &warnings{}
	for _, name := range slices.Sorted(maps.Keys(f.Accounts)) {
		c := f.Accounts[name]
		w.account(f.part, "accounts."+name, c)
	}
	for _, p := range f.sources {
		w.source(p)
	}
	if m := f.observed.metrics; m != nil {
		w.regions(f.Metrics, "regions", f.elsewhere(m.Accounts), m.Regions...)
	}
	if i := f.observed.inventory; i != nil {
		w.regions(f.Inventory, "regions", f.elsewhere(i.Accounts), i.Regions...)
	}
	if p := f.published; p != nil {
		own := f.elsewhere([]string{p.Account})
		w.regions(f.Publish, "region", own, p.Region)
		w.regions(f.Publish, "regions", own, p.Regions...)
	}
	return w.list
}

// elsewhere tells whether all of the accounts are at services of their own, which
// name their Regions as they like.
func (f *File) elsewhere(names []string) bool {
	for _, name := range names {
		if f.Accounts[name].Endpoint == "" {
			return false
		}
	}
	return len(names) > 0
}

type warnings struct{ list []*config.Fault }

func (w *warnings) source(p plan) {
	if given := p.part.Keys(); slices.Contains(given, "region_name") || slices.Contains(given, "default_region") {
		w.account(p.part, "", p.account)
	}
	own := p.account.Endpoint != ""
	switch cfg := p.cfg.(type) {
	case *s3Source:
		w.queue(p, cfg)
	case *cloudWatchSource:
		if arn, ok := account.ParseARN(cfg.GroupARN); ok {
			w.regions(p.part, "log_group_arn", own, arn.Region)
		}
	case *cloudTrailSource:
		if slices.Contains(p.part.Keys(), "regions") {
			w.regions(p.part, "regions", own, cfg.Regions...)
		}
	}
}

// queue warns of a queue whose senders may have anything read.
func (w *warnings) queue(p plan, cfg *s3Source) {
	if cfg.QueueURL == "" {
		return
	}
	if address, err := sqs.ParseURL(cfg.QueueURL); err == nil {
		w.regions(p.part, "queue_url", p.account.Endpoint != "", address.Region)
	}
	if len(cfg.Buckets) == 0 {
		w.list = append(w.list, p.part.Fault("queue_url", "whoever may send to this queue has seismo read any bucket that its credentials may read, and can make calls up",
			"name the buckets that the queue is told of: buckets: [NAME]"))
	}
}

// account warns of the Regions of one way to reach AWS. under is the key that it
// stands under.
func (w *warnings) account(part config.Part, under string, c account.Config) {
	key := func(name string) string {
		if under == "" {
			return name
		}
		return under + "." + name
	}
	w.regions(part, key("region_name"), c.Endpoint != "", c.Region)
	w.regions(part, key("default_region"), c.Endpoint != "", c.DefaultRegion)
}

// regions warns of names that no known Region has. A new one of AWS has none
// either: so it is no error.
func (w *warnings) regions(part config.Part, key string, elsewhere bool, names ...string) {
	for _, name := range names {
		if name == "all" || elsewhere {
			continue
		}
		if remedy, strange := StrangeRegion(name); strange {
			w.list = append(w.list, part.Fault(key, name+" is no Region that this version knows", remedy))
		}
	}
}

// StrangeRegion tells whether a name is given and no known Region has it, and what
// to do about it.
func StrangeRegion(name string) (remedy string, strange bool) {
	if name == "" || account.KnownRegion(name) {
		return "", false
	}
	if likely := account.LikelyRegion(name); likely != "" {
		return "did you mean " + likely + "? A Region that is new works all the same", true
	}
	return "see that it is spelt right; a Region that is new works all the same", true
}
