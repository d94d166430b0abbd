package logging

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/state"
)

// own is how the Sids of seismo's statements begin, and the ids of its rules.
const own = "Seismo"

// tlsOnlySid is of the one statement that all who write to a bucket share.
const tlsOnlySid = own + "TLSOnly"

// trailRule is the id of the rule that ends the objects of all trails of a bucket.
const trailRule = own + "Trail"

// ofRegion are the statements and rules of a Region's logging that need no name of
// the Region: a bucket and a key lie in one Region, which has one configuration.
var ofRegion = [...]string{own + "BedrockWrites", own + "BedrockSeals", own + "LogsSeals", own + "BedrockLogs", own + "BedrockLargeData"}

// former are the Sids and ids of versions that did not say in them whose they are.
// The templates' roles, which serve one Region, have the first two still.
var former = [...]string{own + "BedrockAssumes", own + "WriteLogs", own + "TrailLooks", own + "TrailWrites", own + "TrailSeals", own + "TrailAsks",
	own + "TrailLogsSeals", own + "TrailAssumes"}

// spelled is a name without what no Sid may hold: seismo-bedrock is SeismoBedrock.
func spelled(name string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// trailTail ends the Sids of a trail's statements. The sum tells names apart that
// have the same words.
func trailTail(trail string) string {
	sum := sha256.Sum256([]byte(trail))
	text := spelled(trail)
	return text[:min(len(text), 40)] + hex.EncodeToString(sum[:3])
}

// owner is one whose part of a policy or a lifecycle is to be told from others':
// a Region's logging, or a trail, and what it wrote down of that setting.
type owner struct {
	tail          string
	fixed         []string
	before, after string
}

// ownerOf is who made a change.
func ownerOf(c state.Change) owner {
	kind, rest, _ := strings.Cut(c.Scope, " ")
	_, name, _ := strings.Cut(rest, " ")
	o := owner{before: c.Before, after: c.After}
	if kind == "trail" {
		o.tail, o.fixed = trailTail(name), []string{trailRule}
	} else {
		o.tail, o.fixed = spelled(name), ofRegion[:]
	}
	return o
}

// has tells whether a statement is this owner's: by its Sid, or one of a former
// version because the owner wrote it.
func (o *owner) has(s jsontext.Value) bool {
	sid := sidOf(s)
	if slices.Contains(former[:], sid) {
		return holds(o.after, s) && !holds(o.before, s)
	}
	return slices.Contains(o.fixed, sid) || slices.ContainsFunc(former[:], func(stem string) bool { return sid == stem+o.tail })
}

// withoutOwn is a policy without an owner's statements, "" when none is left. What
// all share goes with the last of seismo's.
func withoutOwn(text string, o owner) (string, error) {
	d, err := parsePolicy(text)
	if err != nil {
		return "", err
	}
	d.Statement = slices.DeleteFunc(d.Statement, o.has)
	first, err := parsePolicy(o.before)
	if err != nil {
		return "", err
	}
	others, _ := d.writers()
	if were, tls := first.writers(); !others && (were || !tls) {
		d.Statement = slices.DeleteFunc(d.Statement, func(s jsontext.Value) bool { return sidOf(s) == tlsOnlySid })
	}
	if len(d.Statement) == 0 {
		return "", nil
	}
	out, err := json.Marshal(d)
	return string(out), err
}

// writers reports whether somebody of seismo's writes to what a policy is of; tls
// whether it asks for TLS in seismo's words.
func (d *document) writers() (writers, tls bool) {
	for _, s := range d.Statement {
		sid := sidOf(s)
		tls = tls || sid == tlsOnlySid
		writers = writers || slices.Contains(ofRegion[:], sid) || slices.ContainsFunc(former[:], func(stem string) bool { return strings.HasPrefix(sid, stem) })
	}
	return writers, tls
}

// holds reports whether a policy has just this statement.
func holds(policy string, statement jsontext.Value) bool {
	d, err := parsePolicy(policy)
	return err == nil && slices.ContainsFunc(d.Statement, func(s jsontext.Value) bool { return same(string(s), string(statement)) })
}

// elements are the statements of a policy, or the rules of a lifecycle, each so that
// equal ones are equal.
func elements(text string) []string {
	var v any
	if json.Unmarshal([]byte(text), &v, jsontext.AllowDuplicateNames(true)) != nil {
		return nil
	}
	if policy, ok := v.(map[string]any); ok {
		v = policy["Statement"]
	}
	var all []string
	if list, ok := v.([]any); ok {
		for _, e := range list {
			all = append(all, flat(e))
		}
		return all
	}
	return append(all, flat(v))
}

// named reports whether one of the values of a text is such a one.
func named(text string, such func(string) bool) bool {
	var v any
	return json.Unmarshal([]byte(text), &v, jsontext.AllowDuplicateNames(true)) == nil && within(v, such)
}

// within reports whether one of the words below a value is such a one.
func within(v any, such func(string) bool) bool {
	switch v := v.(type) {
	case string:
		return such(v)
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return within(e, such) })
	case map[string]any:
		for _, e := range v {
			if within(e, such) {
				return true
			}
		}
	}
	return false
}
