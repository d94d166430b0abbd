package sqs

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seismo/internal/account"
)

// Address is where a queue is, as its URL tells. What a URL may carry beside
// that, a name with a password or a query, is dropped: it is neither sent nor
// shown.
type Address struct {
	URL    string // as calls name the queue, and as people see it
	Name   string
	Region string // "" where the URL does not tell
	entry  string // the service's entry point, where it is not the Region's usual one
}

// regionName is how the names of Regions look in every partition.
var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d+$`)

// ParseURL reads the URL of a queue: of every partition, of FIPS, dual-stack and
// VPC endpoints, of the older kind, and of services that are not Amazon's.
func ParseURL(text string) (Address, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return Address{}, errors.New("not a URL that can be read") // the parser's error repeats the text
	}
	name := path.Base(u.Path)
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || name == "/" || name == "." {
		return Address{}, fmt.Errorf("not the URL of a queue: write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
	}
	root := u.Scheme + "://" + u.Host
	a := Address{URL: root + u.EscapedPath(), Name: name, Region: regionOf(u.Hostname())}
	if !usual(u.Hostname()) {
		a.entry = root
	}
	return a, nil
}

// regionOf finds the Region in the name of a host: the last part that looks like
// one, since the first may be the id of a VPC endpoint.
func regionOf(host string) (region string) {
	if host == "queue.amazonaws.com" {
		return "us-east-1" // the oldest kind of URL names none
	}
	for label := range strings.SplitSeq(host, ".") {
		if regionName.MatchString(label) {
			region = label
		}
	}
	return region
}

// usual tells whether the SDK finds the entry point by the Region alone.
func usual(host string) bool {
	first, _, _ := strings.Cut(host, ".")
	return strings.Contains(host, ".amazonaws.") && !strings.Contains(host, ".vpce.") && first != "sqs-fips"
}

// Client is a client for the queue and the Region that it calls. An endpoint or
// a Region of the account's configuration wins over what the URL tells.
func (a Address) Client(cfg account.Config, acc *account.Account) (client *sqs.Client, region string) {
	region = a.Region
	if cfg.Region != "" {
		region = cfg.Region
	}
	if a.entry == "" || cfg.Endpoint != "" {
		return acc.SQS(region), region
	}
	return sqs.NewFromConfig(acc.SDK(region), func(o *sqs.Options) { o.BaseEndpoint = aws.String(a.entry) }), region
}
