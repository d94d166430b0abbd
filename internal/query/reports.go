package query

import "seismo/internal/event"

func usage() []ReportColumn {
	return append([]ReportColumn{
		column("calls", "Calls, failed ones included.", Measure{Func: Count}),
		column("failed", "Calls that failed.", Measure{Func: Count, Where: failed()}),
		column("people", "Different people who called; calls of nobody known add none.",
			Measure{Func: Distinct, Field: "person"}),
	}, tokens()...)
}

func tokens() []ReportColumn {
	return []ReportColumn{
		column("tokens.input", "Tokens read at the full price.", Measure{Func: Sum, Field: "tokens.input"}),
		column("tokens.cache_read", "Tokens read from the prompt cache.", Measure{Func: Sum, Field: "tokens.cache_read"}),
		column("tokens.cache_write", "Tokens written to the prompt cache.", Measure{Func: Sum, Field: "tokens.cache_write"}),
		column("tokens.output", "Tokens written by models.", Measure{Func: Sum, Field: "tokens.output"}),
	}
}

func performance() []ReportColumn {
	return []ReportColumn{
		column("calls", "Calls, failed ones included.", Measure{Func: Count}),
		column("latency.p50", "Half of the calls were this fast or faster; milliseconds.", Measure{Func: P50, Field: "latency.ms"}),
		column("latency.p95", "95 of 100 calls were this fast or faster; milliseconds.", Measure{Func: P95, Field: "latency.ms"}),
		column("latency.p99", "99 of 100 calls were this fast or faster; milliseconds.", Measure{Func: P99, Field: "latency.ms"}),
		column("latency.unknown", "Calls whose log does not say how long they took; the percentiles leave them out.",
			Measure{Func: Count, Where: Not{Has{"latency.ms"}}}),
		{Name: "latency.unknown_share", Meaning: "Share of such calls, 0 to 1.", Part: "latency.unknown", Of: []string{"calls"}},
		column("first_token.p50", "Half of the streams began to answer this fast or faster; milliseconds.",
			Measure{Func: P50, Field: "latency.first_token_ms"}),
		column("first_token.p95", "95 of 100 streams began to answer this fast or faster; milliseconds.",
			Measure{Func: P95, Field: "latency.first_token_ms"}),
		column("tokens.output", "Tokens written by models.", Measure{Func: Sum, Field: "tokens.output"}),
		column("failed", "Calls that failed, throttled ones included.", Measure{Func: Count, Where: failed()}),
		column("throttled", "Calls that AWS throttled.", Measure{Func: Count,
			Where: Or{like("error", "*Throttl*"), like("error", "*TooManyRequests*")}}),
		column("truncated", "Calls whose answer was cut at the token limit.",
			Measure{Func: Count, Where: Compare{"stop_reason", Equal, "max_tokens"}}),
	}
}

func cost() []ReportColumn {
	columns := append([]ReportColumn{
		column("cost.usd", "Cost by the price book in US dollars, of the calls that are priced.",
			Measure{Func: Sum, Field: "cost.usd"}),
		column("calls", "Calls, failed ones included.", Measure{Func: Count}),
		column("unpriced", "Calls that have no price; the cost leaves them out.",
			Measure{Func: Count, Where: Compare{"cost.state", Equal, event.Unpriced}}),
	}, tokens()...)
	return append(columns, ReportColumn{Name: "cache_share",
		Meaning: "Share of the tokens read that came from the prompt cache, 0 to 1.",
		Part:    "tokens.cache_read", Of: []string{"tokens.input", "tokens.cache_read", "tokens.cache_write"}})
}

func security() []ReportColumn {
	return []ReportColumn{
		column("calls", "Calls, failed ones included.", Measure{Func: Count, Where: calls}),
		column("trail", "CloudTrail events that are not calls in the invocation log.",
			Measure{Func: Count, Where: Compare{"kind", Equal, event.KindTrail}}),
		column("failed", "Calls and CloudTrail events that failed.", Measure{Func: Count, Where: failed()}),
		column("denied", "Those that AWS denied.", Measure{Func: Count, Where: Or{
			like("error", "*AccessDenied*"), like("trail.error", "*AccessDenied*"),
			like("error", "*Unauthorized*"), like("trail.error", "*Unauthorized*")}}),
		column("guardrail.intervened", "Calls in which a guardrail blocked or masked something.",
			Measure{Func: Count, Where: Compare{"guardrail.intervened", Equal, true}}),
		column("people", "Different people.", Measure{Func: Distinct, Field: "person"}),
		column("principals", "Different roles and users.", Measure{Func: Distinct, Field: "principal"}),
		column("source.ips", "Different source addresses.", Measure{Func: Distinct, Field: "source.ip"}),
		column("countries", "Different countries of those addresses.", Measure{Func: Distinct, Field: "source.country"}),
		column("api_keys", "Calls and events made with a Bedrock API key.",
			Measure{Func: Count, Where: Compare{"key_type", Equal, "bedrock_api_key"}}),
		column("long_term_keys", "Calls and events made with a long-term access key.",
			Measure{Func: Count, Where: Compare{"key_type", Equal, "long_term"}}),
	}
}

func column(name, meaning string, m Measure) ReportColumn {
	return ReportColumn{Name: name, Meaning: meaning, Measure: m}
}

func failed() Node { return Compare{"outcome", Equal, event.Failure} }

func like(field, pattern string) Node { return Compare{field, Like, pattern} }
