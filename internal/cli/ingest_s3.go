package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/config"
	"seismo/internal/pipeline"
	"seismo/internal/source/s3"
)

// bucketFlags are the flags of `ingest s3://…`.
type bucketFlags struct {
	cfg        s3.Config
	externalID string
	from, to   string
	yes        bool
}

// bucketOnly are the flags that say nothing of local files.
var bucketOnly = []string{"from", "to", "profile", "role-arn", "external-id", "region", "endpoint", "path-style", "oldest-first", "yes"}

func (b *bucketFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&b.from, "from", "", "of a bucket: begin at this `DAY` or time (2026-03-01, 2026-03-01T08:00:00Z), by the date in the keys")
	f.StringVar(&b.to, "to", "", "of a bucket: end before this `DAY` or time")
	f.StringVar(&b.cfg.Profile, "profile", "", "of a bucket: `PROFILE` of the shared AWS files")
	f.StringVar(&b.cfg.RoleARN, "role-arn", "", "of a bucket: role to assume, by its `ARN`")
	f.StringVar(&b.externalID, "external-id", "", "of a bucket: external `ID` for the role")
	f.StringVar(&b.cfg.Region, "region", "", "of a bucket: `REGION` to begin with; the bucket's own is found")
	f.StringVar(&b.cfg.Endpoint, "endpoint", "", "of a bucket: `URL` of an S3-compatible service")
	f.BoolVar(&b.cfg.PathStyle, "path-style", false, "of a bucket: put its name in the path")
	oldest := f.Bool("oldest-first", false, "of a bucket: read the oldest days first")
	f.BoolVarP(&b.yes, "yes", "y", false, "of a bucket: do not ask whether the cost is fine")
	cmd.PreRun = func(*cobra.Command, []string) {
		if *oldest {
			b.cfg.Order = s3.OldestFirst
		}
	}
}

const inBucket = "s3://"

// check tells whether the arguments name a bucket, and refuses mixtures.
func (b *bucketFlags) check(cmd *cobra.Command, args []string) (bucket bool, err error) {
	n := 0
	for _, arg := range args {
		if strings.HasPrefix(arg, inBucket) {
			n++
		}
	}
	switch {
	case n == 0:
		for _, name := range bucketOnly {
			if cmd.Flags().Changed(name) {
				return false, usage("--"+name+" says something of a bucket, and none is named", "name one: seismo ingest s3://BUCKET/PREFIX")
			}
		}
		return false, nil
	case n < len(args):
		return false, usage("a bucket and local files are not read in one go", "run seismo ingest once for the bucket and once for the files")
	case n > 1:
		return false, usage("one bucket is read at a time", "run seismo ingest once for each")
	}
	return true, nil
}

// fill makes the configuration of the flags.
func (b *bucketFlags) fill(uri string, bodies []string) (span s3.Span, err error) {
	if err := b.cfg.SetPlace(uri); err != nil {
		return span, usage(err.Error(), "for example: seismo ingest s3://my-logs/AWSLogs/")
	}
	b.cfg.ExternalID = config.Secret(b.externalID)
	b.cfg.Bodies, b.cfg.Workers = bodies, 4
	for _, t := range []struct {
		flag, text string
		at         *time.Time
	}{{"--from", b.from, &span.From}, {"--to", b.to, &span.To}} {
		var instant s3.Instant
		if t.text == "" {
			continue
		}
		if err := instant.UnmarshalText([]byte(t.text)); err != nil {
			return span, usage(t.flag+" is "+err.Error(), "times are in UTC")
		}
		*t.at = instant.Time
	}
	if !span.From.IsZero() && !span.To.IsZero() && !span.From.Before(span.To) {
		return span, usage("--from is not before --to", "--to is the first day that is left out")
	}
	if err := b.cfg.Check(); err != nil {
		return span, usage(strings.ReplaceAll(err.Error(), "\n", "; "), "run `seismo ingest --help`")
	}
	return span, nil
}

// longestLook is how long the cost is counted before the reading begins.
const longestLook = 30 * time.Second

