package standin

import (
	"maps"
	"net/url"
	"slices"
)

type managedKey struct{}

// managed are the texts of managed policies by ARN.
func (c *Cloud) managed() map[string]string {
	return *state(c, managedKey{}, func() *map[string]string { return &map[string]string{} })
}

// AttachPolicy makes a managed policy and attaches it to a role.
func (c *Cloud) AttachPolicy(name, arn, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.managed()[arn] = text
	if r := c.roles()[name]; r != nil {
		r.attached = append(r.attached, arn)
	}
}

// BoundRole makes a managed policy and gives it to a role as its permissions boundary.
func (c *Cloud) BoundRole(name, arn, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.managed()[arn] = text
	if r := c.roles()[name]; r != nil {
		r.boundary = arn
	}
}

// policyOperations are those of managed policies, which have one version each.
func (c *Cloud) policyOperations(ops map[string]operation) map[string]operation {
	read := func(show func(arn, text string) map[string]any) operation {
		return func(r *request) (any, error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			arn := r.form.Get("PolicyArn")
			text, ok := c.managed()[arn]
			if !ok {
				return nil, fail(404, "NoSuchEntity", "Policy %s was not found.", arn)
			}
			return show(arn, text), nil
		}
	}
	maps.Copy(ops, map[string]operation{
		"GetPolicy": read(func(arn, _ string) map[string]any {
			return map[string]any{"Policy": map[string]any{"Arn": arn, "DefaultVersionId": "v1"}}
		}),
		"GetPolicyVersion": read(func(_, text string) map[string]any {
			return map[string]any{"PolicyVersion": map[string]any{"VersionId": "v1", "IsDefaultVersion": true, "Document": url.PathEscape(text)}}
		}),
		"ListAttachedRolePolicies": c.onRole(func(_ *request, it *role) (any, error) {
			list := []map[string]any{}
			for _, arn := range slices.Sorted(slices.Values(it.attached)) {
				list = append(list, map[string]any{"PolicyArn": arn})
			}
			return map[string]any{"AttachedPolicies": list, "IsTruncated": false}, nil
		}),
	})
	return ops
}
