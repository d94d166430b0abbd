package standin

import (
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Form is how a notification of a new object is written into a queue.
type Form string

// The forms, as AWS has them.
const (
	FromS3      Form = "s3"       // {"Records":[{"eventSource":"aws:s3",…}]}
	FromSNS     Form = "sns"      // the same as text in an SNS notification
	RawSNS      Form = "sns-raw"  // SNS with raw delivery: as from S3
	EventBridge Form = "events"   // "detail-type":"Object Created"
	TrailSNS    Form = "trail"    // CloudTrail's own: {"s3Bucket":…,"s3ObjectKey":[…]}, in an SNS notification
	TrailRaw    Form = "trailraw" // the same with raw delivery
)

// rule sends notifications of a bucket's keys to a queue.
type rule struct {
	prefix, suffix string
	queue          *Queue
	form           Form
}

// Notify sends a notification of each object that is written from now on.
func (c *Cloud) Notify(bucket, prefix, suffix string, q *Queue, form Form) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.makeBucket(bucket)
	b.rules = append(b.rules, rule{prefix: prefix, suffix: suffix, queue: q, form: form})
}

func (c *Cloud) notify(b *bucket, o Object) {
	for _, r := range b.rules {
		if strings.HasPrefix(o.Key, r.prefix) && strings.HasSuffix(o.Key, r.suffix) {
			r.queue.send(Notification(r.form, b.region, o))
		}
	}
}

// SendTest sends what AWS sends when a notification is set up.
func (q *Queue) SendTest(form Form, bucket string) {
	body := encoded(map[string]any{"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": stamp(time.Now()),
		"Bucket": bucket, "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"})
	switch form {
	case FromSNS:
		body = inSNS(body, "Amazon S3 Notification")
	case EventBridge:
		body = encoded(map[string]any{"version": "0", "id": "2ee9cc15-d022-99ea-1fb8-1b1bac4850f9",
			"detail-type": "Object Created", "source": "aws.s3", "account": AccountID, "region": Region,
			"resources": []string{"arn:aws:s3:::" + bucket}, "detail": map[string]any{"Event": "s3:TestEvent", "bucket": map[string]any{"name": bucket}}})
	case TrailSNS:
		body = inSNS("CloudTrail validation message.", "")
	case TrailRaw:
		body = "CloudTrail validation message."
	}
	q.Send(body)
}

// Notification writes what AWS tells of objects, in a form. All are of one
// bucket; EventBridge tells only the first.
func Notification(form Form, region string, objects ...Object) string {
	var records []map[string]any
	var keys []string
	for _, o := range objects {
		records = append(records, record(region, o))
		keys = append(keys, o.Key)
	}
	fromS3 := encoded(map[string]any{"Records": records})
	trail := encoded(map[string]any{"s3Bucket": objects[0].Bucket, "s3ObjectKey": keys})
	switch form {
	case FromSNS:
		return inSNS(fromS3, "Amazon S3 Notification")
	case EventBridge:
		return bridged(region, objects[0])
	case TrailSNS:
		return inSNS(trail, "")
	case TrailRaw:
		return trail
	default:
		return fromS3
	}
}

func record(region string, o Object) map[string]any {
	object := map[string]any{
		"key":  url.QueryEscape(o.Key), // spaces become +, as S3 writes them
		"size": o.Size, "eTag": o.ETag, "sequencer": "0055AED6DCD90281E5",
	}
	if o.Version != "" {
		object["versionId"] = o.Version
	}
	return map[string]any{
		"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": region, "eventTime": stamp(o.Modified),
		"eventName": "ObjectCreated:Put", "userIdentity": map[string]any{"principalId": "AWS:AIDACKCEVSQ6C2EXAMPLE"},
		"s3": map[string]any{"s3SchemaVersion": "1.0", "configurationId": "seismo",
			"bucket": map[string]any{"name": o.Bucket, "arn": "arn:aws:s3:::" + o.Bucket}, "object": object},
	}
}

func bridged(region string, o Object) string {
	object := map[string]any{"key": o.Key, "size": o.Size, "etag": o.ETag, "sequencer": "617f08299329d189"}
	if o.Version != "" {
		object["version-id"] = o.Version
	}
	return encoded(map[string]any{
		"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
		"source": "aws.s3", "account": AccountID, "time": stamp(o.Modified), "region": region,
		"resources": []string{"arn:aws:s3:::" + o.Bucket},
		"detail": map[string]any{"version": "0", "bucket": map[string]any{"name": o.Bucket}, "object": object,
			"request-id": "N4N7GDK58NMKJ12R", "requester": "bedrock.amazonaws.com", "reason": "PutObject"},
	})
}

func inSNS(message, subject string) string {
	m := map[string]any{
		"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
		"TopicArn": "arn:aws:sns:us-east-1:" + AccountID + ":bedrock-logs", "Message": message,
		"Timestamp": stamp(time.Now()), "SignatureVersion": "1", "Signature": "RVhBTVBMRQ==",
		"SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-EXAMPLE.pem",
		"UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
	}
	if subject != "" {
		m["Subject"] = subject
	}
	return encoded(m)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func encoded(v any) string {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err.Error() // only a test's own value can be the cause
	}
	return string(text)
}
