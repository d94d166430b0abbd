package enrich

import (
	"strings"

	"seismo/internal/event"
)

// Rungs of the identity ladder, the strongest first, as attribution names them.
// What the user wrote into the map file wins over what tags say.
const (
	rungMetadata   = "metadata"    // requestMetadata, given by the caller
	rungSSO        = "sso"         // a session named after a human
	rungMap        = "map"         // the user's map file
	rungProfileTag = "profile_tag" // tags of the application inference profile
	rungIAMTag     = "iam_tag"     // tags of the role or user
	rungARN        = "arn"         // the ARN alone
)

// answer is one field's value and the rung that gave it.
type answer struct{ value, rung string }

func (a *answer) or(value, rung string) {
	if a.value == "" && value != "" {
		a.value, a.rung = value, rung
	}
}

// identify fills person, team, app and attribution. Each takes the first rung
// that knows it. attribution is the rung that named the person, or else the
// team, or else the app; a call of which only the ARN is known has arn.
func (e *Enricher) identify(ev *event.Event, profile applied) {
	var person, team, app answer
	claim := claims(ev.Metadata, e.people)
	person.or(claim.person, rungMetadata)
	team.or(claim.team, rungMetadata)
	app.or(claim.app, rungMetadata)

	who := parseIdentity(ev.IdentityARN)
	person.or(e.user(who), rungSSO)

	if profile.mapped != nil {
		team.or(profile.mapped.team, rungMap)
		app.or(profile.mapped.app, rungMap)
	}
	e.people.answer(ev, who, &person, &team, &app)

	team.or(profile.tagTeam, rungProfileTag)
	app.or(profile.tagApp, rungProfileTag)
	if e.inventory != nil && (team.value == "" || app.value == "") {
		iamTeam, iamApp := e.tags.read(e.inventory.Tags(ev.Principal))
		team.or(iamTeam, rungIAMTag)
		app.or(iamApp, rungIAMTag)
	}

	if who.kind == "user" && isEmail(who.name) {
		person.or(who.name, rungARN)
	}
	ev.Person, ev.Team, ev.App = person.value, team.value, app.value
	ev.Attribution = ""
	for _, a := range []answer{app, team, person} {
		if a.rung != "" {
			ev.Attribution = a.rung
		}
	}
	if ev.Attribution == "" && (ev.Principal != "" || ev.IdentityARN != "") {
		ev.Attribution = rungARN
	}
}

// identity is what an ARN says of its bearer.
type identity struct {
	kind    string // user, role or federated; "" for all others
	name    string // name of the user or role, without its path
	session string // name of the session; "" for users
}

// parseIdentity reads arn:aws:iam::111122223333:user/path/name,
// arn:aws:sts::111122223333:assumed-role/role/session and
// arn:aws:sts::111122223333:federated-user/name, of every partition.
func parseIdentity(arn string) identity {
	rest, found := strings.CutPrefix(arn, "arn:")
	for range 4 {
		_, rest, found = strings.Cut(rest, ":")
	}
	if !found {
		return identity{}
	}
	kind, path, _ := strings.Cut(rest, "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	switch kind {
	case "user":
		return identity{kind: "user", name: name}
	case "role":
		return identity{kind: "role", name: name}
	case "assumed-role":
		role, session, _ := strings.Cut(path, "/")
		return identity{kind: "role", name: role, session: session}
	case "federated-user":
		return identity{kind: "federated", session: name}
	}
	return identity{}
}

// human is the session's name where it names a human: an e-mail address, or
// whatever IAM Identity Center calls its user. Role names that begin with
// AWSReservedSSO_ are kept for Identity Center by AWS.
func (i identity) human() string {
	switch {
	case i.session == "" || machine(i.session):
		return ""
	case isEmail(i.session), strings.HasPrefix(i.name, "AWSReservedSSO_"):
		return i.session
	}
	return ""
}

// machine tells sessions that AWS services, instances and programs name.
func machine(session string) bool {
	if isUUID(session) || isInstance(session) {
		return true
	}
	for _, prefix := range []string{"BKB-Retrieve-", "BedrockAgentCore-", "botocore-session-", "aws-go-sdk-", "aws-sdk-"} {
		if strings.HasPrefix(session, prefix) {
			return true
		}
	}
	return false
}

// isInstance tells i-0123456789abcdef0 and the older, shorter form.
func isInstance(s string) bool {
	hex, found := strings.CutPrefix(s, "i-")
	return found && (len(hex) == 8 || len(hex) == 17) && onlyHex(hex)
}

func isUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	return onlyHex(s[:8]) && onlyHex(s[9:13]) && onlyHex(s[14:18]) && onlyHex(s[19:23]) && onlyHex(s[24:])
}

func onlyHex(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// isEmail tells an address of a human: one @ between a local part and a domain
// with a dot. Addresses that clouds give to machines are none.
func isEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || len(s) > 254 || strings.ContainsAny(domain, "@_/+= ") || strings.ContainsAny(local, " /:\"<>") {
		return false
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot <= 0 || len(domain)-dot < 3 || strings.Contains(domain, "..") {
		return false
	}
	return !strings.HasSuffix(domain, ".gserviceaccount.com") && !strings.HasSuffix(domain, ".amazonaws.com")
}
