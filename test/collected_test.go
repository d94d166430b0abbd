package test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/test/standin"
)

// way is one of the ways by which records come: the source of a configuration,
// and how AWS gets something new for it.
type way struct {
	source string // the entry of the configuration
	items  []object
	hand   func(o object) // gives AWS one item
	killed func()         // what time would do after a kill: messages come back
	done   func() bool    // AWS holds nothing that was not taken; nil: it cannot tell
}

// TestKilledCollection kills seismo serve with SIGKILL at random moments while it
// collects by each of the four ways, and starts it again, while more comes in
// all the time. In the end nothing may be missing and nothing be there twice.
// SEISMO_KILLS is the number of kills over all ways, 20 by default.
func TestKilledCollection(t *testing.T) {
	kills := 20
	if testing.Short() {
		kills = 8
	}
	if n, err := strconv.Atoi(os.Getenv("SEISMO_KILLS")); err == nil {
		kills = n
	}
	ways := []struct {
		name string
		make func(t *testing.T, c *company) way
	}{
		{"queue", byQueue}, {"listing", byListing}, {"log group", byLogGroup},
	}
	for i, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			c := newCompany(t, 800)
			way := w.make(t, c)
			torture(t, c, way, (kills+i)/len(ways))
		})
	}
}

// byQueue delivers every message two to five times, in any order, to four loops.
func byQueue(_ *testing.T, c *company) way {
	q := c.cloud.CreateQueue("logs", standin.QueueOptions{Copies: [2]int{2, 5}, Shuffle: true, Seed: 3, Visibility: 30 * time.Second})
	forms := []standin.Form{standin.FromS3, standin.FromSNS, standin.RawSNS, standin.EventBridge}
	return way{
		source: "  - {name: queue, queue_url: " + c.cloud.URL() + "/" + standin.AccountID + "/logs, number_of_workers: 4, sqs.wait_time: 1s, visibility_timeout: 10s}",
		items:  append(c.invoked, c.trailed...),
		hand: func(o object) {
			put := c.cloud.PutObject(o.bucket, o.key, o.body)
			q.Send(standin.Notification(forms[c.handed%len(forms)], standin.Region, put))
		},
		killed: q.Expire,
		done:   func() bool { return q.Len() == 0 },
	}
}

// byListing lists a bucket of invocation logs and one of a trail.
func byListing(_ *testing.T, c *company) way {
	const bucket = "tarn-bedrock-logs-111122223333-us-east-1"
	var items []object
	for _, o := range c.invoked {
		if o.bucket == bucket {
			items = append(items, o)
		}
	}
	return way{
		source: "  - {name: logs, bucket_arn: 'arn:aws:s3:::" + bucket + "', bucket_list_interval: 1s}\n" +
			"  - {name: trail, bucket_arn: 'arn:aws:s3:::tarn-cloudtrail', bucket_list_interval: 1s}",
		items: append(items, c.trailed...),
		hand:  func(o object) { c.cloud.PutObject(o.bucket, o.key, o.body) },
	}
}

// byLogGroup reads a log group whose large bodies lie in S3.
func byLogGroup(t *testing.T, c *company) way {
	group := c.cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
	bodies := map[string]bool{}
	for _, o := range c.invoked {
		bodies["s3://"+o.bucket+"/"] = true
	}
	var places []string
	for place := range bodies {
		places = append(places, place)
	}
	return way{
		source: "  - {name: group, log_group_arn: '" + group + "', scan_frequency: 1s, bodies: [" + strings.Join(places, ", ") + "]}",
		items:  c.invoked,
		hand: func(o object) {
			for _, line := range o.lines(t) {
				c.cloud.PutLog(group, standin.LogEvent{Message: line})
			}
		},
	}
}

