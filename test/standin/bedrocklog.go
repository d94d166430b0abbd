package standin

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"seismo/internal/account"
)

type loggingBucket struct {
	Name   string `json:"bucketName"`
	Prefix string `json:"keyPrefix"`
}

// Logging is the configuration of a Region, nil when there is none.
func (c *Cloud) Logging(region string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return state(c, bedrockKey{region}, func() *Bedrock { return new(Bedrock) }).Logging
}

// putLogging refuses what Bedrock refuses: a bucket that is not in its Region or
// does not let it write, a group or a role that is not there.
func (c *Cloud) putLogging(r *request) (any, error) {
	var in struct {
		Config map[string]any `json:"loggingConfig"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	var read struct {
		Config *struct {
			S3         *loggingBucket `json:"s3Config"`
			CloudWatch *struct {
				Group string         `json:"logGroupName"`
				Role  string         `json:"roleArn"`
				Large *loggingBucket `json:"largeDataDeliveryS3Config"`
			} `json:"cloudWatchConfig"`
		} `json:"loggingConfig"`
	}
	if err := r.decode(&read); err != nil || read.Config == nil {
		return nil, fail(400, "ValidationException", "loggingConfig is missing")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.mayWrite(r, read.Config.S3); err != nil {
		return nil, err
	}
	if to := read.Config.CloudWatch; to != nil {
		if err := c.mayWrite(r, to.Large); err != nil {
			return nil, err
		}
		g := c.ownGroup(r, to.Group)
		it := c.roles()[to.Role[strings.LastIndexByte(to.Role, '/')+1:]]
		if g == nil || it == nil || !strings.Contains(it.trust, "bedrock.amazonaws.com") || len(it.policies) == 0 {
			return nil, fail(400, "ValidationException", "Failed to validate permissions for log group: %s", to.Group)
		}
		c.putLog(g.arn, []LogEvent{{Message: "Permissions are correctly set for Amazon Bedrock logs."}})
	}
	c.control(r).Logging = in.Config
	return nil, nil
}

// mayWrite refuses a bucket that Bedrock cannot write to, and leaves its empty
// object in one that it can.
func (c *Cloud) mayWrite(r *request, to *loggingBucket) error {
	if to == nil {
		return nil
	}
	b, ok := c.objects.buckets[to.Name]
	if !ok || b.region != r.region || b.foreign {
		return fail(400, "ValidationException", "Failed to validate permissions for S3 bucket: %s", to.Name)
	}
	if !strings.Contains(string(c.bucketSettings(to.Name)["policy"]), account.PartitionOf(r.region).ARN("bedrock", r.region, AccountID, "*")) {
		return fail(400, "ValidationException", "Failed to validate permissions for S3 bucket: %s", to.Name)
	}
	key := "AWSLogs/" + AccountID + "/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check"
	if to.Prefix != "" {
		key = to.Prefix + "/" + key
	}
	sum := md5.Sum(nil)
	b.add(Object{Bucket: to.Name, Key: key, ETag: hex.EncodeToString(sum[:]), Modified: time.Now().UTC().Truncate(time.Second),
		body: func(int64) io.Reader { return strings.NewReader("") }})
	return nil
}

func (c *Cloud) deleteLogging(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.control(r).Logging = nil
	return nil, nil
}
