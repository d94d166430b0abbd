package doctor

import (
	"slices"

	"seismo/internal/account"
)

// bedrockRegions are the Regions with Bedrock, of all partitions. A Region that
// is missing here can be named with --region.
// Source: "Supported AWS Regions" in Bedrock's user guide.
var bedrockRegions = [...]string{
	"af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1",
	"ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1", "ca-west-1",
	"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
	"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
	"us-gov-east-1", "us-gov-west-1",
}

// Regions are the Regions of a partition that have Bedrock.
func Regions(p account.Partition) []string {
	var list []string
	for _, r := range bedrockRegions {
		if account.PartitionOf(r).ID == p.ID {
			list = append(list, r)
		}
	}
	slices.Sort(list)
	return list
}
