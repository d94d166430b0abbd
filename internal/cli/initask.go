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
	"seismo/internal/source/s3"
	"seismo/internal/source/sqs"
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
		if i.kind, err = i.ask("where is Bedrock's log?", []string{initS3, initCloudWatch}, usual, noKind); err != nil {
			return err
		}
	}
	switch {
	case i.kind == initS3 && i.queue == "" && i.bucket == "":
		err = i.askPlace(o)
	case i.kind == initCloudWatch && i.group == "":
		i.group, err = i.need("which log group?", o.Groups, strings.Join(o.Groups[:min(1, len(o.Groups))], ""), "--log-group NAME", nothing)
	}
	if err == nil && i.name == "" {
		i.name, err = i.ask("what shall the source be called?", nil, "bedrock", taken)
	}
	if why := taken(i.name); err == nil && why != "" {
		return usage(why, "give another --name")
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
		slices.Concat(o.Places, o.Queues), usual, "--queue-url URL or --bucket NAME", noPlace)
	if err != nil {
		return err
	}
	if isURL(answer) {
		i.queue = answer
	} else {
		i.bucket = answer
	}
	return nil
}

// need asks for what must be given.
func (i *setup) need(question string, offers []string, usual, flag string, wrong func(string) string) (string, error) {
	answer, err := i.ask(question, offers, usual, func(answer string) string {
		if answer == "" {
			return "it takes an answer"
		}
		return wrong(answer)
	})
	if err == nil && answer == "" || errors.Is(err, errUnanswered) {
		return "", usage("there is no answer to: "+question, "give "+flag)
	}
	return answer, err
}

// errUnanswered says that the input ended before there was an answer that will do.
var errUnanswered = errors.New("the input ended")

// ask puts one question, and puts it again as long as wrong says why an answer
// will not do. An answer may be the number of an offer; an empty one, and the end
// of the input, are the usual answer.
func (i *setup) ask(question string, offers []string, usual string, wrong func(string) string) (string, error) {
	if i.yes {
		return usual, nil
	}
	i.part()
	i.say("%s", question)
	for n, offer := range offers {
		i.say("  %d  %s", n+1, offer)
	}
	for {
		if usual != "" {
			fmt.Fprintf(i.talk, "[%s] ", plain(usual))
		}
		line, ended := i.in.ReadString('\n')
		if ended != nil && !errors.Is(ended, io.EOF) {
			return "", fmt.Errorf("read the answer: %w", ended)
		}
		answer, why := offered(strings.TrimSpace(line), offers)
		answer = cmp.Or(answer, usual)
		if why == "" {
			why = wrong(answer)
		}
		switch {
		case why == "":
			return answer, nil
		case ended != nil:
			return "", fmt.Errorf("%s: %w, and %s", question, errUnanswered, why)
		}
		i.say("  %s", why)
	}
}

// offered is the offer that a number stands for, or the answer as it is.
func offered(answer string, offers []string) (chosen, why string) {
	n, err := strconv.Atoi(answer)
	switch {
	case err != nil || len(offers) == 0:
		return answer, ""
	case n < 1 || n > len(offers):
		return "", fmt.Sprintf("there is no %d: answer 1 to %d, or with a name", n, len(offers))
	}
	return offers[n-1], ""
}

// What is wrong with an answer, "" when it will do.

func nothing(string) string { return "" }

func noKind(answer string) string {
	if answer != initS3 && answer != initCloudWatch {
		return "answer s3 or cloudwatch"
	}
	return ""
}

func taken(name string) string {
	for _, part := range besides {
		if name == part.name {
			return "a source cannot be called " + name + ": that is another part of the file"
		}
	}
	return ""
}

func noAnswer(answer string) string {
	if answer = strings.ToLower(answer); !slices.Contains([]string{"y", "yes", "n", "no"}, answer) {
		return "answer y or n"
	}
	return ""
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

func noPlace(answer string) string {
	if isURL(answer) {
		if _, err := sqs.ParseURL(answer); err != nil {
			return "it is " + err.Error()
		}
		return ""
	}
	place := answer
	if !strings.HasPrefix(answer, inBucket) && !strings.HasPrefix(answer, "arn:") {
		place = inBucket + answer
	}
	if strings.HasPrefix(place, inBucket) {
		if (&s3.Config{}).SetPlace(place) != nil {
			return "it is neither the URL of a queue nor the name of a bucket"
		}
	}
	return ""
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
		switch {
		case left[part.name]:
			i.say("%s is left out until it is allowed; the source does without", part.name)
		case slices.ContainsFunc(bad, func(c doctor.Check) bool { return partOf(c) == part.name }):
			i.say("%s could not be tried now; it is written all the same, and tried again whenever it is due", part.name)
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
