package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/query"
	"seismo/internal/source/sqs"
)

// redriveFlags are what queue redrive is told.
type redriveFlags struct {
	queueFlags
	from, to string
	most     int64
	dry      bool
}

func (s *shell) queueRedrive() *cobra.Command {
	var f redriveFlags
	cmd := &cobra.Command{
		Use:   "redrive",
		Short: "Move the messages of a dead-letter queue back, to be read again",
		Long: `Move messages from a dead-letter queue to the queue that they came from, or to
the one that --to or --config names: after a permission was given, say, or an
update of seismo. SQS moves them itself where it can (sqs:StartMessageMoveTask);
with --max, and with services that cannot, each is received, sent and deleted.
What was read before is known and not stored again.

Look first: --dry-run says how many there are and of which kinds. It receives the
messages and gives them back; their text is never shown.`,
		Example: `  seismo queue redrive -c seismo.yaml --dry-run
  seismo queue redrive --dlq https://sqs.eu-west-1.amazonaws.com/111122223333/bedrock-logs-dead
  seismo queue redrive --dlq URL --to URL --max 100`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.redrive(cmd.Context(), &f) },
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.from, "dlq", "", "`URL` of the dead-letter queue (default: that of the queue the messages go to)")
	flags.StringVar(&f.to, "to", "", "`URL` of the queue they go to (default: the one they came from)")
	flags.Int64Var(&f.most, "max", 0, "most messages to move, or to look at with --dry-run (default: all; 1,000 to look at)")
	flags.BoolVar(&f.dry, "dry-run", false, "only say how many messages there are, and of which kinds")
	return cmd
}

func (s *shell) redrive(ctx context.Context, f *redriveFlags) error {
	if f.most < 0 {
		return usage("--max is less than nothing", "leave it out for all")
	}
	configured, err := f.configured()
	if err != nil {
		return err
	}
	if f.to == "" {
		f.to = configured
	}
	from, to, err := s.queuesOf(ctx, f)
	if err != nil {
		return err
	}
	if f.dry {
		return s.peek(ctx, from, f.most)
	}
	watched := !s.json && onTerminal(s.err)
	moved, err := sqs.Redrive(ctx, from, to, f.most, func(m sqs.Moved) {
		if watched {
			fmt.Fprintf(s.err, "\r%s moved ", show("", m.Messages))
		}
	})
	if watched {
		fmt.Fprint(s.err, "\r")
	}
	switch {
	case errors.Is(err, sqs.ErrNoTarget):
		return usage(err.Error(), "give --to URL")
	case err != nil:
		return fmt.Errorf("%d messages were moved, then: %w", moved.Messages, err)
	}
	if s.json {
		return s.object(moved)
	}
	_, err = fmt.Fprintf(s.out, "%s messages moved\n", show("", moved.Messages))
	return err
}

// queuesOf opens the two queues: to is nil where SQS is to know it.
func (s *shell) queuesOf(ctx context.Context, f *redriveFlags) (from, to *sqs.Queue, err error) {
	if f.to != "" {
		if to, err = s.openQueue(ctx, &f.queueFlags, f.to); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case f.from != "":
		from, err = s.openQueue(ctx, &f.queueFlags, f.from)
	case to == nil:
		return nil, nil, usage("no queue is named", "give --dlq URL, or -c FILE")
	default:
		from, err = deadLettersOf(ctx, to)
	}
	if err == nil && to != nil && from.URL == to.URL {
		err = usage("--dlq and --to are the same queue", "--to is the queue that seismo reads")
	}
	return from, to, err
}

func deadLettersOf(ctx context.Context, queue *sqs.Queue) (*sqs.Queue, error) {
	state, err := queue.Look(ctx)
	if err != nil {
		return nil, err
	}
	dead, err := queue.DeadLetters(ctx, state)
	if err == nil && dead == nil {
		return nil, missing{fmt.Errorf("%s: %w", queue.URL, errNoDeadLetters)}
	}
	return dead, err
}

// usualPeek is how many messages are looked at when nobody says how many.
const usualPeek = 1000

func (s *shell) peek(ctx context.Context, queue *sqs.Queue, most int64) error {
	if most == 0 {
		most = usualPeek
	}
	state, err := queue.Look(ctx)
	if err != nil {
		return err
	}
	kinds, err := queue.Peek(ctx, int(most))
	if err != nil {
		return err
	}
	t := query.Table{Columns: []string{"kind", "messages", "objects", "oldest"}}
	for _, k := range kinds {
		t.Rows = append(t.Rows, []any{k.Name, int64(k.Messages), int64(k.Objects), sentAt(k.Oldest)})
	}
	if !s.json {
		fmt.Fprintf(s.err, "%s messages in %s, about %s in flight; nothing was moved\n", show("", state.Messages), queue.URL, show("", state.InFlight))
	}
	return s.table(t)
}

func sentAt(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
