package cloudtrail

import (
	"strings"

	"seismo/internal/account"
)

// EventSources are the services that are looked up by default: those of the
// list in content/trail, whose patterns stand here as whole names, since
// LookupEvents takes nothing else. Bedrock's come first. Events of data planes,
// such as those of bedrock-agent-runtime, are never to be looked up.
func EventSources() []string {
	return []string{
		"bedrock.amazonaws.com",
		"bedrock-agentcore.amazonaws.com",
		"bedrock-mantle.amazonaws.com",
		"iam.amazonaws.com",
		"sts.amazonaws.com",
		"signin.amazonaws.com",
		"s3.amazonaws.com",
		"kms.amazonaws.com",
		"logs.amazonaws.com",
		"cloudtrail.amazonaws.com",
		"agreement-marketplace.amazonaws.com",
		"aws-marketplace.amazonaws.com",
		"discovery-marketplace.amazonaws.com",
		"servicequotas.amazonaws.com",
		"organizations.amazonaws.com",
	}
}

// isGlobal knows services that have no Regions: their events are all kept in one
// Region of the partition.
func isGlobal(eventSource string) bool {
	switch eventSource {
	case "iam.amazonaws.com", "organizations.amazonaws.com":
		return true
	}
	return strings.HasSuffix(eventSource, "marketplace.amazonaws.com")
}

// homeOf is the Region that keeps the events of global services, in the
// partition of a Region. See the CloudTrail user guide, "Global service events".
func homeOf(region string) string {
	switch account.PartitionOf(region).ID {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws":
		return "us-east-1"
	}
	return region
}

// lookups are the event sources to ask for, by Region.
func lookups(regions, sources []string) map[string][]string {
	asked := map[string][]string{}
	seen := map[string]bool{}
	for _, region := range regions {
		for _, name := range sources {
			at := region
			if isGlobal(name) {
				at = homeOf(region)
			}
			if key := at + " " + name; !seen[key] {
				seen[key] = true
				asked[at] = append(asked[at], name)
			}
		}
	}
	return asked
}
