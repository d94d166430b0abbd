package bedrock

// families lists what can read a body, in the order in which shapes are tried:
// the more particular a shape, the earlier it stands.
func families() []family { return order[:] }

var order = [...]family{
	converse(),
	anthropicMessages(),
	claudeCompletions(),
	asyncInvoke(),
	titanText(),
	amazonTask(),
	marengo(),
	titanEmbed(),
	rerank(),
	cohereEmbed(),
	listedEmbeddings(),
	llama(),
	openaiChat(),
	openaiResponses(),
	mistralText(),
	commandR(),
	cohereCommand(),
	jurassic(),
	sdxl(),
	luma(),
	stability(),
	amazonImages(),
	pegasus(),
	promptText(),
}
