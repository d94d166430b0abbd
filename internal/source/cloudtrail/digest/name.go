package digest

import (
	"cmp"
	"regexp"
	"strings"
	"time"
)

// Chain names one chain of digests: those of one trail for one account and
// Region.
type Chain struct {
	Account string
	Region  string // whose log files the digests list
	Trail   string // its name
	Home    string // Region that the trail was made in
}

// name is what the name of a digest file says.
type name struct {
	Chain
	end      time.Time
	backfill bool // made later, for log files delivered late; outside of the chain
}

// fileName is the layout of CloudTrail's names of digests; names of trails may
// hold underscores, names of Regions never.
var fileName = regexp.MustCompile(`(?:^|/)(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+)_([a-z0-9-]+)_(\d{8}T\d{6}Z)(_backfill)?\.json\.gz$`)

const nameTime = "20060102T150405Z"

// parseName reads the key of a digest; ok is false when it is none.
func parseName(key string) (n name, ok bool) {
	m := fileName.FindStringSubmatch(key)
	if m == nil {
		return name{}, false
	}
	end, err := time.Parse(nameTime, m[5])
	if err != nil {
		return name{}, false
	}
	return name{Chain{m[1], m[2], m[3], m[4]}, end, m[6] != ""}, true
}

const (
	logsFolder   = "AWSLogs/"
	digestFolder = "CloudTrail-Digest/"
)

// fromLogs cuts what stands before AWSLogs/ off a key, which is all that a copy
// of a bucket may change.
func fromLogs(key string) string {
	if at := strings.LastIndex("/"+key, "/"+logsFolder); at >= 0 {
		return key[at:]
	}
	return key
}

func (c Chain) compare(other Chain) int {
	return cmp.Or(strings.Compare(c.Account, other.Account), strings.Compare(c.Region, other.Region),
		strings.Compare(c.Trail, other.Trail), strings.Compare(c.Home, other.Home))
}

// matches says whether c is what filter asks for; what filter leaves out
// matches everything.
func (c Chain) matches(filter Chain) bool {
	same := func(have, want string) bool { return want == "" || have == want }
	return same(c.Account, filter.Account) && same(c.Region, filter.Region) &&
		same(c.Trail, filter.Trail) && same(c.Home, filter.Home)
}
