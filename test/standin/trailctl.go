package standin

import (
	"maps"
	"slices"
	"strings"

	"seismo/internal/account"
)

// trailSet is what a trail has beside what DescribeTrails shows.
type trailSet struct {
	On       bool
	Basic    any
	Advanced any
	Insights any
}

type trailSetsKey struct{}

func (c *Cloud) trailSets() map[string]*trailSet {
	return *state(c, trailSetsKey{}, func() *map[string]*trailSet { return &map[string]*trailSet{} })
}

// Trails tells the trails with all that they select and whether they record.
func (c *Cloud) Trails() []map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []map[string]any
	for _, t := range c.trails().trails {
		one := maps.Clone(t)
		if s := c.trailSets()[nameOf(t)]; s != nil {
			one["set"] = *s
		}
		list = append(list, one)
	}
	return list
}

// SelectEvents says what a trail selects, in the basic way, and whether it records.
func (c *Cloud) SelectEvents(name string, on bool, basic []any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trailSets()[name] = &trailSet{On: on, Basic: basic}
}

func nameOf(t map[string]any) string {
	name, _ := t["Name"].(string)
	return name
}

// defaultSelectors are what CloudTrail gives a trail that nobody said more about.
func defaultSelectors() any {
	return []any{map[string]any{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []any{}, "ExcludeManagementEventSources": []any{}}}
}

func (c *Cloud) trailOperations(ops map[string]operation) map[string]operation {
	ops["CreateTrail"] = func(r *request) (any, error) {
		in := map[string]any{}
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		bucket, _ := in["S3BucketName"].(string)
		if !strings.Contains(string(c.bucketSettings(bucket)["policy"]), "cloudtrail.amazonaws.com") {
			return nil, fail(400, "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: %s", bucket)
		}
		if err := c.trailKey(r, in); err != nil {
			return nil, err
		}
		name := nameOf(in)
		if c.findTrail(name) != nil {
			return nil, fail(400, "TrailAlreadyExistsException", "Trail %s already exists", name)
		}
		in["TrailARN"] = account.PartitionOf(r.region).ARN("cloudtrail", r.region, AccountID, "trail/"+name)
		in["HomeRegion"] = r.region
		validation(in)
		c.trails().trails = append(c.trails().trails, in)
		return in, nil
	}
	ops["UpdateTrail"] = c.onTrail(func(r *request, t map[string]any, _ *trailSet) (any, error) {
		in := map[string]any{}
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		if err := c.trailKey(r, in); err != nil {
			return nil, err
		}
		maps.Copy(t, in)
		maps.DeleteFunc(t, func(_ string, v any) bool { return v == "" }) // so that a member is taken away
		validation(t)
		return t, nil
	})
	ops["DeleteTrail"] = c.onTrail(func(_ *request, t map[string]any, _ *trailSet) (any, error) {
		delete(c.trailSets(), nameOf(t))
		c.trails().trails = slices.DeleteFunc(c.trails().trails, func(o map[string]any) bool { return nameOf(o) == nameOf(t) })
		return nil, nil
	})
	ops["GetTrailStatus"] = c.onTrail(func(_ *request, t map[string]any, s *trailSet) (any, error) {
		out := map[string]any{"IsLogging": s.On}
		for member, v := range t { // of ChangeTrail
			if strings.HasPrefix(member, "Latest") {
				out[member] = v
			}
		}
		return out, nil
	})
	ops["StartLogging"] = c.onTrail(func(_ *request, _ map[string]any, s *trailSet) (any, error) {
		s.On = true
		return nil, nil
	})
	ops["StopLogging"] = c.onTrail(func(_ *request, _ map[string]any, s *trailSet) (any, error) {
		s.On = false
		return nil, nil
	})
	return c.selectorOperations(ops)
}

// trailKey refuses a key whose policy does not let CloudTrail use it.
func (c *Cloud) trailKey(r *request, in map[string]any) error {
	arn, _ := in["KmsKeyId"].(string)
	for _, k := range *c.kms() {
		if arn == k.arn() && k.Region == r.region && strings.Contains(k.Policy, "cloudtrail.amazonaws.com") {
			return nil
		}
	}
	if arn == "" {
		return nil
	}
	return fail(400, "InsufficientEncryptionPolicyException", "Insufficient permissions to access S3 bucket or KMS key %s.", arn)
}

