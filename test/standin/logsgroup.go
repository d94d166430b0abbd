package standin

import (
	"slices"
)

// groupInput is what the calls that change log groups carry.
type groupInput struct {
	Name string `json:"logGroupName"`
	Key  string `json:"kmsKeyId"`
	Days int    `json:"retentionInDays"`
}

// LogGroups tells the groups of the stand-in's own account in every Region.
func (c *Cloud) LogGroups() []LogGroup {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []LogGroup
	for _, g := range c.logs().groups {
		list = append(list, g.LogGroup)
	}
	return list
}

func (c *Cloud) groupOperations(ops map[string]operation) map[string]operation {
	ops["CreateLogGroup"] = func(r *request) (any, error) {
		var in groupInput
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.ownGroup(r, in.Name) != nil {
			return nil, fail(400, "ResourceAlreadyExistsException", "The specified log group already exists")
		}
		c.makeGroup(LogGroup{Name: in.Name, Region: r.region, Key: in.Key})
		return nil, nil
	}
	change := func(do func(g *logGroup, in groupInput)) operation {
		return func(r *request) (any, error) {
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
			do(g, in)
			return nil, nil
		}
	}
	ops["DeleteLogGroup"] = change(func(g *logGroup, _ groupInput) {
		l := c.logs()
		l.groups = slices.DeleteFunc(l.groups, func(o *logGroup) bool { return o == g })
	})
	ops["PutRetentionPolicy"] = change(func(g *logGroup, in groupInput) { g.Retention = in.Days })
	ops["DeleteRetentionPolicy"] = change(func(g *logGroup, _ groupInput) { g.Retention = 0 })
	ops["AssociateKmsKey"] = change(func(g *logGroup, in groupInput) { g.Key = in.Key })
	ops["DisassociateKmsKey"] = change(func(g *logGroup, _ groupInput) { g.Key = "" })
	return ops
}

// ownGroup is a group of the account in the request's Region; the caller holds
// c.mu.
func (c *Cloud) ownGroup(r *request, name string) *logGroup {
	for _, g := range c.logs().groups {
		if g.Account == AccountID && g.Region == r.region && g.Name == name {
			return g
		}
	}
	return nil
}
