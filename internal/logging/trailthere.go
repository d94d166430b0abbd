package logging

import "strings"

// DataEventPrice is what CloudTrail charges for 100,000 data events in US dollars, and
// ManagementCopyPrice for 100,000 management events that a second trail records: list
// prices of us-east-1, not looked up. Source: CloudTrail's pricing page.
const (
	DataEventPrice      = 0.10
	ManagementCopyPrice = 2.00
)

// missing refuses a trail that was named, is not there, and was not made by seismo: a
// misspelt name would make a second trail, which costs.
func (w *TrailWish) missing(plan *Plan) {
	usual := strings.ReplaceAll(DefaultTrail, "ENV", w.Environment)
	if !w.Existing || w.Trail == usual {
		return
	}
	why := "there is no trail " + w.Trail + " in " + plan.Region
	remedy := "Leave --trail out to make one called " + usual + ", or give the home of " + w.Trail + " with --region."
	plan.Conflict, plan.Remedy = why, remedy
	plan.err = &trouble{what: "take the trail " + w.Trail, why: why, remedy: remedy}
}

// vanished says of a trail that was enabled and is not there any more what can be done.
func (plan *Plan) vanished() {
	if plan.Conflict != "" && len(plan.Steps) == 0 {
		plan.Remedy = "Whoever made it can make it again. To watch it no longer: seismo logging trail undo --region " + plan.Region + " --trail " + plan.Trail
	}
}
