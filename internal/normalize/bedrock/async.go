package bedrock

import "seismo/internal/jsondoc"

// asyncInvoke reads requests of StartAsyncInvoke, which hold the vendor's own
// body as modelInput. What they make goes to S3, whose address the answer does
// not repeat.
func asyncInvoke() family {
	inner := [...]family{amazonTask(), marengo(), pegasus(), luma(), promptText()}
	return family{name: "async invoke", request: func(x *exchange, body jsondoc.Value) bool {
		input := body.Get("modelInput")
		if input.Kind() != jsondoc.Object {
			return false
		}
		for _, f := range inner {
			if f.request(x, input) {
				return true
			}
		}
		return false
	}}
}
