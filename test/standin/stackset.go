package standin

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// changeSet is what is to become of a stack.
type changeSet struct {
	stack, name, token string
	says               string // its description
	template           string
	parameters         map[string]string
	create             bool
	version            int // of the stack that it was made for
	changes            []map[string]any
}

func createChangeSet(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	create := r.form.Get("ChangeSetType") == "CREATE"
	switch {
	case create && err != nil:
		s = l.add(&Stack{Region: r.region, Name: r.form.Get("StackName"), Status: "REVIEW_IN_PROGRESS"})
	case create && s.Status != "REVIEW_IN_PROGRESS":
		return nil, fail(400, "ValidationError", "Stack [%s] already exists and cannot be created again with the changeSet.", s.Name)
	case err != nil:
		return nil, err
	case !create && (s.Status == "ROLLBACK_COMPLETE" || strings.HasSuffix(s.Status, "_IN_PROGRESS")):
		return nil, fail(400, "ValidationError", "Stack:%s is in %s state and can not be updated.", s.id, s.Status)
	}
	if create {
		s.Tags = pairs(r, "Tags", "Key", "Value")
	}
	name, token := r.form.Get("ChangeSetName"), r.form.Get("ClientToken")
	if id, set, ok := l.named(s, name); ok && token != "" && set.token == token { // the same request again
		return map[string]any{"Id": id, "StackId": s.id}, nil
	} else if ok {
		return nil, fail(400, "AlreadyExistsException", "ChangeSet [%s] already exists", name)
	}
	l.made++
	id := fmt.Sprintf("arn:aws:cloudformation:%s:%s:changeSet/%s/%d", r.region, AccountID, name, l.made)
	set := changeSet{stack: s.id, name: name, token: token, says: r.form.Get("Description"), template: r.form.Get("TemplateBody"), create: create, version: s.version}
	// What is not given stays as it was.
	set.parameters = maps.Clone(s.Parameters)
	if set.parameters == nil {
		set.parameters = map[string]string{}
	}
	maps.Copy(set.parameters, pairs(r, "Parameters", "ParameterKey", "ParameterValue"))
	after := *s
	after.Template, after.Parameters = set.template, set.parameters
	set.changes = l.differences(s, &after, create)
	l.sets[id] = set
	return map[string]any{"Id": id, "StackId": s.id}, nil
}

// differences are what a change set of the stack shows: of templates that can be
// read, what is new, gone and different; of one that cannot, one of each kind.
func (l *stacks) differences(s, after *Stack, create bool) []map[string]any {
	change := func(action, id, kind, replacement string, of ...string) map[string]any {
		details := []map[string]any{}
		for _, name := range of {
			details = append(details, map[string]any{"Target": map[string]any{"Name": name}})
		}
		return map[string]any{"Type": "Resource", "ResourceChange": map[string]any{"Action": action, "LogicalResourceId": id,
			"ResourceType": kind, "Replacement": replacement, "Details": details}}
	}
	was, will := scopeOf(s), scopeOf(after)
	var list []map[string]any
	if create {
		for _, p := range will.parts() {
			action := "Add"
			if l.exists(after.Region, p) {
				action = "Import"
			}
			list = append(list, change(action, p.id, p.kind, ""))
		}
		return list
	}
	if s.Template == after.Template && maps.Equal(s.Parameters, after.Parameters) {
		return nil
	}
	if len(was.resources) == 0 || len(will.resources) == 0 {
		return []map[string]any{change("Modify", "A", "AWS::CloudWatch::Alarm", "False", "Threshold"), change("Modify", "B", "AWS::SQS::Queue", "True"), change("Remove", "C", "AWS::SNS::Topic", "")}
	}
	for _, p := range will.parts() {
		switch of := was.differs(will, p); {
		case !was.has(p.id):
			list = append(list, change("Add", p.id, p.kind, ""))
		case len(of) > 0:
			list = append(list, change("Modify", p.id, p.kind, "False", of...))
		}
	}
	for _, p := range was.parts() {
		if !will.has(p.id) {
			list = append(list, change("Remove", p.id, p.kind, ""))
		}
	}
	return list
}

