package standin

import (
	"fmt"
	"strings"
	"time"
)

type stackKey struct{}

// Stack is a stack as a test makes it or finds it.
type Stack struct {
	Region, Name string
	Status       string
	Template     string
	Parameters   map[string]string
	Tags         map[string]string
	Outputs      map[string]string
	Resources    [][3]string // logical id, type, physical id

	id     string
	next   string // status after one more look, "" when nothing is going on
	events []map[string]any
}

// stacks are all stacks of all Regions, and what shall become of them.
type stacks struct {
	list  []*Stack
	sets  map[string]changeSet
	fail  map[string][2]string         // by stack's name: the resource that fails next, and why
	gives map[string]map[string]string // outputs by stack's name
	made  int
}

type changeSet struct {
	stack, template string
	parameters      map[string]string
	create, same    bool
}

func (c *Cloud) stacks() *stacks {
	return state(c, stackKey{}, func() *stacks {
		return &stacks{sets: map[string]changeSet{}, fail: map[string][2]string{}, gives: map[string]map[string]string{}}
	})
}

// PutStack puts a stack in, such as a half-made one.
func (c *Cloud) PutStack(s Stack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().add(&s)
}

// FailStack lets the next change of a stack fail at one of its resources.
func (c *Cloud) FailStack(name, resource, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().fail[name] = [2]string{resource, reason}
}

// StackGives says which outputs a stack has once it is made.
func (c *Cloud) StackGives(name string, outputs map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().gives[name] = outputs
}

// Stacks are the stacks that were not deleted, by name.
func (c *Cloud) Stacks() map[string]Stack {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]Stack{}
	for _, s := range c.stacks().list {
		if s.Status != "DELETE_COMPLETE" {
			all[s.Name] = *s
		}
	}
	return all
}

func (l *stacks) add(s *Stack) *Stack {
	l.made++
	s.id = fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%d", s.Region, AccountID, s.Name, l.made)
	l.list = append(l.list, s)
	return s
}

// find finds a stack by name or ARN; a deleted one by its ARN only.
func (l *stacks) find(r *request) (*Stack, error) {
	name := r.form.Get("StackName")
	for _, s := range l.list {
		if s.Region == r.region && (s.id == name || s.Name == name && s.Status != "DELETE_COMPLETE") {
			return s, nil
		}
	}
	return nil, fail(400, "ValidationError", "Stack with id %s does not exist", name)
}

func (s *Stack) event(id, kind, status, reason string) {
	s.events = append(s.events, map[string]any{
		"EventId": fmt.Sprintf("%s-%d", s.Name, len(s.events)), "StackId": s.id, "StackName": s.Name, "LogicalResourceId": id,
		"ResourceType": kind, "ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": time.Now().UTC(),
	})
}

const stackType = "AWS::CloudFormation::Stack"

// begin starts a change; the look after the next sees its end.
func (l *stacks) begin(s *Stack, verb string) {
	s.Status, s.next = verb+"_IN_PROGRESS", verb+"_COMPLETE"
	s.event(s.Name, stackType, s.Status, "User Initiated")
	if f, ok := l.fail[s.Name]; ok && verb != "DELETE" {
		delete(l.fail, s.Name)
		s.event(f[0], "AWS::CloudWatch::Alarm", verb+"_FAILED", f[1])
		s.event("Another", "AWS::SNS::Topic", verb+"_FAILED", "Resource creation cancelled")
		s.next = map[string]string{"CREATE": "ROLLBACK_COMPLETE", "UPDATE": "UPDATE_ROLLBACK_COMPLETE"}[verb]
	}
}

func (c *Cloud) cloudformationOperations() map[string]operation {
	locked := func(do func(l *stacks, r *request) (any, error)) operation {
		return func(r *request) (any, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			return do(c.stacks(), r)
		}
	}
	return map[string]operation{
		"CreateStack": locked(createStack), "DeleteStack": locked(deleteStack), "DescribeStacks": locked(describeStacks),
		"DescribeStackEvents": locked(describeStackEvents), "DescribeStackResources": locked(describeStackResources),
		"GetTemplate": locked(getTemplate), "ContinueUpdateRollback": locked(continueRollback),
		"CreateChangeSet": locked(createChangeSet), "DescribeChangeSet": locked(describeChangeSet),
		"DeleteChangeSet": locked(deleteChangeSet), "ExecuteChangeSet": locked(executeChangeSet),
	}
}

func pairs(r *request, prefix, key, value string) map[string]string {
	out := map[string]string{}
	for i := 1; r.form.Has(fmt.Sprintf("%s.member.%d.%s", prefix, i, key)); i++ {
		at := fmt.Sprintf("%s.member.%d.", prefix, i)
		out[r.form.Get(at+key)] = r.form.Get(at + value)
	}
	return out
}

