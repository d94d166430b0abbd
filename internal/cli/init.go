package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/app"
	"seismo/internal/config"
	"seismo/internal/doctor"
)

// setup is one run of seismo init: the answers, given by flags or asked for.
type setup struct {
	shell      *shell
	in         *bufio.Reader
	talk       io.Writer // where questions and progress go
	yes, force bool

	file   string
	kind   string // s3 or cloudwatch
	queue  string // URL
	bucket string // name, ARN or s3://name/prefix
	group  string

	buckets []string // that the queue is told of
	name    string
	secret  string
	cfg     account.Config
}

// Kinds of place that init knows.
const (
	initS3         = "s3"
	initCloudWatch = "cloudwatch"
)

func (s *shell) init() *cobra.Command {
	i := &setup{shell: s}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Ask a few questions and write seismo.yaml",
		Long: `Ask where Bedrock's log goes, offer what the account shows, try each permission,
show the first record (when, which model, who, how many tokens; nothing of what
was said) and write the configuration. Each answer may be a flag; with --yes
nothing is asked. An existing file stays unless --force is given.`,
		Example: `  seismo init
  seismo init --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/bedrock-logs --yes
  seismo init --log-group bedrock --region eu-west-1 --profile logs`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			i.in, i.talk = bufio.NewReader(s.in), s.out
			if s.json {
				i.talk = s.err
			}
			return i.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&i.file, "config", "c", usualConfig, "the `FILE` to write")
	flags.StringVar(&i.kind, "from", "", "where the log is: `s3` or cloudwatch")
	flags.StringVar(&i.bucket, "bucket", "", "a `BUCKET` to list: s3://name/prefix, its name or its ARN")
	flags.StringVar(&i.group, "log-group", "", "a log `GROUP`, by name or ARN")
	flags.StringVar(&i.name, "name", "", "what the source is called, a `NAME`; default bedrock")
	flags.StringVar(&i.cfg.Region, "region", "", "`REGION` of the queue or the log group")
	flags.BoolVarP(&i.yes, "yes", "y", false, "ask nothing: take the flags and what is found")
	flags.BoolVar(&i.force, "force", false, "replace an existing file")
	flags.StringVar(&i.queue, "queue-url", "", "a queue that is told of new objects, by its `URL`")
	flags.StringSliceVar(&i.buckets, "buckets", nil, "of a queue: the `BUCKETS` that it is told of; default: those that its policy names")
	accountFlags(cmd, &i.cfg, &i.secret)
	return cmd
}

func (i *setup) run(ctx context.Context) error {
	if err := i.begin(); err != nil {
		return err
	}
	offer, err := doctor.Look(ctx, i.cfg, doctor.Options{Log: i.shell.cfg.Log})
	if err != nil {
		return err
	}
	i.say("account %s, %s, as %s", orUnknown(offer.Account), offer.Region, orUnknown(offer.Caller))
	if err := i.questions(offer); err != nil {
		return err
	}
	targets, err := i.targets(i.document(offer, nil))
	if err != nil {
		return err
	}
	i.part()
	i.say("trying each permission …")
	report := doctor.Examine(ctx, targets, doctor.Options{Log: i.shell.cfg.Log})
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := i.trust(offer, report); err != nil {
		return err
	}
	left := leftOut(report)
	missing := i.troubles(report, left)
	first, err := app.First(ctx, targets[0], doctor.Options{Log: i.shell.cfg.Log})
	i.first(first, err)
	if err := ctx.Err(); err != nil {
		return err
	}
	if missing > 0 && !i.yes {
		answer, err := i.ask("write the configuration all the same? [y/N]", nil, "n", noAnswer)
		if err != nil || !strings.HasPrefix(strings.ToLower(answer), "y") {
			return errors.Join(err, errors.New("nothing was written"))
		}
	}
	if err := i.write(i.document(offer, left)); err != nil {
		return err
	}
	return i.end(missing, first)
}

// begin refuses what cannot come to a good end before anything is asked.
func (i *setup) begin() error {
	i.cfg.ExternalID = config.Secret(i.secret)
	if err := i.cfg.Check(); err != nil {
		return usage(err.Error(), "the keys are those of seismo.yaml; flags spell them with dashes")
	}
	given := 0
	for _, answer := range []string{i.queue, i.bucket, i.group} {
		if answer != "" {
			given++
		}
	}
	if given > 1 {
		return usage("--queue-url, --bucket and --log-group exclude each other", "one source is made; add others to the file")
	}
	if len(i.buckets) > 0 && i.queue == "" && (given > 0 || i.yes) {
		return usage("--buckets says something of a queue, and none is named", "name one with --queue-url; a bucket to list is named by --bucket")
	}
	if i.kind != "" && i.kind != initS3 && i.kind != initCloudWatch {
		return usage("--from is s3 or cloudwatch, and not "+i.kind, "run `seismo init --help`")
	}
	if _, err := os.Lstat(i.file); err == nil && !i.force {
		return usage(i.file+" is there already", "give --force to replace it, or -c another name")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
