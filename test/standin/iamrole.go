package standin

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"time"
)

// role is a role with its inline policies.
type role struct {
	trust    string
	policies map[string]string
	created  time.Time
	attached []string // ARNs of managed policies
	boundary string   // ARN of one, "" is none
}

type rolesKey struct{}

func (c *Cloud) roles() map[string]*role {
	return *state(c, rolesKey{}, func() *map[string]*role { return &map[string]*role{} })
}

// Roles tells what IAM has: of each role its trust policy under "trust", and its
// inline policies by name.
func (c *Cloud) Roles() map[string]map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]map[string]string{}
	for name, r := range c.roles() {
		one := map[string]string{"trust": r.trust}
		for policy, text := range r.policies {
			one[policy] = text
		}
		all[name] = one
	}
	return all
}

// PutRole makes a role that trusts as the policy says.
func (c *Cloud) PutRole(name, trust string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.roles()[name] = &role{trust: trust, policies: map[string]string{}, created: time.Now()}
}

func (c *Cloud) roleOperations(ops map[string]operation) map[string]operation {
	ops["CreateRole"] = func(r *request) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		name := r.form.Get("RoleName")
		if c.roles()[name] != nil {
			return nil, fail(409, "EntityAlreadyExists", "Role with name %s already exists.", name)
		}
		c.roles()[name] = &role{trust: r.form.Get("AssumeRolePolicyDocument"), policies: map[string]string{}, created: time.Now()}
		return showRole(name, c.roles()[name]), nil
	}
	ops["GetRole"] = c.onRole(func(r *request, it *role) (any, error) { return showRole(r.form.Get("RoleName"), it), nil })
	ops["UpdateAssumeRolePolicy"] = c.onRole(func(r *request, it *role) (any, error) {
		it.trust = r.form.Get("PolicyDocument")
		return nil, nil
	})
	ops["DeleteRole"] = c.onRole(func(r *request, it *role) (any, error) {
		if len(it.policies) > 0 {
			return nil, fail(409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
		}
		delete(c.roles(), r.form.Get("RoleName"))
		return nil, nil
	})
	ops["PutRolePolicy"] = c.onRole(func(r *request, it *role) (any, error) {
		it.policies[r.form.Get("PolicyName")] = r.form.Get("PolicyDocument")
		return nil, nil
	})
	ops["GetRolePolicy"] = c.onRole(func(r *request, it *role) (any, error) {
		text, ok := it.policies[r.form.Get("PolicyName")]
		if !ok {
			return nil, fail(404, "NoSuchEntity", "The role policy with name %s cannot be found.", r.form.Get("PolicyName"))
		}
		return map[string]any{"RoleName": r.form.Get("RoleName"), "PolicyName": r.form.Get("PolicyName"),
			"PolicyDocument": url.PathEscape(text)}, nil
	})
	ops["DeleteRolePolicy"] = c.onRole(func(r *request, it *role) (any, error) {
		delete(it.policies, r.form.Get("PolicyName"))
		return nil, nil
	})
	ops["ListRolePolicies"] = c.onRole(func(_ *request, it *role) (any, error) {
		return map[string]any{"PolicyNames": slices.Sorted(maps.Keys(it.policies)), "IsTruncated": false}, nil
	})
	return c.policyOperations(ops)
}

func (c *Cloud) onRole(do func(*request, *role) (any, error)) operation {
	return func(r *request) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		it := c.roles()[r.form.Get("RoleName")]
		if it == nil {
			return nil, fail(404, "NoSuchEntity", "The role with name %s cannot be found.", r.form.Get("RoleName"))
		}
		return do(r, it)
	}
}

func showRole(name string, it *role) map[string]any {
	shown := map[string]any{
		"RoleName": name, "Path": "/", "RoleId": "AROA3XFRBF535EXAMPLE", "Arn": partition().ARN("iam", "", AccountID, "role/"+name),
		"CreateDate": it.created, "AssumeRolePolicyDocument": url.PathEscape(cmp.Or(it.trust, "{}")),
	}
	if it.boundary != "" {
		shown["PermissionsBoundary"] = map[string]any{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": it.boundary}
	}
	return map[string]any{"Role": shown}
}
