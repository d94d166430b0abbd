package bedrock

import "seismo/internal/jsondoc"

// sampling reads the parameters wherever v names them; every vendor has a
// spelling of its own, and none means two things.
func (x *exchange) sampling(v jsondoc.Value) {
	set(&x.params.Temperature, number(v.Get("temperature")))
	set(&x.params.TopP, number(v.First("top_p", "topP", "p")))
	set(&x.params.TopK, number(v.First("top_k", "topK", "k")))
	set(&x.params.MaxTokens, count(v.First("max_tokens", "max_completion_tokens", "max_gen_len",
		"maxTokens", "maxTokenCount", "max_new_tokens", "maxOutputTokens")))
	if stop := words(v.First("stop", "stop_sequences", "stopSequences")); stop != nil {
		x.params.Stop = stop
	}
}

// is names the kind of work, unless it is known already.
func (x *exchange) is(api string) {
	if x.api == "" {
		x.api = api
	}
}

// sum adds counts that are known; nil when none is.
func sum(counts ...*int64) *int64 {
	var total *int64
	for _, n := range counts {
		switch {
		case n == nil:
		case total == nil:
			total = new(*n)
		default:
			*total += *n
		}
	}
	return total
}

// some reports whether any value of the list has the named member.
func some(list []jsondoc.Value, names ...string) bool {
	for _, v := range list {
		if v.First(names...).Exists() {
			return true
		}
	}
	return false
}
