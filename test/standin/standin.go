// Package standin is AWS in one process, for tests: one HTTP handler that speaks
// the services' own protocols well enough for AWS's SDK, on state that a test
// puts in and looks at, with a script of faults between the two. It tells the
// service and the Region by the signature's scope, and time by time.Now, so that
// a testing/synctest bubble sets its clock.
//
// It never checks a signature, never opens a socket unless it is asked for its
// URL, and holds nothing that a test needs at rest: a Cloud dies with its test.
package standin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
)

// The names that every Cloud starts with. Keys are those of AWS's documentation.
const (
	AccountID   = "111122223333"
	Region      = "us-east-1"
	AccessKeyID = "AKIAIOSFODNN7EXAMPLE"
	SecretKey   = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	host        = "standin.example.com"
)

// Cloud is one AWS: its accounts, its services and its faults. It is safe for
// concurrent use. Its methods that change state are what a test would do to AWS.
type Cloud struct {
	mu       sync.Mutex // of everything below; never held while waiting
	faults   []*script
	calls    []Call
	server   *httptest.Server
	stop     func(func())
	services map[string]service

	objects objects
	queues  queues
	places  map[any]any // state of services, by a key type of their own file
}

// New makes an AWS without anything in it. Its server, when one was asked for,
// ends with the test.
func New(t testing.TB) *Cloud { return begin(t.Cleanup) }

// Start makes an AWS for a program that is no test. The function ends its server.
func Start() (*Cloud, func()) {
	var ends []func()
	c := begin(func(end func()) { ends = append(ends, end) })
	return c, func() {
		c.mu.Lock()
		all := ends
		ends = nil
		c.mu.Unlock()
		for _, end := range all {
			end()
		}
	}
}

func begin(stop func(func())) *Cloud {
	c := &Cloud{stop: stop, places: map[any]any{}}
	c.objects = newObjects()
	c.queues = newQueues()
	c.services = c.table()
	return c
}

// service is one of AWS's services: its operations by name. A service of REST
// shape says by route which operation a request is.
type service struct {
	ops   map[string]operation
	route func(r *request) (op, subject string)
}

// operation answers one call: with an *answer, or with a map, slice or nil that
// the protocol of the request encodes; an error is a *failure.
type operation func(r *request) (any, error)

// table names every service that there is, by its name in the signature's scope.
func (c *Cloud) table() map[string]service {
	return map[string]service{
		"s3":  {ops: c.s3Operations(), route: routeS3},
		"sqs": {ops: c.sqsOperations()},
		"sts": {ops: c.stsOperations()},
		"kms": {ops: c.kmsOperations()},

		"logs":           {ops: merged(merged(c.logsOperations(), c.logsWriting()), c.insightsOperations())},
		"cloudtrail":     {ops: c.cloudtrailOperations()},
		"cloudformation": {ops: c.cloudformationOperations()},
		"monitoring":     {ops: merged(merged(c.cloudwatchOperations(), c.metricsWriting()), c.dashboardOperations())},
		"ses":            {ops: c.sesOperations(), route: routeSES},
		"bedrock":        {ops: c.bedrockOperations(), route: routeBedrock},
		"iam":            {ops: c.iamOperations()},
		"servicequotas":  {ops: c.quotasOperations()},
		"ce":             {ops: c.costOperations()},
		"sso":            {ops: c.ssoOperations()},
		"identitystore":  {ops: c.identityOperations()},
	}
}

// state returns the state of a service that has none of its own field: the value
// that make returned when key was first asked for. The caller holds c.mu.
func state[T any](c *Cloud, key any, make func() *T) *T {
	if v, ok := c.places[key].(*T); ok {
		return v
	}
	v := make()
	c.places[key] = v
	return v
}

// Call is one request as it was answered.
type Call struct {
	Time      time.Time // when it arrived
	Service   string    // as the signature spells it: "s3", "logs"
	Op        string    // "GetObject"
	Region    string    // that the request was signed for
	AccessKey string    // that signed it
	Subject   string    // of S3: "bucket/key"; of others the whole body
	Status    int       // 0 when the connection was broken before any answer
	Code      string    // of an error: "AccessDenied"
}

// Calls returns all requests so far in the order of their answers.
func (c *Cloud) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// Count is how many calls there were of a service's operation; "" counts all.
func (c *Cloud) Count(service, op string) int {
	n := 0
	for _, call := range c.Calls() {
		if (service == "" || call.Service == service) && (op == "" || call.Op == op) {
			n++
		}
	}
	return n
}

// URL is the address of a real server on loopback, started when first asked for.
func (c *Cloud) URL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		c.server = httptest.NewServer(c)
		c.stop(func() {
			c.server.CloseClientConnections()
			c.server.Close()
		})
	}
	return c.server.URL
}

// Config is what an account needs to reach this cloud through its Transport.
func (c *Cloud) Config() account.Config {
	return account.Config{
		Region: Region, AccessKeyID: AccessKeyID, SecretKey: config.Secret(SecretKey),
		Endpoint: "http://" + host, PathStyle: true,
	}
}

// Account opens an account on this cloud, without sockets.
func (c *Cloud) Account(t testing.TB) *account.Account {
	t.Helper()
	return c.Open(t, c.Config())
}

// Open opens an account of another configuration on this cloud, without sockets.
func (c *Cloud) Open(t testing.TB, cfg account.Config) *account.Account {
	t.Helper()
	a, err := account.Open(context.Background(), cfg, account.Options{Client: c.Transport()})
	if err != nil {
		t.Fatalf("open an account of the stand-in: %v", err)
	}
	return a
}

var _ http.Handler = (*Cloud)(nil)
