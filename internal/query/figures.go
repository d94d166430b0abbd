package query

import "slices"

// Figures are measures of the reports that count calls, by the names of their
// columns and in the order of the names, so that a figure is defined in one place
// whatever shows it. A name that none of them has is left out.
func Figures(names ...string) []Measure {
	var list []Measure
	for _, name := range names {
		for _, report := range Reports() {
			columns := ReportColumns(report)
			at := slices.IndexFunc(columns, func(c ReportColumn) bool { return c.Of == nil && c.Name == name })
			if at >= 0 && report != "security" { // that one counts events of the trail too
				m := columns[at].Measure
				m.As = name
				list = append(list, m)
				break
			}
		}
	}
	return list
}
