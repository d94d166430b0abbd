package s3

import (
	"strings"
	"time"
)

const bedrockLogs = "BedrockModelInvocationLogs"

// layout is what the key of an AWS log object says:
//
//	<prefix>AWSLogs/[o-org/]<account>/BedrockModelInvocationLogs/<region>/Y/M/D/H/<file>
//	<prefix>AWSLogs/[o-org/]<account>/CloudTrail/<region>/Y/M/D/<file>
//
// The parts of a key that breaks off are absent: day zero, hour -1.
type layout struct {
	root    string // up to and with the Region's slash
	account string
	service string
	region  string
	day     time.Time // UTC
	hour    int       // -1 where the service has no folders of hours
	rest    string    // behind the last folder of the date
}

// parseLayout reads a key, or the beginning of one. ok is false for keys of
// other layouts, and for those that end before the Region.
func parseLayout(key string) (l layout, ok bool) {
	l.hour = -1
	at := strings.Index("/"+key, "/AWSLogs/")
	if at < 0 {
		return l, false
	}
	p := parts{key, at + len("AWSLogs/")}
	l.account, ok = p.next()
	if strings.HasPrefix(l.account, "o-") {
		l.account, ok = p.next()
	}
	if !ok || !digits(l.account, 12) {
		return l, false
	}
	if l.service, ok = p.next(); !ok || !dated(l.service) {
		return l, false
	}
	if l.region, ok = p.next(); !ok || !strings.Contains(l.region, "-") {
		return l, false
	}
	l.root = key[:p.at]
	l.date(&p)
	l.rest = key[p.at:]
	return l, true
}

// date reads the folders of the day, and of the hour where the service has them.
func (l *layout) date(p *parts) {
	start := *p
	y, _ := p.next()
	m, _ := p.next()
	d, ok := p.next()
	if !ok || !digits(y, 4) || !digits(m, 2) || !digits(d, 2) {
		*p = start
		return
	}
	day, err := time.Parse("2006/01/02", y+"/"+m+"/"+d)
	if err != nil {
		*p = start
		return
	}
	l.day = day
	before := *p
	h, ok := p.next()
	if ok && l.service == bedrockLogs && digits(h, 2) && h < "24" {
		l.hour = int(h[0]-'0')*10 + int(h[1]-'0')
		return
	}
	*p = before
}

// dated tells whether a service below AWSLogs/<account>/ is one that we read,
// all of which file by Region and day.
func dated(service string) bool {
	switch service {
	case bedrockLogs, "CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated", "GuardDuty":
		return true
	}
	return false
}

// parts walks over the folders of a key.
type parts struct {
	key string
	at  int
}

// next is the next folder; ok is false when the key has no further slash.
func (p *parts) next() (name string, ok bool) {
	end := strings.IndexByte(p.key[p.at:], '/')
	if end < 0 {
		return "", false
	}
	name = p.key[p.at : p.at+end]
	p.at += end + 1
	return name, true
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
