package sqs

import "sync/atomic"

// Stats is what a source did since it began. Messages that come twice count twice.
type Stats struct {
	Received    int64 // messages
	Deleted     int64 // messages, after all that they tell of was committed
	Returned    int64 // messages given back because something of them failed
	Lost        int64 // leases: their messages come again, and the ledger knows what is committed
	Objects     int64 // delivered
	Tests       int64 // tries whether the way is open
	Ignored     int64 // events of other kinds, such as deletions; empty lists
	Skipped     int64 // objects that never hold records or that file_selectors leave out
	Poison      int64 // receipts of messages that cannot be understood, or failed too often
	Quarantined int64 // poison messages delivered for quarantine
	Refused     int64 // objects in buckets that the configuration does not trust
	Unasked     int64 // records in messages, where the configuration wants none
	Faults      int64 // calls of SQS that failed
	Held        int64 // messages that are being worked on, now
	Waiting     int64 // objects that nobody has asked for yet, now

	RefusedIn []string // some of the buckets that are not trusted
}

type counts struct {
	received, deleted, returned, lost, objects, tests, ignored, skipped, poison, quarantined, faults atomic.Int64
}

// Stats tells what the source did until now.
func (s *Source) Stats() Stats {
	c := &s.counts
	refused, unasked, buckets := s.refusals.read()
	return Stats{
		Refused: refused, Unasked: unasked, RefusedIn: buckets,
		Received: c.received.Load(), Deleted: c.deleted.Load(), Returned: c.returned.Load(), Lost: c.lost.Load(),
		Objects: c.objects.Load(), Tests: c.tests.Load(), Ignored: c.ignored.Load(), Skipped: c.skipped.Load(),
		Poison: c.poison.Load(), Quarantined: c.quarantined.Load(), Faults: c.faults.Load(),
		Held: int64(s.keeper.held()), Waiting: int64(s.shelf.len()),
	}
}