func createStack(l *stacks, r *request) (any, error) {
	if s, err := l.find(r); err == nil {
		return nil, fail(400, "AlreadyExistsException", "Stack [%s] already exists", s.Name)
	}
	s := l.add(&Stack{Region: r.region, Name: r.form.Get("StackName"), Template: r.form.Get("TemplateBody"),
		Parameters: pairs(r, "Parameters", "ParameterKey", "ParameterValue"), Tags: pairs(r, "Tags", "Key", "Value")})
	l.begin(s, "CREATE")
	return map[string]any{"StackId": s.id}, nil
}

func deleteStack(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err == nil && s.Status != "DELETE_COMPLETE" {
		l.begin(s, "DELETE")
	}
	return nil, nil //nolint:nilerr // AWS is content when there is no such stack
}

func describeStacks(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	list := func(m map[string]string, key, value string) []map[string]any {
		out := []map[string]any{}
		for _, t := range sortedTags(m) {
			out = append(out, map[string]any{key: t[0], value: t[1]})
		}
		return out
	}
	out := map[string]any{"StackId": s.id, "StackName": s.Name, "StackStatus": s.Status, "CreationTime": time.Now().UTC(),
		"Parameters": list(s.Parameters, "ParameterKey", "ParameterValue"), "Tags": list(s.Tags, "Key", "Value"),
		"Outputs": list(s.Outputs, "OutputKey", "OutputValue")}
	if s.next != "" {
		s.Status, s.next = s.next, ""
		s.event(s.Name, stackType, s.Status, "")
		if strings.HasSuffix(s.Status, "_COMPLETE") && !strings.Contains(s.Status, "ROLLBACK") {
			s.Outputs = l.gives[s.Name]
		}
	}
	return map[string]any{"Stacks": []map[string]any{out}}, nil
}

func describeStackEvents(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for i := range s.events {
		list = append(list, s.events[len(s.events)-1-i])
	}
	return map[string]any{"StackEvents": list}, nil
}

func describeStackResources(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, part := range s.Resources {
		list = append(list, map[string]any{"LogicalResourceId": part[0], "ResourceType": part[1], "PhysicalResourceId": part[2],
			"ResourceStatus": "CREATE_COMPLETE", "Timestamp": time.Now().UTC()})
	}
	return map[string]any{"StackResources": list}, nil
}

func getTemplate(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"TemplateBody": s.Template}, nil
}

func continueRollback(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	l.begin(s, "UPDATE_ROLLBACK")
	return nil, nil
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
	l.made++
	id := fmt.Sprintf("arn:aws:cloudformation:%s:%s:changeSet/%s/%d", r.region, AccountID, r.form.Get("ChangeSetName"), l.made)
	set := changeSet{s.id, r.form.Get("TemplateBody"), pairs(r, "Parameters", "ParameterKey", "ParameterValue"), create, false}
	set.same = !create && set.template == s.Template
	l.sets[id] = set
	return map[string]any{"Id": id, "StackId": s.id}, nil
}

func (l *stacks) set(r *request) (changeSet, error) {
	set, ok := l.sets[r.form.Get("ChangeSetName")]
	if !ok {
		return set, fail(404, "ChangeSetNotFound", "ChangeSet [%s] does not exist", r.form.Get("ChangeSetName"))
	}
	return set, nil
}

func describeChangeSet(l *stacks, r *request) (any, error) {
	set, err := l.set(r)
	if err != nil {
		return nil, err
	}
	if set.same {
		return map[string]any{"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes. Submit different information to create a change set."}, nil
	}
	change := func(action, id, kind, replacement string) map[string]any {
		return map[string]any{"Type": "Resource", "ResourceChange": map[string]any{"Action": action, "LogicalResourceId": id, "ResourceType": kind,
			"Replacement": replacement, "Details": []map[string]any{{"Target": map[string]any{"Name": "Threshold"}}}}}
	}
	return map[string]any{"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "Changes": []map[string]any{
		change("Modify", "A", "AWS::CloudWatch::Alarm", "False"), change("Modify", "B", "AWS::SQS::Queue", "True"), change("Remove", "C", "AWS::SNS::Topic", "")}}, nil
}

func deleteChangeSet(l *stacks, r *request) (any, error) {
	delete(l.sets, r.form.Get("ChangeSetName"))
	return nil, nil
}

func executeChangeSet(l *stacks, r *request) (any, error) {
	set, err := l.set(r)
	if err != nil {
		return nil, err
	}
	for _, s := range l.list {
		if s.id != set.stack {
			continue
		}
		s.Template = set.template
		if set.create {
			s.Parameters = set.parameters
			l.begin(s, "CREATE")
		} else {
			l.begin(s, "UPDATE")
		}
	}
	return nil, nil
}

// Left are the change sets that nobody removed or executed, by stack.
func (c *Cloud) Left() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.stacks().sets)
}
