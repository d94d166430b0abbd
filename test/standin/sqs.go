package standin

import (
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

func (c *Cloud) sqsOperations() map[string]operation {
	return map[string]operation{
		"CreateQueue": c.sqsCreate, "GetQueueUrl": c.sqsURL, "ListQueues": c.sqsList,
		"SendMessage": c.sqsSend, "ReceiveMessage": c.sqsReceive,
		"DeleteMessage": c.sqsDelete, "DeleteMessageBatch": c.sqsBatch,
		"ChangeMessageVisibility": c.sqsVisibility, "ChangeMessageVisibilityBatch": c.sqsBatch,
		"GetQueueAttributes": c.sqsAttributes, "ListDeadLetterSourceQueues": c.sqsSources,
		"StartMessageMoveTask": c.sqsMove, "ListMessageMoveTasks": c.sqsMoves,
	}
}

// sqsInput is what SQS's calls carry, all members of all of them.
type sqsInput struct {
	QueueURL          string `json:"QueueUrl"`
	QueueName         string
	QueueNamePrefix   string
	MessageBody       string
	MaxMessages       int               `json:"MaxNumberOfMessages"`
	Wait              int               `json:"WaitTimeSeconds"`
	Timeout           *int              `json:"VisibilityTimeout"`
	ReceiptHandle     string            //
	Entries           []sqsEntry        //
	Names             []string          `json:"AttributeNames"`
	SystemNames       []string          `json:"MessageSystemAttributeNames"`
	Attributes        map[string]string //
	SourceArn         string
	DestinationArn    string
	MessageAttributes map[string]any
}

type sqsEntry struct {
	ID            string `json:"Id"`
	ReceiptHandle string
	Timeout       *int `json:"VisibilityTimeout"`
}

// input reads a call and finds its queue.
func (c *Cloud) input(r *request) (in sqsInput, q *Queue, err error) {
	if err := r.decode(&in); err != nil {
		return in, nil, err
	}
	q, err = c.queue(r.region, in.QueueURL)
	return in, q, err
}

func (c *Cloud) sqsCreate(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in sqsInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if q, err := c.queue(r.region, in.QueueName); err == nil {
		return map[string]any{"QueueUrl": q.URL}, nil
	}
	opt := QueueOptions{Region: r.region}
	if n, err := strconv.Atoi(in.Attributes["VisibilityTimeout"]); err == nil {
		opt.Visibility = time.Duration(n) * time.Second
	}
	var policy struct {
		Target string `json:"deadLetterTargetArn"`
		Max    int    `json:"maxReceiveCount"`
	}
	if text := in.Attributes["RedrivePolicy"]; text != "" {
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			return nil, fail(400, "InvalidAttributeValue", "Invalid value for the parameter RedrivePolicy.")
		}
		dead, err := c.queue(r.region, policy.Target)
		if err != nil {
			return nil, err
		}
		opt.DeadLetter, opt.MaxReceive = dead, policy.Max
	}
	return map[string]any{"QueueUrl": c.makeQueue(in.QueueName, opt).URL}, nil
}

func (c *Cloud) sqsURL(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in sqsInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	q, err := c.queue(r.region, in.QueueName)
	if err != nil {
		return nil, err
	}
	return map[string]any{"QueueUrl": q.URL}, nil
}

func (c *Cloud) sqsList(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	urls := []string{}
	for _, q := range c.queues.byName {
		if q.opt.Region == r.region {
			urls = append(urls, q.URL)
		}
	}
	slices.Sort(urls)
	return map[string]any{"QueueUrls": urls}, nil
}

func (c *Cloud) sqsSend(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in, q, err := c.input(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"MessageId": q.send(in.MessageBody), "MD5OfMessageBody": md5Of(in.MessageBody)}, nil
}

func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// sqsReceive waits as long as the call asks, by the clock of time.
func (c *Cloud) sqsReceive(r *request) (any, error) {
	deadline := time.Time{}
	for {
		if err := r.http.Context().Err(); err != nil {
			return nil, err // nobody is there to receive
		}
		c.mu.Lock()
		in, q, err := c.input(r)
		if err != nil {
			c.mu.Unlock()
			return nil, err
		}
		now := time.Now()
		if deadline.IsZero() {
			deadline = now.Add(time.Duration(in.Wait) * time.Second)
		}
		out, err := q.receive(in, r.fault.empty, now)
		arrived, hidden := q.arrived, q.nextVisible(now)
		c.mu.Unlock()
		left := deadline.Sub(now)
		if err != nil || len(out) > 0 || left <= 0 {
			return map[string]any{"Messages": out}, err
		}
		if hidden >= 0 && !r.fault.empty {
			left = min(left, hidden+time.Millisecond)
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-arrived:
		case <-r.http.Context().Done():
			timer.Stop()
			return nil, r.http.Context().Err()
		}
		timer.Stop()
	}
}

