package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/pipeline"
	"seismo/internal/query"
	"seismo/internal/source/dir"
)

func (s *shell) ingest() *cobra.Command {
	var bodies []string
	var bucket bucketFlags
	cmd := &cobra.Command{
		Use:   "ingest PATH... | s3://BUCKET/PREFIX",
		Short: "Read log files, folders, globs or a bucket into the database",
		Long: `Read invocation logs and CloudTrail files: files, folders (with all below them)
or globs, compressed or not, in any of the forms that AWS writes. What was read
before is not read again. Objects of large bodies are found below the same
paths, or below --bodies. Ctrl-C keeps what is committed.

A bucket is read where it is, newest days first, with the credentials that the
AWS CLI would use. It is said beforehand about what the requests will cost. A
prefix that no key begins with ends in exit code 4.`,
		Example: `  seismo ingest ./logs
  seismo ingest 'AWSLogs/*/BedrockModelInvocationLogs/eu-west-1/2026/**'
  seismo ingest --people people.yaml --prices our-prices.yaml ./logs
  seismo ingest --from 2026-03-01 --to 2026-04-01 s3://my-logs/bedrock/`,
		Args: atLeastOne("seismo ingest needs a file, a folder, a glob or a bucket", "for example: seismo ingest ./logs"),
		RunE: func(cmd *cobra.Command, args []string) error {
			inBucket, err := bucket.check(cmd, args)
			if err != nil {
				return err
			}
			if inBucket {
				return s.ingestBucket(cmd.Context(), &bucket, args[0], bodies)
			}
			src, err := dir.New(args...)
			if err != nil {
				return missing{err}
			}
			s.cfg.Bodies = append(bodies, args...)
			return s.runIngest(cmd.Context(), src)
		},
	}
	s.contentFlags(cmd)
	s.modeFlag(cmd)
	cmd.Flags().StringArrayVar(&bodies, "bodies", nil, "a further `FOLDER` that mirrors a bucket with large bodies, or with a bucket an s3://bucket/prefix (repeatable)")
	bucket.add(cmd)
	return cmd
}

func (s *shell) runIngest(ctx context.Context, src *dir.Source) error {
	a, err := app.Open(ctx, s.cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	meter := &pipeline.Meter{}
	files, size := src.Total()
	progress := s.startProgress(meter, int64(files), size)
	started := time.Now()
	err = a.Ingest(ctx, src, meter)
	progress.stop()
	counts := meter.Counts()
	if err = errors.Join(err, s.ingested(counts, time.Since(started)), a.Close()); err != nil {
		return err
	}
	if slices.ContainsFunc(counts.Unread, func(u pipeline.Unread) bool { return !errors.Is(u.Err, dir.ErrHidden) }) {
		return silent{exitPartial}
	}
	return nil
}

// ingested tells what became of everything that was read.
func (s *shell) ingested(c pipeline.Counts, took time.Duration) error {
	if s.json {
		return writeJSON(s.out, query.Table{
			Columns: []string{"objects", "known_objects", "unread_objects", "bytes", "read", "stored",
				"duplicate", "skipped", "quarantined", "skipped_by", "quarantined_by", "seconds"},
			Rows: [][]any{{c.Objects, c.Known, int64(len(c.Unread)), c.Bytes, c.Read, c.Stored,
				c.Duplicate, c.Skipped, c.Quarantined, c.SkippedBy, c.BadBy, took.Seconds()}},
		})
	}
	for _, u := range c.Unread {
		fmt.Fprintf(s.err, "could not read %s: %s\n", plain(u.Object.Origin.Key), plain(u.Err.Error()))
	}
	fmt.Fprintf(s.out, "%s read = %s stored + %s duplicate + %s skipped + %s quarantined",
		show("", c.Read), show("", c.Stored), show("", c.Duplicate), show("", c.Skipped), show("", c.Quarantined))
	fmt.Fprintf(s.out, "   (%s objects, %s known, in %s)\n", show("", c.Objects), show("", c.Known), took.Round(time.Millisecond))
	for _, group := range []struct {
		name    string
		reasons map[string]int64
	}{{"skipped", c.SkippedBy}, {"quarantined", c.BadBy}} {
		for _, reason := range sortedKeys(group.reasons) {
			fmt.Fprintf(s.out, "  %s %s: %s\n", group.name, reason, show("", group.reasons[reason]))
		}
	}
	if c.Quarantined > 0 {
		fmt.Fprintln(s.out, "  see them: seismo quarantine list; try them again: seismo quarantine retry")
	}
	return nil
}
