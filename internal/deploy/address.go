package deploy

import (
	"fmt"
	"net/url"

	"seismo/internal/account"
)

// dashboardOutputs are the outputs that name the four dashboards, in the order in
// which they are shown.
var dashboardOutputs = [...]string{"TechnicalOperations", "ManagementOverview", "SecurityMonitoring", "CostUsage"}

// console is the host of the console of a Region. Only those of three partitions
// are public; others are reached by an address of their own.
func console(region string) string {
	switch p := account.PartitionOf(region); p.ID {
	case "aws":
		return region + ".console.aws.amazon.com"
	case "aws-us-gov":
		return "console.amazonaws-us-gov.com"
	case "aws-cn":
		return "console.amazonaws.cn"
	default:
		return "console." + p.Suffix
	}
}

func (t *Tool) addresses(region string, outputs map[string]string) []Address {
	var list []Address
	for _, key := range dashboardOutputs {
		if name := outputs[key]; name != "" {
			list = append(list, Address{name, fmt.Sprintf("https://%s/cloudwatch/home?region=%s#dashboards/dashboard/%s",
				console(region), url.QueryEscape(region), url.PathEscape(name))})
		}
	}
	return list
}
