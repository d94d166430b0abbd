package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/pipeline"
)

func (s *shell) normalize() *cobra.Command {
	var format, quarantine string
	cmd := &cobra.Command{
		Use:   "normalize FILE...",
		Short: "Print seismo's reading of log files, one JSON object a record",
		Long: `Decode, normalize and enrich log files without database or network, and print
one nested JSON object a record, in the order of the arguments and records, with
no de-duplication and no join. Names are the vocabulary's (dots are nesting);
what is absent is left out. "-" reads standard input. Large bodies are found when
the file stands in a copy of its bucket, or below --bodies.`,
		Example: `  seismo normalize logs.json.gz | jq '.cost.usd'
  seismo normalize --quarantine bad.ndjson logs/*.gz > calls.ndjson`,
		Args: atLeastOne("seismo normalize needs a file", "for example: seismo normalize logs.json.gz"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if format != "native" {
				return usage("no such format: "+format, "the only format so far is native")
			}
			s.cfg.Beside = args
			path, err := app.NewPath(s.cfg)
			if err != nil {
				return err
			}
			defer path.Close()
			n := &normalizer{path: path, out: bufio.NewWriterSize(s.out, 1<<20), in: s.in, terminal: onTerminal(s.out)}
			if quarantine != "" {
				if n.bad, err = os.OpenFile(quarantine, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
					return fmt.Errorf("open the quarantine file: %w", err)
				}
				defer func() { err = errors.Join(err, n.bad.Close()) }()
			}
			if err := n.files(cmd.Context(), args); err != nil {
				return err
			}
			if n.refused > 0 && n.bad == nil {
				fmt.Fprintf(s.err, "%d records could not be read; --quarantine FILE keeps them with their reasons\n", n.refused)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "native", "native: seismo's own names")
	cmd.Flags().StringVar(&quarantine, "quarantine", "", "write what cannot be read to `FILE`, one JSON object a line")
	cmd.Flags().StringArrayVar(&s.cfg.Bodies, "bodies", nil, "a `FOLDER` that mirrors a bucket with large bodies (repeatable)")
	s.contentFlags(cmd)
	return cmd
}

// normalizer prints files one after the other.
type normalizer struct {
	path    *app.Path
	in      io.Reader
	out     *bufio.Writer
	bad     *os.File
	refused int

	terminal bool // out ends on a screen
}

func (n *normalizer) files(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := n.file(ctx, name); err != nil {
			return errors.Join(err, n.out.Flush())
		}
	}
	return n.out.Flush()
}

func (n *normalizer) file(ctx context.Context, name string) error {
	in := n.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	origin := event.Origin{Key: filepath.ToSlash(name)}
	return n.path.Decoder.Decode(ctx, in, origin, func(item decode.Item) error { return n.item(ctx, item) })
}

func (n *normalizer) item(ctx context.Context, item decode.Item) error {
	switch item.Verdict {
	case decode.Skipped:
		return nil
	case decode.Bad:
		return n.refuse(item)
	}
	ev, err := n.path.Normalize(ctx, item)
	var unfit *normalize.Unfit
	switch {
	case errors.As(err, &unfit) && unfit.Verdict == decode.Skipped:
		return nil
	case errors.As(err, &unfit):
		return n.refuse(pipeline.Refused(item, unfit))
	case err != nil:
		return err
	}
	n.path.Enrich(&ev)
	return n.print(&ev)
}

func (n *normalizer) print(ev *event.Event) error {
	if !n.terminal {
		enc := jsontext.NewEncoder(n.out, lenient()...)
		if err := json.MarshalEncode(enc, ev, json.Deterministic(true)); err != nil {
			return fmt.Errorf("print event %s: %w", ev.ID, err)
		}
		return nil
	}
	text, err := json.Marshal(ev, append(lenient(), json.Deterministic(true))...)
	if err != nil {
		return fmt.Errorf("print event %s: %w", ev.ID, err)
	}
	_, err = n.out.Write(append(plainJSON(text), '\n'))
	return err
}

// lenient lets free JSON pass as it was sent.
func lenient() []jsontext.Options {
	return []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
}

// refusal is one line of the quarantine file. Line is null for a whole object.
type refusal struct {
	Reason string       `json:"reason"`
	Detail string       `json:"detail,omitzero"`
	Origin event.Origin `json:"origin"`
	Line   *int64       `json:"line"`
	SHA256 string       `json:"sha256"`
	Size   int64        `json:"size"`
}

func (n *normalizer) refuse(item decode.Item) error {
	n.refused++
	if n.bad == nil {
		return nil
	}
	line, err := json.Marshal(refusal{item.Reason, item.Detail, item.Origin, item.Origin.Line, item.SHA256, item.Size},
		jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_, err = n.bad.Write(append(line, '\n'))
	}
	return err
}
