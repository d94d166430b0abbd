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

	id      string
	token   string    // of the request that made it
	ran     string    // token of the request that executed its last change set
	next    string    // status after one more look, "" when nothing is going on
	due     time.Time // when it comes to next, where changes take time
	version int       // counts changes: a change set of an older one is obsolete
	events  []map[string]any
}

// stacks are all stacks of all Regions, and what shall become of them.
type stacks struct {
	cloud  *Cloud
	list   []*Stack
	sets   map[string]changeSet         // by ARN
	fail   map[string]StackFault        // by stack's name: what the next change or removal meets
	gives  map[string]map[string]string // outputs by stack's name
	drift  map[string][]Drifted
	looked map[string]bool // detections that were asked for once
	atOnce bool            // detections are done at the first look
	boards map[string]string
	made   int
	takes  time.Duration // that a change lasts; 0 is until the look after the next
}

// StackFault is what a change of a stack fails at.
type StackFault struct {
	Delete   bool   // it meets the next removal, and not the next change
	Resource string // by its id in the template
	Reason   string // as CloudFormation gives it
	End      string // status that the stack ends in; "" is that of a rollback that came through
}

func (c *Cloud) stacks() *stacks {
	return state(c, stackKey{}, func() *stacks {
		return &stacks{cloud: c, sets: map[string]changeSet{}, fail: map[string]StackFault{}, gives: map[string]map[string]string{},
			drift: map[string][]Drifted{}, looked: map[string]bool{}, boards: map[string]string{}}
	})
}

// PutStack puts a stack in, such as a half-made one. One that something is being
// done to is done at the look after the next.
func (c *Cloud) PutStack(s Stack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if verb, ok := strings.CutSuffix(s.Status, "_IN_PROGRESS"); ok && verb != "REVIEW" {
		s.next = strings.TrimSuffix(strings.TrimSuffix(verb, "_CLEANUP"), "_COMPLETE") + "_COMPLETE"
	}
	c.stacks().add(&s)
}

// FailStack lets the next change of a stack fail at one of its resources.
func (c *Cloud) FailStack(name, resource, reason string) {
	c.FailStackAt(name, StackFault{Resource: resource, Reason: reason})
}

// FailStackAt lets the next change or removal of a stack fail.
func (c *Cloud) FailStackAt(name string, f StackFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().fail[name] = f
}

// ChangeStack is what somebody else does to a stack: it has another template now.
func (c *Cloud) ChangeStack(name, template string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.stacks().list {
		if s.Name == name && s.Status != "DELETE_COMPLETE" {
			s.Template, s.Status = template, "UPDATE_COMPLETE"
			s.version++
		}
	}
}

// StackGives says which outputs a stack has once it is made, in place of those of
// its template.
func (c *Cloud) StackGives(name string, outputs map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().gives[name] = outputs
}

// Stacks are the stacks that were not deleted, by name.
func (c *Cloud) Stacks() map[string]Stack {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().pass()
	all := map[string]Stack{}
	for _, s := range c.stacks().list {
		if s.Status != "DELETE_COMPLETE" {
			all[s.Name] = *s
		}
	}
	return all
}

// AllStacks are the stacks of all Regions that were not deleted.
func (c *Cloud) AllStacks() []Stack {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().pass()
	var list []Stack
	for _, s := range c.stacks().list {
		if s.Status != "DELETE_COMPLETE" {
			list = append(list, *s)
		}
	}
	return list
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

func (c *Cloud) cloudformationOperations() map[string]operation {
	ops := map[string]operation{}
	for name, do := range map[string]func(l *stacks, r *request) (any, error){
		"ListStacks": listStacks, "CreateStack": createStack, "DeleteStack": deleteStack, "DescribeStacks": describeStacks,
		"DescribeStackEvents": describeStackEvents, "DescribeStackResources": describeStackResources,
		"GetTemplate": getTemplate, "ContinueUpdateRollback": continueRollback,
		"CreateChangeSet": createChangeSet, "DescribeChangeSet": describeChangeSet,
		"ListChangeSets": listChangeSets, "DeleteChangeSet": deleteChangeSet, "ExecuteChangeSet": executeChangeSet,
		"DetectStackDrift": detectDrift, "DescribeStackDriftDetectionStatus": driftStatus, "DescribeStackResourceDrifts": describeDrifts,
	} {
		ops[name] = func(r *request) (any, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.stacks().pass()
			return do(c.stacks(), r)
		}
	}
	return ops
}

func pairs(r *request, prefix, key, value string) map[string]string {
	out := map[string]string{}
	for i := 1; r.form.Has(fmt.Sprintf("%s.member.%d.%s", prefix, i, key)); i++ {
		at := fmt.Sprintf("%s.member.%d.", prefix, i)
		if r.form.Get(at+"UsePreviousValue") != "true" {
			out[r.form.Get(at+key)] = r.form.Get(at + value)
		}
	}
	return out
}

func createStack(l *stacks, r *request) (any, error) {
	token := r.form.Get("ClientRequestToken")
	if s, err := l.find(r); err == nil {
		if token != "" && s.token == token { // the same request again
			return map[string]any{"StackId": s.id}, nil
		}
		return nil, fail(400, "AlreadyExistsException", "Stack [%s] already exists", s.Name)
	}
	s := l.add(&Stack{Region: r.region, Name: r.form.Get("StackName"), Template: r.form.Get("TemplateBody"),
		Parameters: pairs(r, "Parameters", "ParameterKey", "ParameterValue"), Tags: pairs(r, "Tags", "Key", "Value"), token: token})
	l.begin(s, "CREATE", false)
	return map[string]any{"StackId": s.id}, nil
}

func deleteStack(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err == nil && s.next != "" {
		return nil, fail(400, "ValidationError", "Stack [%s] cannot be deleted while in status %s", s.Name, s.Status)
	}
	if err == nil && s.Status != "DELETE_COMPLETE" {
		l.dropSets(s)
		l.begin(s, "DELETE", false)
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
	out := map[string]any{"StackId": s.id, "StackName": s.Name, "StackStatus": s.Status, "CreationTime": time.Now().UTC(), "LastUpdatedTime": time.Unix(int64(s.version), 0).UTC(),
		"Parameters": list(s.Parameters, "ParameterKey", "ParameterValue"), "Tags": list(s.Tags, "Key", "Value"),
		"Outputs": list(s.Outputs, "OutputKey", "OutputValue")}
	if s.next != "" && l.takes == 0 {
		l.end(s)
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
	s, err := l.holder(r)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, part := range s.Resources {
		list = append(list, map[string]any{"StackName": s.Name, "StackId": s.id, "LogicalResourceId": part[0], "ResourceType": part[1], "PhysicalResourceId": part[2],
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
	l.begin(s, "UPDATE_ROLLBACK", false)
	return nil, nil
}
