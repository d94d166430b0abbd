package standin

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Runtime is how a Region's models answer, and how long what is written of a call
// takes to where logging writes it.
type Runtime struct {
	Offered []string      // models and profiles that are offered; nil is all
	Answer  time.Duration // until the answer

	S3, Group, Trail time.Duration // from the answer on; less than 0 never arrives
}

// Never is the delay of what does not arrive.
const Never time.Duration = -1

type runtimeKey struct{ region string }

// SetRuntime says how a Region's models answer.
func (c *Cloud) SetRuntime(region string, r Runtime) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*state(c, runtimeKey{region}, func() *Runtime { return new(Runtime) }) = r
}

// due is an object that Bedrock is still to write.
type due struct {
	at time.Time
	Object
	body []byte
}

type dueKey struct{}

// deliver writes the objects whose time has come.
func (c *Cloud) deliver() {
	c.mu.Lock()
	list := state(c, dueKey{}, func() *[]due { return new([]due) })
	var ready []due
	*list = slices.DeleteFunc(*list, func(d due) bool {
		come := !d.at.After(time.Now())
		if come {
			ready = append(ready, d)
		}
		return come
	})
	c.mu.Unlock()
	for _, d := range ready {
		c.Put(d.Object, d.body)
	}
}

// converse answers a call of a model and has it logged as Bedrock does.
func (c *Cloud) converse(r *request) (any, error) {
	var in struct {
		Messages []any             `json:"messages"`
		Metadata map[string]string `json:"requestMetadata"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	model := strings.TrimSuffix(r.subject, "/converse")
	c.mu.Lock()
	run := *state(c, runtimeKey{r.region}, func() *Runtime { return new(Runtime) })
	c.mu.Unlock()
	if run.Offered != nil && !slices.Contains(run.Offered, model) {
		if slices.ContainsFunc(run.Offered, func(o string) bool { return strings.HasSuffix(o, "."+model) }) {
			return nil, fail(400, "ValidationException", "Invocation of model ID %s with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.", model)
		}
		return nil, fail(400, "ValidationException", "The provided model identifier is invalid.")
	}
	at := time.Now()
	if err := r.wait(run.Answer); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := state(c, converseKey{}, func() *int { return new(int) })
	*calls++
	id := fmt.Sprintf("7d1c5f2e-0000-4000-8000-%012d", *calls)
	c.record(r, run, id, encoded(map[string]any{
		"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": at.UTC().Format(time.RFC3339), "accountId": AccountID,
		"region": r.region, "requestId": id, "operation": "Converse", "modelId": model, "requestMetadata": in.Metadata,
		"identity": map[string]any{"arn": partition().ARN("iam", "", AccountID, "user/collector")},
		"input":    map[string]any{"inputContentType": "application/json", "inputBodyJson": map[string]any{"messages": in.Messages}, "inputTokenCount": 11},
		"output": map[string]any{"outputContentType": "application/json", "outputTokenCount": 2,
			"outputBodyJson": jsontext.Value(answered)},
	}))
	return &answer{status: 200, header: http.Header{"Content-Type": {"application/json"}, "X-Amzn-Requestid": {id}},
		body: strings.NewReader(answered), length: int64(len(answered))}, nil
}

type converseKey struct{}

// record writes what is known of a call to all places that are to have it.
func (c *Cloud) record(r *request, run Runtime, id, line string) {
	now := time.Now()
	logging := c.control(r).Logging
	if to, ok := logging["s3Config"].(map[string]any); ok && run.S3 >= 0 {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, line+"\n") // a bytes.Buffer takes everything
		_ = z.Close()
		bucket, _ := to["bucketName"].(string)
		prefix, _ := to["keyPrefix"].(string)
		at := now.Add(run.S3).UTC()
		sum := md5.Sum([]byte(line))
		key := strings.TrimPrefix(prefix+"/AWSLogs/"+AccountID+"/BedrockModelInvocationLogs/"+r.region+
			at.Format("/2006/01/02/15/20060102T150405")+fmt.Sprintf("%03dZ_", at.Nanosecond()/1e6)+hex.EncodeToString(sum[:8])+".json.gz", "/")
		list := state(c, dueKey{}, func() *[]due { return new([]due) })
		*list = append(*list, due{at: at, Object: Object{Bucket: bucket, Key: key}, body: b.Bytes()})
	}
	if to, ok := logging["cloudWatchConfig"].(map[string]any); ok && run.Group >= 0 {
		name, _ := to["logGroupName"].(string)
		if g := c.ownGroup(r, name); g != nil {
			c.putLog(g.arn, []LogEvent{{Message: line, Time: now, Visible: now.Add(run.Group)}})
		}
	}
	if run.Trail >= 0 {
		t := c.trails()
		t.events = append([]TrailEvent{{ID: "e" + id[1:], Name: "Converse", Source: "bedrock.amazonaws.com", Region: r.region, Time: now, Visible: now.Add(run.Trail),
			JSON: encoded(map[string]any{"eventName": "Converse", "eventSource": "bedrock.amazonaws.com", "requestID": id, "awsRegion": r.region})}}, t.events...)
	}
}

// answered is what every model says.
const answered = `{"output":{"message":{"role":"assistant","content":[{"text":"OK"}]}},"stopReason":"end_turn","usage":{"inputTokens":11,"outputTokens":2,"totalTokens":13},"metrics":{"latencyMs":312}}`
