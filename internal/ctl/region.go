package ctl

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"seismo/internal/account"
	"seismo/internal/doctor"
)

// spelling is how AWS has spelled every Region so far.
var spelling = regexp.MustCompile(`^[a-z]+(-[a-z]+)+-[0-9]+$`)

// every stands for all Regions.
const every = "all"

// checkRegions refuses what is no name of a Region, before anything is asked. One
// that is spelled like a Region and not known may be new: that is said, and tried.
func (d Deps) checkRegions(from string, names ...string) error {
	for _, name := range names {
		if name == "" || name == every || account.KnownRegion(name) {
			continue
		}
		remedy := "See that it is spelt right."
		if likely := account.LikelyRegion(name); likely != "" {
			remedy = "Did you mean " + likely + "?"
		}
		if !spelling.MatchString(name) {
			return usage(fmt.Sprintf("%s %s is no Region; nothing was asked or changed", from, name), remedy)
		}
		d.warn("%s %s is no Region that this version knows. %s One that is new works all the same.", from, name, remedy)
	}
	return nil
}

// regionsOf are the Regions that were named, checked; none is the account's own, and
// where nobody named that either it is said which is taken.
func (d Deps) regionsOf(named []string, a *account.Account) ([]string, error) {
	var list []string
	for _, r := range named {
		if r == every {
			list = append(list, doctor.Regions(a.Partition())...)
		} else if r != "" {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		own, err := d.ownRegion(a)
		if err != nil {
			return nil, err
		}
		list = []string{own}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// ownRegion is the account's own Region, of the environment or the profile.
func (d Deps) ownRegion(a *account.Account) (string, error) {
	if !a.RegionGiven() {
		d.warn("no Region is named by --region, AWS_REGION or the profile: %s is taken", a.Region())
		return a.Region(), nil
	}
	return a.Region(), d.checkRegions("AWS_REGION or the profile:", a.Region())
}

// trimmed are the Regions of a flag without spaces.
func trimmed(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = strings.TrimSpace(name)
	}
	return list
}
