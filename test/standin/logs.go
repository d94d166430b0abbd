package standin

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/account"
)

// LogGroup is a log group of CloudWatch.
type LogGroup struct {
	Name      string
	Account   string    // "" is AccountID; others are linked accounts
	Region    string    // "" is Region
	Created   time.Time // zero is now
	Retention int       // days; 0 keeps for ever
	Class     string    // "" is STANDARD
	Key       string    // ARN of the KMS key that seals it; "" is none
}

// LogEvent is an event of a log group.
type LogEvent struct {
	ID      string    // "" gets 56 digits of its own
	Stream  string    // "" is the stream that Bedrock writes to
	Time    time.Time // zero is now
	Visible time.Time // when it was taken in, before which nobody sees it; zero is now
	Message string
}

// Bounds of a page, as CloudWatch has them.
const (
	logPage      = 10_000
	logPageBytes = 1 << 20
	groupPage    = 50
)

const bedrockStream = "aws/bedrock/modelinvocations"

// logs is the state of CloudWatch Logs.
type logs struct {
	groups []*logGroup // in the order of their ARNs
	events int         // made so far
	page   int         // most events of a page
}

type logGroup struct {
	LogGroup
	arn    string
	events []LogEvent
}

type logsKey struct{}

func (c *Cloud) logs() *logs {
	return state(c, logsKey{}, func() *logs { return &logs{page: logPage} })
}

func (c *Cloud) logsOperations() map[string]operation {
	return c.groupOperations(map[string]operation{"FilterLogEvents": c.filterLogEvents, "DescribeLogGroups": c.describeLogGroups})
}

// CreateLogGroup makes a log group and returns its ARN.
func (c *Cloud) CreateLogGroup(g LogGroup) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.makeGroup(g)
}

func (c *Cloud) makeGroup(g LogGroup) string {
	g.Account, g.Region, g.Class = cmp.Or(g.Account, AccountID), cmp.Or(g.Region, Region), cmp.Or(g.Class, "STANDARD")
	if g.Created.IsZero() {
		g.Created = time.Now()
	}
	arn := account.PartitionOf(g.Region).ARN("logs", g.Region, g.Account, "log-group:"+g.Name)
	l := c.logs()
	l.groups = append(l.groups, &logGroup{LogGroup: g, arn: arn})
	slices.SortFunc(l.groups, func(a, b *logGroup) int { return cmp.Compare(a.arn, b.arn) })
	return arn
}

// DeleteLogGroup takes a group away, with its events.
func (c *Cloud) DeleteLogGroup(arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.logs()
	l.groups = slices.DeleteFunc(l.groups, func(g *logGroup) bool { return g.arn == arn })
}

// PutLog adds events to a group, by its ARN, and returns their ids.
func (c *Cloud) PutLog(arn string, events ...LogEvent) (ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.putLog(arn, events)
}

func (c *Cloud) putLog(arn string, events []LogEvent) (ids []string) {
	l := c.logs()
	for _, g := range l.groups {
		if g.arn != arn {
			continue
		}
		for _, e := range events {
			l.events++
			e.ID = cmp.Or(e.ID, fmt.Sprintf("%056d", l.events))
			e.Stream = cmp.Or(e.Stream, bedrockStream)
			if e.Time.IsZero() {
				e.Time = time.Now()
			}
			if e.Visible.IsZero() {
				e.Visible = time.Now()
			}
			g.events = append(g.events, e)
			ids = append(ids, e.ID)
		}
		slices.SortFunc(g.events, older)
	}
	return ids
}

// LogPages makes pages of FilterLogEvents smaller.
func (c *Cloud) LogPages(events int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logs().page = events
}

// older is the order in which events are returned.
func older(a, b LogEvent) int {
	return cmp.Or(a.Time.Compare(b.Time), a.Visible.Compare(b.Visible), cmp.Compare(a.ID, b.ID))
}

// logsInput is what the calls carry, all members of both.
type logsInput struct {
	Group        string   `json:"logGroupName"`
	Identifier   string   `json:"logGroupIdentifier"`
	Streams      []string `json:"logStreamNames"`
	StreamPrefix string   `json:"logStreamNamePrefix"`
	Start        int64    `json:"startTime"`
	End          *int64   `json:"endTime"`
	Limit        int      `json:"limit"`
	Token        string   `json:"nextToken"`
	Prefix       string   `json:"logGroupNamePrefix"`
	Linked       bool     `json:"includeLinkedAccounts"`
	Pattern      string   `json:"filterPattern"` // a quoted phrase alone
}

