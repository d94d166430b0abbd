package standin

type quotasKey struct{ region string }

// SetQuotas replaces the quotas of Bedrock in a Region; documents are as
// ListServiceQuotas spells them.
func (c *Cloud) SetQuotas(region string, quotas ...map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*state(c, quotasKey{region}, func() *[]map[string]any { return new([]map[string]any) }) = quotas
}

func (c *Cloud) quotasOperations() map[string]operation {
	return map[string]operation{"ListServiceQuotas": func(r *request) (any, error) {
		var in struct{ ServiceCode, NextToken string }
		if err := r.decode(&in); err != nil {
			return nil, err
		}
		if in.ServiceCode != "bedrock" {
			return nil, fail(400, "NoSuchResourceException", "there is no service %s", in.ServiceCode)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		all := *state(c, quotasKey{r.region}, func() *[]map[string]any { return new([]map[string]any) })
		from, to, token := pageOf(in.NextToken, len(all), 2, r.fault.empty)
		out := map[string]any{"Quotas": append([]map[string]any{}, all[from:to]...)}
		if token != "" {
			out["NextToken"] = token
		}
		return out, nil
	}}
}
