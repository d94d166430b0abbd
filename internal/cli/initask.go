package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"seismo/internal/app"
	"seismo/internal/doctor"
)

// say prints one line, and none of the control characters that came with it.
func (i *setup) say(format string, args ...any) {
	fmt.Fprintln(i.talk, plain(fmt.Sprintf(format, args...)))
}

// part begins a new part of the conversation.
func (i *setup) part() { fmt.Fprintln(i.talk) }

func orUnknown(text string) string { return cmp.Or(text, "(unknown)") }

// questions asks for what no flag gave.
func (i *setup) questions(o doctor.Offer) (err error) {
	switch {
	case i.queue != "" || i.bucket != "":
		i.kind = initS3
	case i.group != "":
		i.kind = initCloudWatch
	case i.kind == "":
		usual := initS3
		if len(o.Places) == 0 && len(o.Groups) > 0 {
			usual = initCloudWatch
		}
		if i.kind, err = i.ask("where is Bedrock's log?", []string{initS3, initCloudWatch}, usual); err != nil {
			return err
		}
	}
	switch {
	case i.kind != initS3 && i.kind != initCloudWatch:
		return usage("the log is in s3 or in cloudwatch, and not in "+i.kind, "answer s3 or cloudwatch")
	case i.kind == initS3 && i.queue == "" && i.bucket == "":
		err = i.askPlace(o)
	case i.kind == initCloudWatch && i.group == "":
		i.group, err = i.need("which log group?", o.Groups, strings.Join(o.Groups[:min(1, len(o.Groups))], ""), "--log-group NAME")
	}
	if err == nil && i.name == "" {
		i.name, err = i.ask("what shall the source be called?", nil, "bedrock")
	}
	for _, part := range besides {
		if i.name == part.name {
			return usage("a source cannot be called "+part.name, "that is another part of the file; give another --name")
		}
	}
	return err
}

// askPlace asks for the queue or the bucket. A bucket that the logging writes to
// is the usual answer. A queue never is: it may be anybody's, and what is read of
// it is deleted from it.
func (i *setup) askPlace(o doctor.Offer) error {
	usual := ""
	if len(o.Places) > 0 {
		usual = o.Places[0]
	}
	answer, err := i.need("which queue is told of new objects, or which bucket is to be listed?",
		slices.Concat(o.Places, o.Queues), usual, "--queue-url URL or --bucket NAME")
	if err != nil {
		return err
	}
	if strings.HasPrefix(answer, "http://") || strings.HasPrefix(answer, "https://") {
		i.queue = answer
	} else {
		i.bucket = answer
	}
	return nil
}

// need asks for what must be given.
func (i *setup) need(question string, offers []string, usual, flag string) (string, error) {
	answer, err := i.ask(question, offers, usual)
	if err == nil && answer == "" {
		return "", usage("there is no answer to: "+question, "give "+flag)
	}
	return answer, err
}

// ask puts one question. An answer may be the number of an offer; an empty one,
// and the end of the input, are the usual answer.
func (i *setup) ask(question string, offers []string, usual string) (string, error) {
	if i.yes {
		return usual, nil
	}
	i.part()
	i.say("%s", question)
	for n, offer := range offers {
		i.say("  %d  %s", n+1, offer)
	}
	if usual != "" {
		fmt.Fprintf(i.talk, "[%s] ", plain(usual))
	}
	line, err := i.in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	answer := strings.TrimSpace(line)
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(offers) {
		answer = offers[n-1]
	}
	return cmp.Or(answer, usual), nil
}

// troubles tells what does not work, and returns how many checks of the source
// itself do not.
func (i *setup) troubles(r doctor.Report, left map[string]bool) (missing int) {
	var bad []doctor.Check
	good := 0
	for _, c := range r.Checks {
		switch c.State {
		case doctor.Missing, doctor.Failed:
			bad = append(bad, c)
			if partOf(c) == "" {
				missing++
			}
		case doctor.OK:
			good++
		}
	}
	i.say("  ✓ %d work", good)
	i.shell.checksTo(i.talk, bad)
	for _, part := range besides {
		if left[part.name] {
			i.say("%s is left out until it is allowed; the source does without", part.name)
		}
	}
	for _, l := range r.Logging {
		if l.Remedy != "" {
			i.say("  %s: %s", l.Region, l.Why)
			i.say("      → %s", l.Remedy)
		}
	}
	return missing
}

// first shows what the envelope of the first record says.
func (i *setup) first(f app.Facts, err error) {
	i.part()
	switch {
	case errors.Is(err, io.EOF):
		i.say("no record yet: there is nothing to read so far")
	case err != nil:
		i.say("no record could be read: %s", err)
		if hint := hintOf(err); hint != "" {
			i.say("      → %s", hint)
		}
	default:
		i.say("the first record found: %s, %s, %s, %s tokens in, %s out", show("", f.Time), cmp.Or(f.Model, f.Name, f.Kind),
			cmp.Or(f.Person, f.Caller, "nobody named"), count(f.Input), count(f.Output))
	}
}

func count(n *int64) string {
	if n == nil {
		return "no"
	}
	return show("", *n)
}
