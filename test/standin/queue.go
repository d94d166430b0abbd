package standin

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// QueueOptions is how a queue behaves.
type QueueOptions struct {
	Region     string        // default Region
	Visibility time.Duration // default 30 s, as AWS's
	MaxReceive int           // with DeadLetter: so many receives, then it moves there
	DeadLetter *Queue
	Copies     [2]int // each message is there so often, of {2, 5}, each copy deleted on its own
	Shuffle    bool   // messages come in any order
	Seed       uint64 // of Copies and Shuffle
	InFlight   int    // most messages in flight, default 120,000
	Strict     bool   // a receipt that has expired cannot delete, as FIFO queues have it

	// Deleted is told of each message that is deleted, and when it was sent. It
	// must not call the cloud.
	Deleted func(body string, sent time.Time)
}

// Queue is a queue of SQS as its owner sees it.
type Queue struct {
	URL, ARN string

	cloud     *Cloud
	name      string
	opt       QueueOptions
	random    *rand.Rand
	messages  []*message
	handles   map[string]*message // every receipt that was ever given
	arrived   chan struct{}       // closed when there may be something to receive
	created   time.Time
	serial    int
	moved     []moveTask
	deleted   int
	extraAttr map[string]string
}

// message is one copy of a message.
type message struct {
	id, body    string
	sent, first time.Time
	visible     time.Time // from then on it can be received
	receives    int
	handle      string // the receipt given last
	gone        bool
	from        *Queue // of a dead letter: where it came from
}

type queues struct {
	byName map[string]*Queue // region/name
}

func newQueues() queues { return queues{byName: map[string]*Queue{}} }

// CreateQueue makes a queue.
func (c *Cloud) CreateQueue(name string, opt QueueOptions) *Queue {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.makeQueue(name, opt)
}

func (c *Cloud) makeQueue(name string, opt QueueOptions) *Queue {
	if opt.Region == "" {
		opt.Region = Region
	}
	if opt.Visibility == 0 {
		opt.Visibility = 30 * time.Second
	}
	if opt.InFlight == 0 {
		opt.InFlight = 120_000
	}
	q := &Queue{
		URL:   "https://sqs." + opt.Region + ".amazonaws.com/" + AccountID + "/" + name,
		ARN:   "arn:aws:sqs:" + opt.Region + ":" + AccountID + ":" + name,
		cloud: c, name: name, opt: opt, random: rand.New(rand.NewPCG(opt.Seed, 2)),
		handles: map[string]*message{}, arrived: make(chan struct{}), created: time.Now(), extraAttr: map[string]string{},
	}
	c.queues.byName[opt.Region+"/"+name] = q
	return q
}

// Send puts a message into the queue, as often as its options say.
func (q *Queue) Send(body string) (id string) {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	return q.send(body)
}

func (q *Queue) send(body string) string {
	q.serial++
	sum := md5.Sum([]byte(q.ARN))
	id := fmt.Sprintf("%s-0000-4000-8000-%012d", hex.EncodeToString(sum[:4]), q.serial)
	copies := 1
	if low, high := q.opt.Copies[0], q.opt.Copies[1]; high > 0 {
		copies = low + q.random.IntN(high-low+1)
	}
	for range copies {
		q.add(&message{id: id, body: body, sent: time.Now(), visible: time.Now()})
	}
	return id
}

func (q *Queue) add(m *message) {
	q.messages = append(q.messages, m)
	if q.opt.Shuffle {
		other := q.random.IntN(len(q.messages))
		last := len(q.messages) - 1
		q.messages[other], q.messages[last] = q.messages[last], q.messages[other]
	}
	q.wake()
}

func (q *Queue) wake() {
	close(q.arrived)
	q.arrived = make(chan struct{})
}

// Len is how many messages there are, those in flight included.
func (q *Queue) Len() int {
	visible, hidden := q.Depth()
	return visible + hidden
}

// Depth is how many messages can be received now, and how many are in flight.
func (q *Queue) Depth() (visible, inFlight int) {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	return q.depth(time.Now())
}

func (q *Queue) depth(now time.Time) (visible, inFlight int) {
	for _, m := range q.messages {
		if m.visible.After(now) {
			inFlight++
		} else {
			visible++
		}
	}
	return visible, inFlight
}

// Deleted is how many messages were deleted so far, copies counted.
func (q *Queue) Deleted() int {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	return q.deleted
}

// Received is how often a message was received so far.
func (q *Queue) Received() int {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	return len(q.handles)
}

// Bodies returns the messages that are left, in no order, copies included.
func (q *Queue) Bodies() []string {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	var all []string
	for _, m := range q.messages {
		all = append(all, m.body)
	}
	return all
}

// Expire makes every message in flight visible at once, as if its time were over.
func (q *Queue) Expire() {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	for _, m := range q.messages {
		m.visible = time.Now()
	}
	q.wake()
}

// Attribute sets what GetQueueAttributes answers: Policy, KmsMasterKeyId.
func (q *Queue) Attribute(name, value string) {
	q.cloud.mu.Lock()
	defer q.cloud.mu.Unlock()
	q.extraAttr[name] = value
}

// take receives up to n messages that are visible; those received too often move
// to the dead letters instead.
func (q *Queue) take(n int, hide time.Duration, now time.Time) []*message {
	var got, dead []*message
	for _, m := range q.messages {
		if len(got) == n {
			break
		}
		if m.visible.After(now) {
			continue
		}
		if q.opt.DeadLetter != nil && m.receives >= q.opt.MaxReceive {
			dead = append(dead, m)
			continue
		}
		m.receives++
		if m.first.IsZero() {
			m.first = now
		}
		m.visible = now.Add(hide)
		m.handle = fmt.Sprintf("%s/%d/%d/%p", m.id, m.receives, len(q.handles), m)
		q.handles[m.handle] = m
		got = append(got, m)
	}
	for _, m := range dead {
		q.remove(m)
		q.opt.DeadLetter.add(&message{id: m.id, body: m.body, sent: m.sent, visible: now, from: q})
	}
	return got
}

func (q *Queue) remove(m *message) {
	m.gone = true
	for i, other := range q.messages {
		if other == m {
			q.messages = append(q.messages[:i], q.messages[i+1:]...)
			return
		}
	}
}

// nextVisible is when the first of the hidden messages comes back.
func (q *Queue) nextVisible(now time.Time) time.Duration {
	next := time.Duration(-1)
	for _, m := range q.messages {
		if wait := m.visible.Sub(now); next < 0 || wait < next {
			next = max(wait, 0)
		}
	}
	return next
}

func (q *Queue) redrivePolicy() string {
	if q.opt.DeadLetter == nil {
		return ""
	}
	text, _ := json.Marshal(map[string]any{ // strings and numbers cannot fail
		"deadLetterTargetArn": q.opt.DeadLetter.ARN, "maxReceiveCount": q.opt.MaxReceive}, json.Deterministic(true))
	return string(text)
}

// queue finds a queue by its URL, whatever its host, or by its ARN.
func (c *Cloud) queue(region, address string) (*Queue, error) {
	name := address[max(strings.LastIndexByte(address, '/'), strings.LastIndexByte(address, ':'))+1:]
	if q, ok := c.queues.byName[region+"/"+name]; ok {
		return q, nil
	}
	err := &failure{status: 400, code: "QueueDoesNotExist", message: "The specified queue does not exist."}
	err.header = map[string][]string{"X-Amzn-Query-Error": {"AWS.SimpleQueueService.NonExistentQueue;Sender"}}
	return nil, err
}
