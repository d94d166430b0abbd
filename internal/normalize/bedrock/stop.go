package bedrock

func (c *call) stop() string { return c.x.stop }
