package store

import "seismo/internal/event"

// Fullness says how much of a call's bodies a record has; of two records of the
// same call the fuller one speaks.
func Fullness(e *event.Event) int {
	return BodyRank(e.Body.Input.State)*bodyRanks + BodyRank(e.Body.Output.State)
}

const bodyRanks = 5

// BodyRank orders the states of a body, from absent (0) to inline.
func BodyRank(state string) int {
	switch state {
	case event.BodyInline:
		return 4
	case event.BodyFetched:
		return 3
	case event.BodyS3:
		return 2
	case event.BodyMissing:
		return 1
	}
	return 0
}

// Owner names whose key seals what was said in an event: the person, else the
// principal, else the account.
func Owner(e *event.Event) string {
	switch {
	case e.Person != "":
		return PersonOwner(e.Person)
	case e.Principal != "":
		return "principal:" + e.Principal
	}
	return "account:" + e.Account
}

// PersonOwner is the owner that a person is.
func PersonOwner(person string) string { return "person:" + person }

// ShortestID is how much of an id names an event at least.
const ShortestID = 6
