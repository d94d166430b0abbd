package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/cwlogs"
	"seismo/internal/source/s3"
	"seismo/internal/source/sqs"
)

// notes are what only one kind of source has to tell of itself: short sentences,
// for the page.
func notes(src source.Source) []string {
	switch s := src.(type) {
	case *sqs.Source:
		return queueNotes(s.Stats())
	case *s3.Source:
		return listingNotes(s.Stats())
	case *cwlogs.Source:
		return groupNotes(s.Groups())
	}
	return nil
}

// told lists what is not nothing.
func told(list []string, n int64, format string) []string {
	if n == 0 {
		return list
	}
	return append(list, fmt.Sprintf(format, n))
}

func queueNotes(s sqs.Stats) (list []string) {
	list = append(list, fmt.Sprintf("%d messages received, %d deleted", s.Received, s.Deleted))
	list = told(list, s.Held, "%d being worked on")
	list = told(list, s.Returned, "%d given back")
	list = told(list, s.Lost, "%d leases lost")
	list = told(list, s.Poison, "%d times poison")
	if s.Refused > 0 {
		list = append(list, fmt.Sprintf("%d objects refused, since buckets does not name %s: they are in quarantine; add what is yours, and look at who may send to the queue",
			s.Refused, strings.Join(s.RefusedIn, ", ")))
	}
	list = told(list, s.Unasked, "%d records in messages refused: they are in quarantine; message_records: true stores such ones")
	return told(list, s.Faults, "%d calls failed")
}

func groupNotes(groups []cwlogs.Standing) (list []string) {
	if len(groups) != 1 {
		list = append(list, fmt.Sprintf("%d groups", len(groups)))
	}
	var oldest time.Time
	unread := int64(0)
	for _, g := range groups {
		if g.Live.IsZero() {
			unread++
		}
		if !g.Live.IsZero() && (oldest.IsZero() || g.Live.Before(oldest)) {
			oldest = g.Live
		}
	}
	if !oldest.IsZero() {
		list = append(list, "read up to "+oldest.Format("2006-01-02 15:04:05"))
	}
	if len(groups) == 1 && unread == 1 {
		return append(list, "nothing was read yet")
	}
	return told(list, unread, "%d of them not read yet")
}

func listingNotes(s s3.Stats) (list []string) {
	list = append(list, fmt.Sprintf("%d pages listed", s.Pages))
	list = told(list, int64(s.Days), "%d days can still change")
	list = told(list, int64(s.Waiting), "%d objects wait")
	for _, prefix := range slices.Sorted(mapKeys(s.Failing)) {
		list = append(list, "cannot list "+prefix+": "+s.Failing[prefix])
	}
	if len(s.Ignored) > 0 {
		list = append(list, "left alone: "+strings.Join(s.Ignored, ", "))
	}
	return list
}
