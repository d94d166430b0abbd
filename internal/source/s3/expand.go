package s3

import "strings"

const (
	mostDepth   = 4   // levels of unknown folders that are looked through for AWSLogs
	mostFolders = 200 // of them; the rest is listed whole
)

// expand makes a unit of a folder that was found: days and the folders above
// them by AWS's layout, unknown folders looked through for AWSLogs a few levels
// deep, and the rest listed whole. Logs of services that are not ours are left.
func (p *plan) expand(u *unit, folder string) {
	at, ok := parseLayout(folder)
	switch first, last, dated := monthSpan(at.rest); {
	case ok && !at.day.IsZero() && at.rest == "" && at.hour < 0:
		p.addDay(p.roots[at.root], dayNumber(at.day))
	case ok && dated:
		if p.wants(first, last) {
			p.add(&unit{kind: folderUnit, prefix: folder, first: first, last: last})
		}
	case ok && at.rest == "" && at.day.IsZero():
		p.add(&unit{kind: folderUnit, prefix: folder, first: firstOfAll, last: lastOfAll})
	case ok:
		p.add(&unit{kind: flatUnit, prefix: folder, live: true})
	default:
		p.unknown(u, folder)
	}
}

// Folders above the Region come before all days, in either order.
const (
	firstOfAll = -1 << 30
	lastOfAll  = 1 << 30
)

func (p *plan) unknown(u *unit, folder string) {
	switch placeOf(folder) {
	case chain:
		p.add(&unit{kind: folderUnit, prefix: folder, first: firstOfAll, last: lastOfAll})
	case foreign:
		p.ignored[folder] = struct{}{}
	default:
		name := nameOf(strings.TrimSuffix(folder, "/"))
		if u.depth >= mostDepth || p.walked >= mostFolders || digits(name, len(name)) || strings.Contains(name, "=") {
			p.add(&unit{kind: flatUnit, prefix: folder, live: true})
		} else if p.add(&unit{kind: folderUnit, prefix: folder, live: true, depth: u.depth + 1}) {
			p.walked++
		}
	}
}

// standing is where a folder stands that is not the folder of a Region.
type standing int

const (
	outside standing = iota
	chain            // AWSLogs, or an organization, account or service of ours in it
	foreign          // a service in AWSLogs that is not ours
)

func placeOf(folder string) standing {
	at := strings.Index("/"+folder, "/AWSLogs/")
	if at < 0 {
		return outside
	}
	names := strings.Split(strings.TrimSuffix(folder[at+len("AWSLogs/"):], "/"), "/")
	if strings.HasPrefix(names[0], "o-") {
		names = names[1:]
	}
	switch {
	case len(names) == 0 || names[0] == "" || len(names) == 1 && digits(names[0], 12):
		return chain
	case !digits(names[0], 12) || len(names) > 2:
		return outside
	case dated(names[1]):
		return chain
	}
	return foreign
}
