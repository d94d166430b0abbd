package standin

// IdentityStore is the id of the identity store that a stand-in has once it has
// users.
const IdentityStore = "d-1234567890"

type identityKey struct{ region string }

// SetUsers replaces the users of IAM Identity Center in a Region; documents are
// as ListUsers spells them. Without any there is no instance.
func (c *Cloud) SetUsers(region string, users ...map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*state(c, identityKey{region}, func() *[]map[string]any { return new([]map[string]any) }) = users
}

// people are the users of a Region; the caller holds c.mu.
func (c *Cloud) people(r *request) []map[string]any {
	return *state(c, identityKey{r.region}, func() *[]map[string]any { return new([]map[string]any) })
}

func (c *Cloud) ssoOperations() map[string]operation {
	return map[string]operation{"ListInstances": func(r *request) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		list := []map[string]any{}
		if len(c.people(r)) > 0 {
			arn := partition().ARN("sso", "", "", "instance/ssoins-EXAMPLE1234567")
			list = append(list, map[string]any{"InstanceArn": arn, "IdentityStoreId": IdentityStore, "Status": "ACTIVE"})
		}
		return map[string]any{"Instances": list}, nil
	}}
}

func (c *Cloud) identityOperations() map[string]operation {
	return map[string]operation{"ListUsers": func(r *request) (any, error) {
		var in struct{ IdentityStoreId, NextToken string } //nolint:revive // as AWS spells it
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if in.IdentityStoreId != IdentityStore {
			return nil, fail(400, "ResourceNotFoundException", "no such identity store")
		}
		all := c.people(r)
		from, to, token := pageOf(in.NextToken, len(all), 2, r.fault.empty)
		out := map[string]any{"Users": append([]map[string]any{}, all[from:to]...)}
		if token != "" {
			out["NextToken"] = token
		}
		return out, nil
	}}
}