// torture hands the items over a few at a time, and kills after each.
func torture(t *testing.T, c *company, w way, kills int) {
	db := filepath.Join(t.TempDir(), "collected.duckdb")
	file := filepath.Join(t.TempDir(), "seismo.yaml")
	text := fmt.Sprintf("db: %s\nlisten: 127.0.0.1:0\naccounts:\n  default: {region_name: us-east-1, access_key_id: %s, secret_access_key: %s, endpoint: '%s'}\nsources:\n%s\n",
		db, standin.AccessKeyID, standin.SecretKey, c.cloud.URL(), w.source)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	busy := 0
	for n := range kills {
		c.handOver(t, w, len(w.items)*(n+1)/(kills+1))
		p := start(t, file)
		if random.IntN(5) > 0 { // else it is killed while it starts, too
			p.ready(t)
		}
		// As long as it has work, about: an object takes some milliseconds.
		work := 150*time.Millisecond + time.Duration(len(w.items)/(kills+1))*5*time.Millisecond
		p.kill(t, time.Duration(random.Int64N(int64(work))))
		if w.done != nil && !w.done() {
			busy++
		}
		if w.killed != nil {
			w.killed()
		}
	}
	c.handOver(t, w, len(w.items))
	want := c.reference(t)
	p := start(t, file)
	p.ready(t)
	p.until(t, db, c, w)
	p.end(t)
	if diff := cmp.Diff(want, contents(t, db)); diff != "" {
		t.Errorf("after %d kills (-written +collected):\n%.3000s", kills, diff)
	}
	t.Logf("%d kills, %d with messages left, %d objects, %d rows, %d calls of AWS", kills, busy, len(w.items), strings.Count(want, "\n")-2, c.cloud.Count("", ""))
}

// handOver gives AWS the items up to the n-th.
func (c *company) handOver(t *testing.T, w way, n int) {
	t.Helper()
	for ; c.handed < n; c.handed++ {
		c.keep(t, w.items[c.handed])
		w.hand(w.items[c.handed])
	}
}

// served is a seismo serve as another process.
type served struct {
	cmd  *exec.Cmd
	said *tail
	url  chan string // its page, once it is there
	over chan error
}

// start starts the program.
func start(t *testing.T, file string) *served {
	t.Helper()
	p := &served{cmd: program("serve", "-c", file), said: &tail{}, url: make(chan string, 1), over: make(chan error, 1)}
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, rest, ok := strings.Cut(lines.Text(), "open "); ok {
				url, _, _ := strings.Cut(rest, " ")
				p.url <- url
			}
		}
		p.over <- p.cmd.Wait()
	}()
	return p
}

// ready waits until the page is there.
func (p *served) ready(t *testing.T) {
	t.Helper()
	select {
	case <-p.url:
	case err := <-p.over:
		t.Fatalf("it ended with %v; it said:\n%s", err, p.said)
	case <-time.After(time.Minute):
		t.Fatalf("no page within a minute; it said:\n%s", p.said)
	}
}

// kill ends the process after a while, as a power cut would.
func (p *served) kill(t *testing.T, after time.Duration) {
	t.Helper()
	select {
	case err := <-p.over:
		t.Fatalf("it ended by itself: %v\n%s", err, p.said)
	case <-time.After(after):
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.over
}

// until waits until all that was written is there.
func (p *served) until(t *testing.T, db string, c *company, w way) {
	t.Helper()
	const count = `select (select count(*) from calls) + (select count(*) from trail) as n`
	want := seismo(t, "sql", "--db", c.database, "--format", "csv", count)
	deadline := time.Now().Add(90 * time.Second)
	for {
		got := seismo(t, "sql", "--db", db, "--format", "csv", count)
		if got == want && (w.done == nil || w.done()) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after 90 s there are %s of %s\n%s", strings.TrimSpace(got), strings.TrimSpace(want), p.said)
		}
		select {
		case err := <-p.over:
			t.Fatalf("it ended by itself: %v\n%s", err, p.said)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// end asks the process to end, which may take ten seconds.
func (p *served) end(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.over:
		if err != nil {
			t.Errorf("asked to end, it ended with: %v\n%s", err, p.said)
		}
	case <-time.After(11 * time.Second):
		t.Fatalf("asked to end, it went on for more than 10 s\n%s", p.said)
	}
}

// tail keeps the last of what a process said.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (s *tail) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.text = s.text[max(0, len(s.text)-4000):]
	return len(p), nil
}

func (s *tail) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}
