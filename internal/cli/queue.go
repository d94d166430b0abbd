package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/app"
	"seismo/internal/query"
	"seismo/internal/source/sqs"
)

func (s *shell) queue() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "queue",
		Short: "The SQS queues that seismo reads: show, redrive",
		Long: `A message that cannot be understood, or fails too often, is never deleted unread:
it goes to the queue's dead-letter queue, or to quarantine where the
configuration says on_poison: quarantine. Show tells how a queue is doing;
redrive has its dead letters read again.`,
	}
	cmd.AddCommand(s.queueShow(), s.queueRedrive())
	asGroup(cmd)
	return cmd
}

// queueFlags say which queues are meant and how AWS is reached.
type queueFlags struct {
	file, source string
	reach        account.Config
}

func (q *queueFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&q.file, "config", "c", "", "a configuration `FILE`: the queue of its source, with the credentials of that")
	f.StringVar(&q.source, "source", "", "the `NAME` of the source in the configuration, where it has several queues")
	f.StringVar(&q.reach.Profile, "profile", "", "the `NAME` of a profile in the AWS configuration (default: as the AWS tools choose)")
	f.StringVar(&q.reach.RoleARN, "role-arn", "", "role to assume, by its `ARN`")
	f.StringVar(&q.reach.Region, "region", "", "`REGION` of the queue, where its URL does not tell")
	f.StringVar(&q.reach.Endpoint, "endpoint", "", "`URL` of the service, for emulators")
}

// configured is the URL of the one queue that the configuration names, with its
// account; "" without --config.
func (q *queueFlags) configured() (string, error) {
	if q.file == "" {
		return "", nil
	}
	file, err := app.LoadFile(q.file)
	if err != nil {
		return "", err
	}
	var names []string
	var found []app.FileQueue
	for _, queue := range file.Queues() {
		names = append(names, queue.Source)
		if q.source == "" || q.source == queue.Source {
			found = append(found, queue)
		}
	}
	if len(found) != 1 {
		return "", usage(fmt.Sprintf("%s names %d queues that could be meant", q.file, len(found)),
			"choose with --source; the sources with a queue are: "+strings.Join(names, ", "))
	}
	q.reach = found[0].Account
	return found[0].URL, nil
}

func (s *shell) openQueue(ctx context.Context, q *queueFlags, url string) (*sqs.Queue, error) {
	acc, err := account.Open(ctx, q.reach, account.Options{Log: s.cfg.Log})
	if err != nil {
		return nil, err
	}
	queue, err := sqs.OpenQueue(url, q.reach, acc)
	if err != nil {
		return nil, usage(err.Error(), "queue URLs are shown by: aws sqs list-queues")
	}
	return queue, nil
}

func (s *shell) queueShow() *cobra.Command {
	var q queueFlags
	cmd := &cobra.Command{
		Use:   "show [URL]",
		Short: "How many messages wait, how old they are, where poison goes, and what would lose some",
		Long: `Show the state of a queue and of its dead-letter queue, and warn of a set-up that
loses notifications. It needs sqs:GetQueueAttributes and sqs:GetQueueUrl; the age
of the oldest message comes from CloudWatch (cloudwatch:GetMetricStatistics).`,
		Example: "  seismo queue show https://sqs.eu-west-1.amazonaws.com/111122223333/bedrock-logs\n  seismo queue show -c seismo.yaml",
		Args:    atMostOne,
		RunE:    func(cmd *cobra.Command, args []string) error { return s.showQueue(cmd.Context(), &q, args) },
	}
	q.add(cmd)
	return cmd
}

func (s *shell) showQueue(ctx context.Context, q *queueFlags, args []string) error {
	url, err := q.configured()
	switch {
	case err != nil:
		return err
	case len(args) == 1:
		url = args[0]
	case url == "":
		return usage("no queue is named", "give its URL, or -c FILE")
	}
	queue, err := s.openQueue(ctx, q, url)
	if err != nil {
		return err
	}
	state, dead, err := s.lookAt(ctx, queue)
	if err != nil {
		return err
	}
	states := []sqs.State{state}
	if dead != nil {
		states = append(states, *dead)
	}
	t := query.Table{Columns: []string{"queue", "messages", "in_flight", "oldest", "hidden_for", "kept_for", "max_receives", "dead_letters"}}
	for _, st := range states {
		t.Rows = append(t.Rows, []any{st.URL, st.Messages, st.InFlight, age(st.Oldest), span(st.Visibility), span(st.Retention),
			orNil(int64(st.MaxReceive)), orNil(st.DeadLetters)})
	}
	if err := s.table(t); err != nil {
		return err
	}
	for _, warning := range state.Warnings(dead) {
		fmt.Fprintln(s.err, "warning: "+warning)
	}
	return nil
}

// lookAt looks at a queue and at its dead-letter queue. Where that one may not be
// looked at, it is left out and said.
func (s *shell) lookAt(ctx context.Context, queue *sqs.Queue) (state sqs.State, dead *sqs.State, err error) {
	if state, err = queue.Look(ctx); err != nil {
		return state, nil, err
	}
	other, err := queue.DeadLetters(ctx, state)
	if err == nil && other != nil {
		var found sqs.State
		if found, err = other.Look(ctx); err == nil {
			return state, &found, nil
		}
	}
	if err != nil {
		fmt.Fprintln(s.err, "the dead-letter queue is not shown: "+plain(err.Error()))
	}
	return state, nil, nil
}

func age(d time.Duration) any {
	if d < 0 {
		return nil
	}
	return span(d)
}

func span(d time.Duration) string {
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return d.String()
}

func orNil[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

var errNoDeadLetters = errors.New("the queue has no dead-letter queue")