func (c *Cloud) selectorOperations(ops map[string]operation) map[string]operation {
	ops["GetEventSelectors"] = c.onTrail(func(_ *request, _ map[string]any, s *trailSet) (any, error) {
		if s.Advanced != nil {
			return map[string]any{"AdvancedEventSelectors": s.Advanced}, nil
		}
		return map[string]any{"EventSelectors": s.Basic}, nil
	})
	ops["PutEventSelectors"] = c.onTrail(func(r *request, _ map[string]any, s *trailSet) (any, error) {
		in := map[string]any{}
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		if strings.Contains(r.subject, "::*") {
			return nil, fail(400, "InvalidEventSelectorsException", "There is no such type")
		}
		s.Basic, s.Advanced = in["EventSelectors"], in["AdvancedEventSelectors"]
		return nil, nil
	})
	ops["GetInsightSelectors"] = c.onTrail(func(_ *request, t map[string]any, s *trailSet) (any, error) {
		if s.Insights == nil {
			return nil, fail(400, "InsightNotEnabledException", "Trail %s does not have Insights enabled.", nameOf(t))
		}
		return map[string]any{"InsightSelectors": s.Insights}, nil
	})
	ops["PutInsightSelectors"] = c.onTrail(func(r *request, _ map[string]any, s *trailSet) (any, error) {
		in := map[string]any{}
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		if s.Insights = in["InsightSelectors"]; s.Insights != nil && len(s.Insights.([]any)) == 0 {
			s.Insights = nil
		}
		return nil, nil
	})
	return ops
}

// validation spells the member as DescribeTrails does.
func validation(t map[string]any) {
	if v, ok := t["EnableLogFileValidation"]; ok {
		t["LogFileValidationEnabled"] = v
		delete(t, "EnableLogFileValidation")
	}
}

func (c *Cloud) findTrail(name string) map[string]any {
	for _, t := range c.trails().trails {
		if nameOf(t) == name || t["TrailARN"] == name {
			return t
		}
	}
	return nil
}

func (c *Cloud) onTrail(do func(*request, map[string]any, *trailSet) (any, error)) operation {
	return func(r *request) (any, error) {
		var in struct {
			Name      string `json:"Name"`
			TrailName string `json:"TrailName"`
		}
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		t := c.findTrail(in.Name + in.TrailName)
		if t == nil {
			return nil, fail(400, "TrailNotFoundException", "Unknown trail: %s", in.Name+in.TrailName)
		}
		if c.trailSets()[nameOf(t)] == nil {
			c.trailSets()[nameOf(t)] = &trailSet{Basic: defaultSelectors()}
		}
		return do(r, t, c.trailSets()[nameOf(t)])
	}
}

// ChangeTrail sets one member of a trail as DescribeTrails spells it; nil takes it
// away.
func (c *Cloud) ChangeTrail(name, member string, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.findTrail(name); value == nil {
		delete(t, member)
	} else {
		t[member] = value
	}
}

// StopTrail ends a trail's recording.
func (c *Cloud) StopTrail(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trailSets()[name].On = false
}

// SetInsights replaces a trail's Insights; nil is none.
func (c *Cloud) SetInsights(name string, selectors []any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trailSets()[name].Insights = nil; selectors != nil {
		c.trailSets()[name].Insights = selectors
	}
}

// DropSelectors takes the advanced selectors out that name a value.
func (c *Cloud) DropSelectors(name, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, _ := c.trailSets()[name].Advanced.([]any)
	c.trailSets()[name].Advanced = slices.DeleteFunc(slices.Clone(list), func(s any) bool { return strings.Contains(encoded(s), `"`+value+`"`) })
}

// DropTrail deletes a trail.
func (c *Cloud) DropTrail(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.trailSets(), name)
	c.trails().trails = slices.DeleteFunc(c.trails().trails, func(t map[string]any) bool { return nameOf(t) == name })
}

// AddTrail puts a trail in beside those that there are, as DescribeTrails shows it.
func (c *Cloud) AddTrail(trail map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trails().trails = append(c.trails().trails, trail)
}