func (in *logsInput) group(l *logs, region string) *logGroup {
	for _, g := range l.groups {
		own := g.Account == AccountID && g.Region == region
		if in.Group != "" && own && g.Name == in.Group ||
			in.Identifier != "" && g.Region == region && (g.arn == in.Identifier || own && g.Name == in.Identifier) {
			return g
		}
	}
	return nil
}

func (c *Cloud) filterLogEvents(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in logsInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	l := c.logs()
	g := in.group(l, r.region)
	after, ok := parseLogToken(in.Token)
	switch {
	case (in.Group == "") == (in.Identifier == ""):
		return nil, fail(400, "InvalidParameterException", "Exactly one of logGroupName or logGroupIdentifier must be specified")
	case len(in.Streams) > 0 && in.StreamPrefix != "":
		return nil, fail(400, "InvalidParameterException", "logStreamNames and logStreamNamePrefix are mutually exclusive")
	case len(in.Streams) > 100:
		return nil, fail(400, "InvalidParameterException", "Member must have length less than or equal to 100")
	case g == nil:
		return nil, fail(400, "ResourceNotFoundException", "The specified log group does not exist.")
	case !ok:
		return nil, fail(400, "InvalidParameterException", "The specified nextToken is invalid.")
	case r.fault.empty:
		return map[string]any{"events": []any{}, "nextToken": after.token(), "searchedLogStreams": []any{}}, nil
	}
	return in.filter(g, after, l.page), nil
}

// filter makes one page. Without an end there is always a further token, since
// something may still come.
func (in *logsInput) filter(g *logGroup, after LogEvent, most int) map[string]any {
	events := []any{}
	size, token := 0, ""
	for _, e := range g.events {
		if !in.matches(&e) || in.Token != "" && older(e, after) <= 0 {
			continue
		}
		if size += len(e.Message); len(events) == min(most, cmp.Or(in.Limit, logPage)) || len(events) > 0 && size > logPageBytes {
			token = after.token()
			break
		}
		after = e
		events = append(events, map[string]any{
			"eventId": e.ID, "logStreamName": e.Stream, "message": e.Message,
			"timestamp": e.Time.UnixMilli(), "ingestionTime": e.Visible.UnixMilli(),
		})
	}
	if in.End == nil {
		token = after.token()
	}
	out := map[string]any{"events": events, "searchedLogStreams": []any{}}
	if token != "" {
		out["nextToken"] = token
	}
	return out
}

func (in *logsInput) matches(e *LogEvent) bool {
	at := e.Time.UnixMilli()
	return at >= in.Start && (in.End == nil || at <= *in.End) && !e.Visible.After(time.Now()) &&
		strings.Contains(e.Message, strings.Trim(in.Pattern, `"`)) && strings.HasPrefix(e.Stream, in.StreamPrefix) && (len(in.Streams) == 0 || slices.Contains(in.Streams, e.Stream))
}

// token is the place behind an event.
func (e LogEvent) token() string {
	e.Message = ""
	text, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseLogToken(token string) (after LogEvent, ok bool) {
	if token == "" {
		return after, true
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	return after, err == nil && json.Unmarshal(text, &after) == nil
}

func (c *Cloud) describeLogGroups(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in logsInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	list := []any{}
	for _, g := range c.logs().groups {
		if g.Region != r.region || g.Account != AccountID && !in.Linked || !strings.HasPrefix(g.Name, in.Prefix) || g.arn <= in.Token {
			continue
		}
		if len(list) == cmp.Or(in.Limit, groupPage) || r.fault.empty {
			return map[string]any{"logGroups": list, "nextToken": cmp.Or(lastARN(list), in.Token, " ")}, nil
		}
		entry := map[string]any{
			"logGroupName": g.Name, "arn": g.arn + ":*", "logGroupArn": g.arn,
			"creationTime": g.Created.UnixMilli(), "logGroupClass": g.Class, "storedBytes": 0,
		}
		if g.Retention > 0 {
			entry["retentionInDays"] = g.Retention
		}
		if g.Key != "" {
			entry["kmsKeyId"] = g.Key
		}
		list = append(list, entry)
	}
	return map[string]any{"logGroups": list}, nil
}

func lastARN(list []any) string {
	if len(list) == 0 {
		return ""
	}
	entry, _ := list[len(list)-1].(map[string]any)
	arn, _ := entry["logGroupArn"].(string)
	return arn
}