// ingestBucket reads a bucket once. It says beforehand what that will cost.
func (s *shell) ingestBucket(ctx context.Context, b *bucketFlags, uri string, bodies []string) (err error) {
	span, err := b.fill(uri, bodies)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, s.cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	src, err := a.Bucket(ctx, b.cfg, span)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	estimate, err := s.estimate(ctx, src, b.yes)
	if err != nil {
		return err
	}
	meter := &pipeline.Meter{}
	progress := s.startProgress(meter, estimate.Objects, estimate.Bytes)
	started := time.Now()
	err = a.Ingest(ctx, src, meter)
	progress.stop()
	counts := counted(meter.Counts(), src)
	if err = errors.Join(err, s.ingested(counts, time.Since(started)), a.Close()); err != nil {
		return err
	}
	st := src.Stats()
	s.leftOut(st)
	switch {
	case len(counts.Unread) > 0:
		return silent{exitPartial}
	case st.Listed == 0:
		return s.nothingThere(uri, span, st)
	}
	return nil
}

// nothingThere says that no key begins as it was asked. In a time that was asked
// for there may well be none; a place without any is hardly the one that was meant.
func (s *shell) nothingThere(uri string, span s3.Span, st s3.Stats) error {
	if span != (s3.Span{}) {
		if !s.json {
			fmt.Fprintf(s.err, "nothing was found below %s in that time; times are those in the keys, in UTC\n", plain(uri))
		}
		return nil
	}
	why := "no key begins so; case and slashes count. Bedrock writes below PREFIX/AWSLogs/ACCOUNT/BedrockModelInvocationLogs/, CloudTrail below PREFIX/AWSLogs/ACCOUNT/CloudTrail/"
	if len(st.Ignored) > 0 {
		why = "there are only logs of other services there"
	}
	return missing{&advised{fmt.Errorf("nothing was found below %s", uri), why}}
}

// counted adds the objects that the listing knew as read already, and leaves out
// of the unread ones those that a later try has read.
func counted(c pipeline.Counts, src *s3.Source) pipeline.Counts {
	known := src.Stats().Known
	c.Objects, c.Known = c.Objects+known, c.Known+known
	last := map[string]pipeline.Unread{}
	for _, u := range c.Unread {
		if src.Unread(u.Object.ID) {
			last[u.Object.ID] = u
		}
	}
	c.Unread = nil
	for _, id := range sortedKeys(last) {
		c.Unread = append(c.Unread, last[id])
	}
	return c
}

// estimate says what the reading will cost and, on a terminal, asks. With --json
// nobody is there to read it.
func (s *shell) estimate(ctx context.Context, src *s3.Source, yes bool) (s3.Estimate, error) {
	if s.json {
		return s3.Estimate{}, nil
	}
	fmt.Fprintln(s.err, "looking at what there is ...")
	look, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	e, err := src.Estimate(look)
	if err != nil || ctx.Err() != nil {
		return e, errors.Join(err, ctx.Err())
	}
	fmt.Fprintln(s.err, told(e))
	if in, ok := s.in.(*os.File); yes || e.Objects == 0 || !ok || !onTerminal(in) || !onTerminal(s.err) {
		return e, nil
	}
	fmt.Fprint(s.err, "Read it? [Y/n] ")
	answer, _ := bufio.NewReader(s.in).ReadString('\n')
	if word := strings.ToLower(strings.TrimSpace(answer)); !slices.Contains([]string{"", "y", "yes"}, word) {
		fmt.Fprintln(s.err, "nothing was read")
		return e, silent{exitOK}
	}
	return e, nil
}

// told is an estimate in words.
func told(e s3.Estimate) string {
	about := "about"
	if e.Partial {
		about = "more than" // the listing takes longer than one wants to wait
	}
	text := fmt.Sprintf("%s %s objects to read, %s: %s GET and %s LIST requests, %s $%.4f at AWS's list price of us-east-1 (approximate; bytes within the Region are free)",
		about, show("", e.Objects), bytesOf(e.Bytes), show("", e.Gets), show("", e.Lists), about, e.USD)
	if e.Known > 0 {
		text += fmt.Sprintf("; %s more were read before", show("", e.Known))
	}
	return text
}

// leftOut tells what of the bucket was not read, by its name or time.
func (s *shell) leftOut(st s3.Stats) {
	if s.json {
		return
	}
	for _, reason := range sortedKeys(st.Skipped) {
		fmt.Fprintf(s.out, "  not read, %s: %s objects\n", strings.ReplaceAll(reason, "_", " "), show("", st.Skipped[reason]))
	}
	if n := len(st.Ignored); n > 0 {
		fmt.Fprintf(s.out, "  logs of other services were left alone: %s\n", plain(strings.Join(st.Ignored[:min(n, 5)], ", ")))
	}
}
