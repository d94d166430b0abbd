package account

import "strings"

// Partition is one of AWS's separate worlds: ARNs, credentials and endpoints of
// one mean nothing in another.
type Partition struct {
	ID     string // second part of its ARNs
	Suffix string // DNS suffix of its endpoints
	prefix string // how its Regions begin, "" for the commercial one
}

// partitions is the only place that spells them. The commercial partition comes
// last, since every Region that no other claims is taken to be its.
// Source: the SDK's endpoint rules (partitions.json).
var partitions = [...]Partition{
	{ID: "aws-cn", Suffix: "amazonaws.com.cn", prefix: "cn-"},
	{ID: "aws-us-gov", Suffix: "amazonaws.com", prefix: "us-gov-"},
	{ID: "aws-eusc", Suffix: "amazonaws.eu", prefix: "eusc-"},
	{ID: "aws-iso", Suffix: "c2s.ic.gov", prefix: "us-iso-"},
	{ID: "aws-iso-b", Suffix: "sc2s.sgov.gov", prefix: "us-isob-"},
	{ID: "aws-iso-e", Suffix: "cloud.adc-e.uk", prefix: "eu-isoe-"},
	{ID: "aws-iso-f", Suffix: "csp.hci.ic.gov", prefix: "us-isof-"},
	{ID: "aws", Suffix: "amazonaws.com"},
}

// PartitionOf is the partition of a Region. A Region that is not known belongs
// to the partition whose Regions begin as it does, else to the commercial one.
func PartitionOf(region string) Partition {
	for _, p := range partitions {
		if p.prefix != "" && strings.HasPrefix(region, p.prefix) {
			return p
		}
	}
	return partitions[len(partitions)-1]
}

// ARN is the name of a resource here. Region and account stay empty for
// services that leave them out, such as S3 and IAM.
func (p Partition) ARN(service, region, account, resource string) string {
	return ARN{p.ID, service, region, account, resource}.String()
}

// ARN is the parts of an Amazon Resource Name.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// ParseARN takes an ARN apart, of any partition. The resource keeps its colons.
func ParseARN(text string) (ARN, bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return ARN{}, false
	}
	return ARN{parts[1], parts[2], parts[3], parts[4], parts[5]}, true
}

// partitionOfHost is the partition whose endpoints end as the host does; the
// Region in the host's name tells those with the same suffix apart.
func partitionOfHost(host string) Partition {
	for _, p := range partitions {
		if strings.HasSuffix(host, "."+p.Suffix) && (strings.Contains(host, p.prefix)) {
			return p
		}
	}
	return partitions[len(partitions)-1]
}

func isSuffix(domain string) bool {
	for _, p := range partitions {
		if domain == p.Suffix {
			return true
		}
	}
	return false
}
