package deploy

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"seismo/content"
)

// Snippets are the kinds of what `deploy snippet` prints.
func Snippets() []string { return []string{"container", "kubernetes", "systemd", "windows"} }

// Snippet is a file that keeps seismo running somewhere. The kind is one of
// Snippets.
func Snippet(kind string) (string, error) {
	text, err := fs.ReadFile(content.FS, "snippets/"+kind)
	if err != nil {
		return "", fmt.Errorf("%q is no kind of snippet: use %s", kind, strings.Join(Snippets(), ", "))
	}
	return string(text), nil
}

// Configuration is the seismo.yaml of a collector that reads what was made.
func Configuration(w Wish, made []Made) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Collects what `seismo deploy up --environment %s` made. Whoever runs it needs sts:AssumeRole on the roles.\n", w.Environment)
	b.WriteString("accounts:\n")
	line := func(name string, m Made, role string) {
		fmt.Fprintf(&b, "  %s: {region_name: %s, role_arn: %s%s}\n", name, m.Region, scalar(m.Outputs[role], "'"), externalID(w))
	}
	var readers []string // the role that publishes may read nothing of the account
	for i, m := range made {
		if i == 0 {
			line("default", m, "ReaderRoleArn")
			line("publisher", m, "PublisherRoleArn")
			readers = append(readers, "default")
			continue
		}
		line(m.Region, m, "ReaderRoleArn")
		readers = append(readers, m.Region)
	}
	b.WriteString("\nsources:\n")
	for i, m := range made {
		fmt.Fprintf(&b, "  - name: bedrock-%s\n", m.Region)
		if i > 0 {
			fmt.Fprintf(&b, "    account: %s\n", m.Region)
		}
		fmt.Fprintf(&b, "    queue_url: %s\n", scalar(m.Outputs["QueueUrl"], ""))
		buckets := slices.DeleteFunc([]string{m.Outputs["LogBucket"], m.Outputs["TrailBucket"]}, func(name string) bool { return name == "" })
		for i := range buckets {
			buckets[i] = scalar(buckets[i], "")
		}
		if len(buckets) > 0 { // a message that tells of any other is not believed
			fmt.Fprintf(&b, "    buckets: [%s]\n", strings.Join(buckets, ", "))
		}
	}
	of := strings.Join(readers, ", ")
	fmt.Fprintf(&b, "\nmetrics: {every: 5m, accounts: [%s]}    # CloudWatch's counts, for the page Coverage\n", of)
	fmt.Fprintf(&b, "inventory: {every: 6h, accounts: [%s]}  # profiles, guardrails, quotas\n", of)
	if len(made) > 0 {
		fmt.Fprintf(&b, "publish: {account: publisher, region: %s, environment: %s}  # cost, findings and failed calls, for the dashboards\n",
			made[0].Region, w.Environment)
	}
	return b.String()
}

// plainValue is what ARNs, addresses of queues and names of buckets are made of.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9:/._+=,@-]*[A-Za-z0-9]$`)

// scalar is a value of AWS in YAML. One that is not made as it must be can add
// nothing to the file: it stands in double quotes, and no variable is put into it.
func scalar(value, quote string) string {
	if plainValue.MatchString(value) && (quote != "" || !strings.Contains(value, ",")) {
		return quote + value + quote
	}
	return strconv.QuoteToASCII(strings.ReplaceAll(value, "${", "$${"))
}

// externalID names the variable that the id is taken from: it is a secret and
// is not printed.
func externalID(w Wish) string {
	if w.Parameters["ReaderExternalId"] == "" {
		return ""
	}
	return ", external_id: '${EXTERNAL_ID}'"
}
