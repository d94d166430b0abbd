package metrics

// Namespaces of CloudWatch that are read.
const (
	Bedrock    = "AWS/Bedrock"
	Guardrails = "AWS/Bedrock/Guardrails"
	Mantle     = "AWS/BedrockMantle"
)

// namespaces are read in this order.
var namespaces = [...]string{Bedrock, Guardrails, Mantle}

// AcrossAll is the ModelId under which Bedrock says whether its log was
// delivered.
const AcrossAll = "Across all model IDs"

// Statistics that are asked for.
const (
	sum     = "Sum"
	average = "Average"
	highest = "Maximum"
)

// stats are the statistics of each metric, as AWS documents the metrics. Both
// spellings of the cache's metrics are in use. Of a metric that is not named
// here, and so is newer, the sum is read.
func stats(metric string) []string {
	switch metric {
	case "InvocationLatency", "TimeToFirstToken", "Latency":
		return []string{average, "p50", "p95"}
	case "EstimatedTPMQuotaUsage":
		return []string{sum, highest}
	}
	return []string{sum}
}
