package standin

import (
	"fmt"
	"slices"
	"time"
)

// moveTask is one run of StartMessageMoveTask; it is over when the call returns.
type moveTask struct {
	handle, to string
	moved      int
	started    time.Time
}

// sqsSources lists the queues whose dead letters come here.
func (c *Cloud) sqsSources(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, q, err := c.input(r)
	if err != nil {
		return nil, err
	}
	urls := []string{}
	for _, source := range c.queues.byName {
		if source.opt.DeadLetter == q {
			urls = append(urls, source.URL)
		}
	}
	slices.Sort(urls)
	return map[string]any{"queueUrls": urls}, nil
}

// sqsMove moves dead letters to where they came from, or to another queue.
func (c *Cloud) sqsMove(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in sqsInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	q, err := c.queue(r.region, in.SourceArn)
	if err != nil {
		return nil, fail(404, "ResourceNotFoundException", "The resource that you specified for the SourceArn parameter doesn't exist.")
	}
	var to *Queue
	if in.DestinationArn != "" {
		if to, err = c.queue(r.region, in.DestinationArn); err != nil {
			return nil, fail(404, "ResourceNotFoundException", "The resource that you specified for the DestinationArn parameter doesn't exist.")
		}
	}
	task := moveTask{handle: fmt.Sprintf("task-%d", len(q.moved)+1), to: in.DestinationArn, started: time.Now()}
	for _, m := range slices.Clone(q.messages) {
		target := to
		if target == nil {
			target = m.from
		}
		if target == nil || m.visible.After(time.Now()) {
			continue
		}
		q.remove(m)
		target.add(&message{id: m.id, body: m.body, sent: m.sent, visible: time.Now()})
		task.moved++
	}
	q.moved = append(q.moved, task)
	return map[string]any{"TaskHandle": task.handle}, nil
}

func (c *Cloud) sqsMoves(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in sqsInput
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	q, err := c.queue(r.region, in.SourceArn)
	if err != nil {
		return nil, err
	}
	results := []map[string]any{}
	for _, task := range slices.Backward(q.moved) {
		results = append(results, map[string]any{
			"SourceArn": q.ARN, "DestinationArn": task.to, "Status": "COMPLETED",
			"ApproximateNumberOfMessagesMoved": task.moved, "ApproximateNumberOfMessagesToMove": task.moved,
			"StartedTimestamp": task.started.UnixMilli(),
		})
	}
	return map[string]any{"Results": results}, nil
}
