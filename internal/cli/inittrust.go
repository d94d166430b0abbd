package cli

import (
	"fmt"
	"slices"
	"strings"

	"seismo/internal/account"
	"seismo/internal/doctor"
)

// trust finds out which buckets a queue is told of: those that its policy lets
// send to it, else those that somebody names. Without any, messages may name all.
func (i *setup) trust(o doctor.Offer, r doctor.Report) error {
	if i.queue == "" || len(i.buckets) > 0 {
		return nil
	}
	for _, f := range r.Found {
		arn, ok := account.ParseARN(f.ARN)
		// A pattern of the policy is found up to its star: that is no name.
		if ok && arn.Service == "s3" && arn.Region == "" && f.Source == i.name && !strings.HasSuffix(arn.Resource, "-") {
			i.buckets = append(i.buckets, arn.Resource)
		}
	}
	if len(i.buckets) == 0 {
		var usual []string
		for _, place := range o.Places {
			bucket, _, _ := strings.Cut(strings.TrimPrefix(place, inBucket), "/")
			usual = append(usual, bucket)
		}
		answer, err := i.ask("which buckets is the queue told of? (several: with commas; what messages say of others is refused)",
			nil, strings.Join(slices.Compact(usual), ","), noBuckets)
		if err != nil {
			return err
		}
		i.buckets = names(answer)
	}
	if len(i.buckets) > 0 {
		i.say("what the queue tells of is read from: %s", strings.Join(i.buckets, ", "))
	}
	return nil
}

// names are the names in a list with commas.
func names(list string) (all []string) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

func noBuckets(answer string) string {
	for _, name := range names(answer) {
		if why := noPlace(name); why != "" || isURL(name) || strings.HasPrefix(name, inBucket) {
			return "give names of buckets, with commas between them"
		}
	}
	return ""
}

// trusted writes the buckets that the queue is told of.
func (i *setup) trusted(b *strings.Builder) {
	if len(i.buckets) == 0 {
		b.WriteString("    # buckets: [NAME]    # name those that the queue is told of: without it, whoever may send to it has seismo read any\n")
		return
	}
	var list []string
	for _, name := range i.buckets {
		list = append(list, literal(name))
	}
	fmt.Fprintf(b, "    buckets: [%s]\n", strings.Join(list, ", "))
}
