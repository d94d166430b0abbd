package standin

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const stackType = "AWS::CloudFormation::Stack"

func (s *Stack) event(id, kind, status, reason string) {
	s.events = append(s.events, map[string]any{
		"EventId": fmt.Sprintf("%s-%d", s.Name, len(s.events)), "StackId": s.id, "StackName": s.Name, "LogicalResourceId": id,
		"ResourceType": kind, "ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": time.Now().UTC(),
	})
}

// begin starts a change; the look after the next sees its end. Of resources it
// makes buckets, log groups, keys and dashboards, and only names the others.
func (l *stacks) begin(s *Stack, verb string, adopt bool) {
	s.Status, s.next, s.due = verb+"_IN_PROGRESS", verb+"_COMPLETE", time.Now().Add(l.takes)
	s.version++
	s.event(s.Name, stackType, s.Status, "User Initiated")
	f, failing := l.fail[s.Name]
	if failing = failing && f.Delete == (verb == "DELETE"); failing {
		delete(l.fail, s.Name)
	} else {
		f = StackFault{}
	}
	switch {
	case verb == "CREATE" || verb == "UPDATE":
		l.change(s, verb, adopt, f)
	case failing:
		l.failed(s, verb, f)
	case verb == "DELETE":
		l.unmake(s, nil)
	}
}

func (l *stacks) change(s *Stack, verb string, adopt bool, f StackFault) {
	parts := scopeOf(s).parts()
	var made []part
	for _, p := range parts {
		if f.Resource == p.id {
			break
		}
		had := slices.ContainsFunc(s.Resources, func(r [3]string) bool { return r[0] == p.id })
		if had {
			continue
		}
		s.event(p.id, p.kind, verb+"_IN_PROGRESS", "")
		if why := l.make(s, p, adopt); why != "" {
			f = StackFault{Resource: p.id, Reason: why}
			break
		}
		made = append(made, p)
		s.event(p.id, p.kind, verb+"_COMPLETE", "")
	}
	if f.Resource != "" {
		l.failed(s, verb, f)
		if verb == "CREATE" { // what is kept is not kept when its making failed
			l.unmake(s, made)
		}
		return
	}
	if len(parts) > 0 {
		s.Resources = nil
		for _, p := range parts {
			s.Resources = append(s.Resources, [3]string{p.id, p.kind, p.physical})
		}
	}
}

// failed tells the events of a failure, and the status that the stack ends in.
func (l *stacks) failed(s *Stack, verb string, f StackFault) {
	kind := "AWS::CloudWatch::Alarm"
	for _, p := range scopeOf(s).parts() {
		if p.id == f.Resource {
			kind = p.kind
		}
	}
	s.event(f.Resource, kind, verb+"_FAILED", f.Reason)
	if verb != "DELETE" {
		s.event("Another", "AWS::SNS::Topic", verb+"_FAILED", "Resource creation cancelled")
	}
	s.next = map[string]string{"CREATE": "ROLLBACK_COMPLETE", "UPDATE": "UPDATE_ROLLBACK_COMPLETE", "DELETE": "DELETE_FAILED"}[verb]
	if f.End != "" {
		s.next = f.End
	}
}

// exists says that somebody has something of this name already.
func (l *stacks) exists(region string, p part) bool {
	switch p.kind {
	case "AWS::S3::Bucket":
		return l.cloud.objects.buckets[p.physical] != nil
	case "AWS::Logs::LogGroup":
		return l.cloud.ownGroup(&request{region: region}, p.physical) != nil
	}
	return false
}