// named is the change set of a stack by its name or ARN.
func (l *stacks) named(s *Stack, name string) (id string, set changeSet, ok bool) {
	for id, set := range l.sets {
		if set.stack == s.id && (set.name == name || id == name) {
			return id, set, true
		}
	}
	return "", changeSet{}, false
}

func (l *stacks) set(r *request) (id string, set changeSet, err error) {
	if s, err := l.find(r); err == nil {
		if id, set, ok := l.named(s, r.form.Get("ChangeSetName")); ok {
			return id, set, nil
		}
	}
	return "", set, fail(404, "ChangeSetNotFound", "ChangeSet [%s] does not exist", r.form.Get("ChangeSetName"))
}

// dropSets removes the change sets of a stack, which go with it, and when one of
// them is executed.
func (l *stacks) dropSets(s *Stack) {
	maps.DeleteFunc(l.sets, func(_ string, set changeSet) bool { return set.stack == s.id })
}

func describeChangeSet(l *stacks, r *request) (any, error) {
	_, set, err := l.set(r)
	if err != nil {
		return nil, err
	}
	if len(set.changes) == 0 {
		return map[string]any{"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes. Submit different information to create a change set."}, nil
	}
	return map[string]any{"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "Changes": set.changes}, nil
}

func deleteChangeSet(l *stacks, r *request) (any, error) {
	if _, err := l.find(r); err != nil {
		return nil, err
	}
	if id, _, err := l.set(r); err == nil { // AWS is content when there is none
		delete(l.sets, id)
	}
	return nil, nil
}

func executeChangeSet(l *stacks, r *request) (any, error) {
	token := r.form.Get("ClientRequestToken")
	if s, err := l.find(r); err == nil && token != "" && s.ran == token { // the same request again
		return nil, nil
	}
	_, set, err := l.set(r)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(l.list, func(s *Stack) bool { return s.id == set.stack })
	if at < 0 {
		return nil, fail(400, "ValidationError", "Stack [%s] does not exist", set.stack)
	}
	s := l.list[at]
	if s.version != set.version {
		return nil, fail(400, "InvalidChangeSetStatus", "ChangeSet [%s] cannot be executed in its current status of [OBSOLETE]", r.form.Get("ChangeSetName"))
	}
	if s.next != "" {
		return nil, fail(400, "ValidationError", "Stack:%s is in %s state and can not be updated.", s.id, s.Status)
	}
	s.Template, s.Parameters = set.template, set.parameters
	l.dropSets(s)
	s.ran = token
	verb := "UPDATE"
	if set.create {
		verb = "CREATE"
	}
	l.begin(s, verb, set.create)
	return nil, nil
}

// Left is how many change sets nobody removed or executed.
func (c *Cloud) Left() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.stacks().sets)
}

func listChangeSets(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for id, set := range l.sets {
		if set.stack == s.id {
			list = append(list, map[string]any{"ChangeSetId": id, "ChangeSetName": set.name, "Description": set.says, "StackName": s.Name})
		}
	}
	return map[string]any{"Summaries": list}, nil
}

// ReviewStack is what somebody else begins: a stack that is nothing but a change
// set of this name.
func (c *Cloud) ReviewStack(region, name, set string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.stacks()
	s := l.add(&Stack{Region: region, Name: name, Status: "REVIEW_IN_PROGRESS"})
	l.sets["arn:of:"+set] = changeSet{stack: s.id, name: set, create: true}
}

// holder is the stack that is asked for by its name, or by what it holds.
func (l *stacks) holder(r *request) (*Stack, error) {
	held := r.form.Get("PhysicalResourceId")
	if held == "" || r.form.Has("StackName") {
		return l.find(r)
	}
	for _, s := range l.list {
		if s.Region == r.region && s.Status != "DELETE_COMPLETE" && slices.ContainsFunc(s.Resources, func(p [3]string) bool { return p[2] == held }) {
			return s, nil
		}
	}
	return nil, fail(400, "ValidationError", "Stack for %s does not exist", held)
}
