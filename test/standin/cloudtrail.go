package standin

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TrailEvent is an event that CloudTrail keeps for LookupEvents.
type TrailEvent struct {
	ID, Name string
	User     string    // whose session or user it was
	Source   string    // bedrock.amazonaws.com
	Region   string    // "" is Region
	Time     time.Time // zero is now
	Visible  time.Time // when it can first be looked up; zero is now
	JSON     string    // "" is made of the above
}

// PublicKey is a key that CloudTrail signs digests with.
type PublicKey struct {
	Fingerprint string
	DER         []byte    // PKCS #1
	Region      string    // "" is Region
	From, To    time.Time // in use; zero is always
}

// Bounds of LookupEvents.
const (
	trailPage = 50
	trailKept = 90 * 24 * time.Hour
)

type trails struct {
	events []TrailEvent // the newest first
	keys   []PublicKey
	trails []map[string]any // as DescribeTrails shows them
}

type trailsKey struct{}

func (c *Cloud) trails() *trails {
	return state(c, trailsKey{}, func() *trails { return &trails{} })
}

func (c *Cloud) cloudtrailOperations() map[string]operation {
	return c.trailOperations(map[string]operation{"LookupEvents": c.lookupEvents, "ListPublicKeys": c.listPublicKeys, "DescribeTrails": c.describeTrails})
}

// PutTrailEvent makes events that can be looked up.
func (c *Cloud) PutTrailEvent(events ...TrailEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.trails()
	for _, e := range events {
		e.Region, e.Name = cmp.Or(e.Region, Region), cmp.Or(e.Name, "InvokeModel")
		if e.Time.IsZero() {
			e.Time = time.Now()
		}
		if e.Visible.IsZero() {
			e.Visible = time.Now()
		}
		e.ID = cmp.Or(e.ID, fmt.Sprintf("00000000-0000-4000-8000-%012d", len(t.events)))
		e.JSON = cmp.Or(e.JSON, fmt.Sprintf(`{"eventVersion":"1.11","eventID":%q,"eventTime":%q,"eventSource":%q,"eventName":%q,"awsRegion":%q,"recipientAccountId":%q}`,
			e.ID, e.Time.UTC().Format(time.RFC3339), e.Source, e.Name, e.Region, AccountID))
		t.events = append(t.events, e)
	}
	slices.SortStableFunc(t.events, func(a, b TrailEvent) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.ID, b.ID)) })
}

// PublishKey makes a key known to ListPublicKeys.
func (c *Cloud) PublishKey(k PublicKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k.Region = cmp.Or(k.Region, Region)
	c.trails().keys = append(c.trails().keys, k)
}

// SetTrails says what DescribeTrails answers, in every Region; members are
// spelled as AWS spells them.
func (c *Cloud) SetTrails(trails ...map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trails().trails = trails
}

// trailInput is what the calls carry, all members of all of them.
type trailInput struct {
	Start  float64                                         `json:"StartTime"`
	End    float64                                         `json:"EndTime"`
	Max    int                                             `json:"MaxResults"`
	Token  string                                          `json:"NextToken"`
	Names  []string                                        `json:"trailNameList"`
	Lookup []struct{ AttributeKey, AttributeValue string } `json:"LookupAttributes"`
}

func unix(seconds float64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * 1000)).UTC()
}

func (c *Cloud) lookupEvents(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in trailInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	start, end := unix(in.Start), unix(in.End)
	from, ok := parseTrailToken(in.Token, &in)
	switch {
	case len(in.Lookup) > 1:
		return nil, fail(400, "InvalidLookupAttributesException", "Only one lookup attribute may be given.")
	case in.Max > trailPage:
		return nil, fail(400, "InvalidMaxResultsException", "A value of %d was given, at most 50 is allowed.", in.Max)
	case !start.IsZero() && (time.Since(start) > trailKept || !end.IsZero() && end.Before(start)):
		return nil, fail(400, "InvalidTimeRangeException", "The start time is not within the last 90 days or is after the end time.")
	case !ok:
		return nil, fail(400, "InvalidNextTokenException", "The token does not belong to this request.")
	case r.fault.empty:
		return map[string]any{"Events": []any{}, "NextToken": cmp.Or(in.Token, in.token(from)) + " "}, nil
	}
	return in.lookup(c.trails().events, r.region, from, start, end), nil
}

// lookup makes one page. Times count as whole seconds, both ends inclusive.
func (in *trailInput) lookup(events []TrailEvent, region string, from int, start, end time.Time) map[string]any {
	most := cmp.Or(in.Max, trailPage)
	out, matched := []any{}, 0
	for _, e := range events {
		at := e.Time.Truncate(time.Second)
		if e.Region != region || e.Visible.After(time.Now()) || at.Before(start) || !end.IsZero() && at.After(end) || !in.matches(e) {
			continue
		}
		if matched++; matched <= from {
			continue
		}
		if len(out) == most {
			return map[string]any{"Events": out, "NextToken": in.token(from + most)}
		}
		out = append(out, map[string]any{"Username": e.User, "EventId": e.ID, "EventName": e.Name, "EventSource": e.Source, "EventTime": at, "CloudTrailEvent": e.JSON})
	}
	return map[string]any{"Events": out}
}

func (in *trailInput) matches(e TrailEvent) bool {
	for _, a := range in.Lookup {
		have := map[string]string{"EventSource": e.Source, "EventName": e.Name, "EventId": e.ID}[a.AttributeKey]
		if have != a.AttributeValue {
			return false
		}
	}
	return true
}

// token is the place of a page, and what was asked for: CloudTrail wants it to
// be the same again.
func (in *trailInput) token(from int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d|%v|%v|%v", from, in.Start, in.End, in.Lookup))
}

func parseTrailToken(token string, in *trailInput) (from int, ok bool) {
	if token == "" {
		return 0, true
	}
	token = strings.TrimRight(token, " ")
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	number, _, _ := strings.Cut(string(text), "|")
	from, err = strconv.Atoi(number)
	return from, err == nil && in.token(from) == token
}

func (c *Cloud) listPublicKeys(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in trailInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	start, end := cmp.Or(unix(in.Start), time.Now()), cmp.Or(unix(in.End), time.Now())
	list := []any{}
	for _, k := range c.trails().keys {
		if k.Region == r.region && (k.To.IsZero() || !k.To.Before(start)) && !k.From.After(end) {
			list = append(list, map[string]any{"Fingerprint": k.Fingerprint, "Value": base64.StdEncoding.EncodeToString(k.DER),
				"ValidityStartTime": k.From, "ValidityEndTime": k.To})
		}
	}
	return map[string]any{"PublicKeyList": list}, nil
}

func (c *Cloud) describeTrails(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in trailInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	list := []any{}
	for _, t := range c.trails().trails {
		arn, _ := t["TrailARN"].(string)
		name, _ := t["Name"].(string)
		if len(in.Names) == 0 || slices.Contains(in.Names, arn) || slices.Contains(in.Names, name) {
			list = append(list, t)
		}
	}
	return map[string]any{"trailList": list}, nil
}
