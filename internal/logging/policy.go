package logging

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// statement is one statement of a policy as this room writes it.
type statement struct {
	Sid       string                       `json:"Sid"`
	Effect    string                       `json:"Effect"`
	Principal any                          `json:"Principal,omitzero"`
	Action    []string                     `json:"Action"`
	Resource  []string                     `json:"Resource,omitzero"`
	Condition map[string]map[string]string `json:"Condition,omitzero"`

	former string // Sid of versions that did not say whose it is; "" is the same
	whose  string // the value by which one with the former Sid is this one all the same
}

// document is a policy whose statements may be others'; those stay byte by byte.
type document struct {
	Version   string           `json:"Version,omitzero"`
	ID        string           `json:"Id,omitzero"`
	Statement []jsontext.Value `json:"Statement"`
}

func parsePolicy(text string) (d document, err error) {
	if text == "" {
		return document{Version: "2012-10-17"}, nil
	}
	var raw struct {
		Version   string         `json:"Version"`
		ID        string         `json:"Id"`
		Statement jsontext.Value `json:"Statement"`
	}
	if err := json.Unmarshal([]byte(text), &raw, jsontext.AllowDuplicateNames(true)); err != nil {
		return d, fmt.Errorf("read a policy: %w", err)
	}
	d = document{Version: raw.Version, ID: raw.ID}
	if raw.Statement.Kind() == '{' { // one statement may stand without a list
		d.Statement = []jsontext.Value{raw.Statement}
		return d, nil
	}
	if len(raw.Statement) > 0 {
		err = json.Unmarshal(raw.Statement, &d.Statement, jsontext.AllowDuplicateNames(true))
	}
	return d, err
}

func sidOf(statement jsontext.Value) string {
	var s struct {
		Sid string `json:"Sid"`
	}
	if err := json.Unmarshal(statement, &s, jsontext.AllowDuplicateNames(true)); err != nil {
		return ""
	}
	return s.Sid
}

// merged is a policy with these statements: one of the same Sid is replaced where
// it stands, others are added. A policy that has them all stays as it is.
func merged(text string, want ...statement) (string, error) {
	d, err := parsePolicy(text)
	if err != nil {
		return "", err
	}
	changed := false
	for _, w := range want {
		mine, err := json.Marshal(w, json.Deterministic(true))
		if err != nil {
			return "", err
		}
		at := w.in(d.Statement)
		switch {
		case at < 0:
			d.Statement = append(d.Statement, mine)
		case same(string(d.Statement[at]), string(mine)) || w.isFormer(d.Statement[at]):
			continue
		default:
			d.Statement[at] = mine
		}
		changed = true
	}
	if !changed {
		return text, nil
	}
	out, err := json.Marshal(d)
	return string(out), err
}

// in is where a statement stands, by its Sid, or by its former one where that is
// this one's and nobody else's; -1 is nowhere.
func (w *statement) in(list []jsontext.Value) int {
	at := slices.IndexFunc(list, func(s jsontext.Value) bool { return sidOf(s) == w.Sid })
	if at < 0 && w.former != "" {
		at = slices.IndexFunc(list, func(s jsontext.Value) bool {
			return sidOf(s) == w.former && named(string(s), func(v string) bool { return v == w.whose })
		})
	}
	return at
}

// isFormer reports whether a statement differs from this one by its Sid alone, which
// is the former one.
func (w statement) isFormer(there jsontext.Value) bool {
	if w.former == "" || sidOf(there) != w.former {
		return false
	}
	w.Sid = w.former
	text, err := json.Marshal(w, json.Deterministic(true))
	return err == nil && same(string(there), string(text))
}

// onlyHere is the condition that AWS asks for in everything that Bedrock is
// allowed: that it acts for this account and Region.
func onlyHere(p place) map[string]map[string]string {
	return map[string]map[string]string{
		"StringEquals": {"aws:SourceAccount": p.id},
		"ArnLike":      {"aws:SourceArn": p.bedrockHere()},
	}
}

const bedrockService = "bedrock.amazonaws.com"

func service(name string) any { return map[string]string{"Service": name} }

// bucketStatements let Bedrock write its logs and nothing else, and let nobody
// speak to the bucket in the clear.
func bucketStatements(p place, w *Wish) []statement {
	var below []string
	if w.S3 {
		below = append(below, p.arn("s3", w.Bucket+"/"+p.logsOf(w.Prefix)+"*"))
	}
	if w.CloudWatch {
		below = append(below, p.arn("s3", w.Bucket+"/"+p.logsOf(w.large())+"*"))
	}
	return append([]statement{{Sid: own + "BedrockWrites", Effect: "Allow", Principal: service(bedrockService),
		Action: []string{"s3:PutObject"}, Resource: below, Condition: onlyHere(p)}}, tlsOnly(p, w.Bucket)...)
}

// tlsOnly denies what comes in the clear. The wildcard is a denial's: it covers
// actions that there are not yet. An emulator on this machine, which is spoken to
// in the clear, would lock everybody out with it and does without.
func tlsOnly(p place, bucket string) []statement {
	if at, err := url.Parse(aws.ToString(p.account.SDK("").BaseEndpoint)); err == nil && at.Scheme == "http" && (at.Hostname() == "127.0.0.1" || at.Hostname() == "localhost") {
		return nil
	}
	return []statement{{Sid: tlsOnlySid, Effect: "Deny", Principal: "*", Action: []string{"s3:*"},
		Resource:  []string{p.arn("s3", bucket), p.arn("s3", bucket+"/*")},
		Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}}}}
}

// keyStatements let Bedrock seal objects with a key, and CloudWatch Logs the one
// group. In a key's policy * is the key itself.
func keyStatements(p place, w *Wish) []statement {
	list := []statement{{Sid: own + "BedrockSeals", Effect: "Allow", Principal: service(bedrockService),
		Action: []string{"kms:GenerateDataKey"}, Resource: []string{"*"}, Condition: onlyHere(p)}}
	if w.CloudWatch {
		list = append(list, groupSeals(p, w.Group))
	}
	return list
}

func groupSeals(p place, group string) statement {
	return statement{Sid: own + "LogsSeals", Effect: "Allow", Principal: service("logs." + p.region + "." + p.partition.Suffix),
		Action: []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
			"kms:ReEncryptFrom", "kms:ReEncryptTo"}, Resource: []string{"*"},
		Condition: map[string]map[string]string{"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": p.arn("logs", "log-group:"+group)}}}
}

// trustStatements let Bedrock take the role for this account and Region.
func trustStatements(p place) []statement {
	return []statement{{Sid: own + "BedrockAssumes" + spelled(p.region), former: own + "BedrockAssumes", whose: p.bedrockHere(), Effect: "Allow", Principal: service(bedrockService),
		Action: []string{"sts:AssumeRole"}, Condition: onlyHere(p)}}
}

// bedrockStream is the stream of a log group that Bedrock writes to.
const bedrockStream = "aws/bedrock/modelinvocations"

// roleStatements allow to write to the one stream.
func roleStatements(p place, w *Wish) []statement {
	stream := p.arn("logs", "log-group:"+w.Group+":log-stream:"+bedrockStream)
	return []statement{{Sid: own + "WriteLogs" + spelled(p.region), former: own + "WriteLogs", whose: stream, Effect: "Allow",
		Action: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resource: []string{stream}}}
}
