package app

import "seismo/internal/account"

// FileQueue is a queue that a configuration file names.
type FileQueue struct {
	Source  string // its name
	URL     string
	Account account.Config
}

// Queues are the queues that the sources of the file read, in its order.
func (f File) Queues() (all []FileQueue) {
	for _, p := range f.sources {
		if s, ok := p.cfg.(*s3Source); ok && s.QueueURL != "" {
			all = append(all, FileQueue{Source: p.name, URL: s.QueueURL, Account: p.account})
		}
	}
	return all
}
