package bedrock

func (c *call) messages()  {}
func (c *call) guardrail() {}
func (c *call) thread()    {}
