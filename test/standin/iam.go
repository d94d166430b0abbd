package standin

import (
	"maps"
	"slices"
)

type iamKey struct{}

// principals are tags of roles and users, by "role/NAME" or "user/NAME".
type principals struct{ tags map[string]map[string]string }

func (c *Cloud) principals() *principals {
	return state(c, iamKey{}, func() *principals { return &principals{map[string]map[string]string{}} })
}

// TagRole makes a role with tags.
func (c *Cloud) TagRole(name string, tags map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.principals().tags["role/"+name] = tags
}

// TagUser makes an IAM user with tags.
func (c *Cloud) TagUser(name string, tags map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.principals().tags["user/"+name] = tags
}

func (c *Cloud) iamOperations() map[string]operation {
	return c.roleOperations(map[string]operation{
		"ListRoleTags": c.listTags("role/", "RoleName"), "ListUserTags": c.listTags("user/", "UserName"),
		"SimulatePrincipalPolicy": c.simulatePolicy,
	})
}

func (c *Cloud) listTags(kind, parameter string) operation {
	return func(r *request) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		name := r.form.Get(parameter)
		tags, ok := c.principals().tags[kind+name]
		if !ok {
			return nil, fail(404, "NoSuchEntity", "The %swith name %s cannot be found.", kind, name)
		}
		list := []map[string]any{}
		for _, t := range sortedTags(tags) {
			list = append(list, map[string]any{"Key": t[0], "Value": t[1]})
		}
		from, to, marker := pageOf(r.form.Get("Marker"), len(list), 2, r.fault.empty)
		out := map[string]any{"Tags": list[from:to], "IsTruncated": marker != ""}
		if marker != "" {
			out["Marker"] = marker
		}
		return out, nil
	}
}

func sortedTags(tags map[string]string) [][2]string {
	var out [][2]string
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, [2]string{k, tags[k]})
	}
	return out
}
