package digest

import (
	"context"
	"errors"
	"path"
	"regexp"
	"strings"
	"time"
)

// aboveLogs is how many folders may stand above AWSLogs/ where the prefix does
// not name them.
const aboveLogs = 3

// foldersMost is how many folders outside of AWSLogs/ are looked into.
const foldersMost = 1000

// ErrWide says that there are too many folders to look for digests in all of them.
var ErrWide = errors.New("more than 1,000 folders and no AWSLogs folder among them: name the prefix that it stands under")

// inLogs is what may stand between AWSLogs/ and the digests: the organization
// and the account.
var inLogs = regexp.MustCompile(`^(o-[a-z0-9]+|\d{12}|CloudTrail-Digest)/$`)

// find returns the folders of Regions below prefix, such as
// AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/, that hold digests.
func (v *validator) find(ctx context.Context, prefix string) ([]string, error) {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	if before, after, inside := strings.Cut("/"+prefix, "/"+digestFolder); inside {
		before = strings.TrimPrefix(before+"/"+digestFolder, "/")
		if region, _, named := strings.Cut(after, "/"); named {
			return []string{before + region + "/"}, nil
		}
		return v.cfg.Shelf.Folders(ctx, v.cfg.Bucket, before)
	}
	return v.findBelow(ctx, prefix, aboveLogs)
}

func (v *validator) findBelow(ctx context.Context, prefix string, depth int) ([]string, error) {
	folders, err := v.cfg.Shelf.Folders(ctx, v.cfg.Bucket, prefix)
	if err != nil {
		return nil, err
	}
	below := strings.Contains("/"+prefix, "/"+logsFolder)
	var found []string
	for _, folder := range folders {
		name, left := path.Base(folder)+"/", depth
		switch {
		case below && (!inLogs.MatchString(name) || v.otherAccount(name)):
			continue
		case name == digestFolder:
			regions, err := v.cfg.Shelf.Folders(ctx, v.cfg.Bucket, folder)
			if err != nil {
				return nil, err
			}
			found = append(found, regions...)
			continue
		case !below && name != logsFolder:
			left--
		}
		if left < 0 {
			continue
		}
		if v.looked++; !below && v.looked > foldersMost {
			return nil, ErrWide
		}
		more, err := v.findBelow(ctx, folder, left)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

func (v *validator) otherAccount(folder string) bool {
	want := v.cfg.Chain.Account
	return want != "" && folder[0] >= '0' && folder[0] <= '9' && folder != want+"/"
}

// late is how much later than the time asked for a digest may end that still
// lists what was delivered then.
const late = time.Hour

// list returns the digests of a Region's folder by chain, in order of time,
// backfills apart, as far as they lie in the time asked for.
func (v *validator) list(ctx context.Context, bucket, folder string) (chains, backfills map[Chain][]string, err error) {
	chains, backfills = map[Chain][]string{}, map[Chain][]string{}
	after := ""
	if !v.cfg.From.IsZero() {
		after = folder + v.cfg.From.Add(-time.Minute).UTC().Format("2006/01/02/")
	}
	for key, err := range v.cfg.Shelf.Keys(ctx, bucket, folder, after) {
		if err != nil {
			return nil, nil, err
		}
		n, ok := parseName(key)
		switch {
		case !ok, n.end.Before(v.cfg.From), !n.matches(v.cfg.Chain):
		case n.end.After(v.cfg.To.Add(late)):
		case n.backfill:
			backfills[n.Chain] = append(backfills[n.Chain], key)
		default:
			chains[n.Chain] = append(chains[n.Chain], key)
		}
	}
	return chains, backfills, nil
}