func (q *Queue) receive(in sqsInput, empty bool, now time.Time) ([]map[string]any, error) {
	if in.MaxMessages < 0 || in.MaxMessages > 10 {
		return nil, fail(400, "InvalidParameterValue", "Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", in.MaxMessages)
	}
	if _, inFlight := q.depth(now); inFlight >= q.opt.InFlight {
		return nil, fail(403, "OverLimit", "Too many messages in flight")
	}
	hide := q.opt.Visibility
	if in.Timeout != nil {
		hide = time.Duration(*in.Timeout) * time.Second
	}
	out := []map[string]any{}
	if empty {
		return out, nil
	}
	for _, m := range q.take(max(in.MaxMessages, 1), hide, now) {
		out = append(out, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.handle, "Body": m.body, "MD5OfBody": md5Of(m.body),
			"Attributes": m.attributes(append(in.Names, in.SystemNames...)),
		})
	}
	return out, nil
}

func (m *message) attributes(names []string) map[string]string {
	all := map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.receives),
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.first.UnixMilli(), 10),
		"SenderId":                         "AIDACKCEVSQ6C2EXAMPLE",
	}
	if m.from != nil {
		all["DeadLetterQueueSourceArn"] = m.from.ARN
	}
	if slices.Contains(names, "All") {
		return all
	}
	for name := range all {
		if !slices.Contains(names, name) {
			delete(all, name)
		}
	}
	return all
}

func (c *Cloud) sqsDelete(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in, q, err := c.input(r)
	if err != nil {
		return nil, err
	}
	return nil, q.delete(in.ReceiptHandle)
}

// delete takes a receipt as a standard queue does: one that a later receive has
// replaced is accepted and deletes nothing.
func (q *Queue) delete(handle string) error {
	m, ok := q.handles[handle]
	if !ok {
		return fail(404, "ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
	}
	if q.opt.Strict && (m.handle != handle || !m.visible.After(time.Now())) {
		return fail(404, "ReceiptHandleIsInvalid", "The receipt handle has expired")
	}
	if m.handle == handle && !m.gone {
		q.remove(m)
		q.deleted++
		if q.opt.Deleted != nil {
			q.opt.Deleted(m.body, m.sent)
		}
	}
	return nil
}

func (c *Cloud) sqsVisibility(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in, q, err := c.input(r)
	if err != nil {
		return nil, err
	}
	return nil, q.hide(in.ReceiptHandle, in.Timeout)
}

// hide changes how long a message in flight stays hidden.
func (q *Queue) hide(handle string, timeout *int) error {
	m, ok := q.handles[handle]
	now := time.Now()
	switch {
	case timeout == nil || *timeout < 0 || *timeout > 43200:
		return fail(400, "InvalidParameterValue", "VisibilityTimeout must be between 0 and 43200")
	case !ok:
		return fail(404, "ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
	case m.gone:
		return fail(400, "InvalidParameterValue", "Value %s for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", handle)
	case m.handle != handle:
		return fail(404, "ReceiptHandleIsInvalid", "The receipt handle has expired")
	case !m.visible.After(now):
		return fail(400, "MessageNotInflight", "The specified message isn't in flight.")
	case m.visible.Sub(m.first) > 0 && now.Add(time.Duration(*timeout)*time.Second).Sub(m.first) > 12*time.Hour && m.receives == 1:
		return fail(400, "InvalidParameterValue", "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")
	}
	m.visible = now.Add(time.Duration(*timeout) * time.Second)
	q.wake()
	return nil
}

// sqsBatch deletes or hides up to 10 messages, each with an outcome of its own.
func (c *Cloud) sqsBatch(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in, q, err := c.input(r)
	switch {
	case err != nil:
		return nil, err
	case len(in.Entries) == 0:
		return nil, fail(400, "EmptyBatchRequest", "There should be at least one entry in the request.")
	case len(in.Entries) > 10:
		return nil, fail(400, "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.")
	}
	good, bad := []map[string]any{}, []map[string]any{}
	for _, e := range in.Entries {
		var err error
		if r.op == "DeleteMessageBatch" {
			err = q.delete(e.ReceiptHandle)
		} else {
			err = q.hide(e.ReceiptHandle, e.Timeout)
		}
		if f, ok := err.(*failure); ok { //nolint:errorlint // made two lines above
			bad = append(bad, map[string]any{"Id": e.ID, "Code": f.code, "Message": f.message, "SenderFault": true})
			continue
		}
		good = append(good, map[string]any{"Id": e.ID})
	}
	return map[string]any{"Successful": good, "Failed": bad}, nil
}

func (c *Cloud) sqsAttributes(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in, q, err := c.input(r)
	if err != nil {
		return nil, err
	}
	visible, inFlight := q.depth(time.Now())
	all := map[string]string{
		"QueueArn":                              q.ARN,
		"VisibilityTimeout":                     strconv.Itoa(int(q.opt.Visibility / time.Second)),
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(inFlight),
		"ApproximateNumberOfMessagesDelayed":    "0",
		"MessageRetentionPeriod":                "345600",
		"ReceiveMessageWaitTimeSeconds":         "0",
		"CreatedTimestamp":                      strconv.FormatInt(q.created.Unix(), 10),
	}
	if p := q.redrivePolicy(); p != "" {
		all["RedrivePolicy"] = p
	}
	for name, value := range q.extraAttr {
		all[name] = value
	}
	for name := range all {
		if !slices.Contains(in.Names, "All") && !slices.Contains(in.Names, name) {
			delete(all, name)
		}
	}
	return map[string]any{"Attributes": all}, nil
}