// make makes one resource and says why it cannot.
func (l *stacks) make(s *Stack, p part, adopt bool) (why string) {
	if l.exists(s.Region, p) {
		b := l.cloud.objects.buckets[p.physical]
		foreign := p.kind == "AWS::S3::Bucket" && (b.foreign || b.region != s.Region)
		if adopt && !foreign {
			return ""
		}
		return p.physical + " already exists"
	}
	switch p.kind {
	case "AWS::S3::Bucket":
		l.cloud.makeBucket(p.physical).region = s.Region
	case "AWS::Logs::LogGroup":
		l.cloud.makeGroup(LogGroup{Name: p.physical, Region: s.Region, Key: p.key})
	case "AWS::KMS::Key":
		keys := l.cloud.kms()
		*keys = append(*keys, Key{ID: p.physical, Region: s.Region, Says: p.body, Policy: p.policy})
	case "AWS::CloudWatch::Dashboard":
		l.boards[s.Region+" "+p.physical] = p.body
	}
	if p.kind == "AWS::S3::Bucket" && p.key != "" {
		l.cloud.bucketSettings(p.physical)["encryption"] = []byte(`<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>` +
			`<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>` + escape(p.key) + `</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`)
	}
	return ""
}

// unmake takes resources away: those given, else all that the stack does not keep.
func (l *stacks) unmake(s *Stack, only []part) {
	parts := only
	if only == nil {
		for _, p := range scopeOf(s).parts() {
			if !p.kept {
				parts = append(parts, p)
			}
		}
	}
	for _, p := range slices.Backward(parts) {
		s.event(p.id, p.kind, "DELETE_COMPLETE", "")
		switch p.kind {
		case "AWS::S3::Bucket":
			delete(l.cloud.objects.buckets, p.physical)
			clear(l.cloud.bucketSettings(p.physical))
		case "AWS::Logs::LogGroup":
			logs := l.cloud.logs()
			logs.groups = slices.DeleteFunc(logs.groups, func(g *logGroup) bool { return g.Region == s.Region && g.Name == p.physical })
		case "AWS::KMS::Key":
			keys := *l.cloud.kms()
			*l.cloud.kms() = slices.DeleteFunc(keys, func(k Key) bool { return k.ID == p.physical })
		case "AWS::CloudWatch::Dashboard":
			delete(l.boards, s.Region+" "+p.physical)
		}
	}
}

// dashboardOperations answer what stacks made.
func (c *Cloud) dashboardOperations() map[string]operation {
	return map[string]operation{"GetDashboard": func(r *request) (any, error) {
		var in struct{ DashboardName string }
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		body, ok := c.stacks().boards[r.region+" "+in.DashboardName]
		if !ok {
			return nil, fail(404, "ResourceNotFound", "Dashboard %s does not exist", in.DashboardName)
		}
		return map[string]any{"DashboardName": in.DashboardName, "DashboardBody": body}, nil
	}}
}

// insightsOperations answer queries of Logs Insights: of a group that is there
// with one row when it has events.
func (c *Cloud) insightsOperations() map[string]operation {
	return map[string]operation{
		"StartQuery": func(r *request) (any, error) {
			var in struct {
				Groups []string `json:"logGroupNames"`
			}
			if err := r.decode(&in); err != nil {
				return nil, err
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			full := "empty"
			for _, name := range in.Groups {
				g := c.ownGroup(r, name)
				if g == nil {
					return nil, fail(400, "ResourceNotFoundException", "Log group '%s' does not exist", name)
				}
				if len(g.events) > 0 {
					full = "full"
				}
			}
			return map[string]any{"queryId": full}, nil
		},
		"DescribeLogStreams": func(r *request) (any, error) {
			var in groupInput
			if err := r.decode(&in); err != nil {
				return nil, err
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			g := c.ownGroup(r, in.Name)
			if g == nil {
				return nil, fail(400, "ResourceNotFoundException", "The specified log group does not exist.")
			}
			streams := []any{}
			if len(g.events) > 0 {
				streams = append(streams, map[string]any{"logStreamName": "stream"})
			}
			return map[string]any{"logStreams": streams}, nil
		},
		"GetQueryResults": func(r *request) (any, error) {
			rows := []any{}
			if strings.Contains(string(r.body), "full") {
				rows = append(rows, []any{map[string]any{"field": "n", "value": "1"}})
			}
			return map[string]any{"status": "Complete", "results": rows}, nil
		},
	}
}
