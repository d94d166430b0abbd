// Package arn takes Amazon Resource Names apart, in every partition, and says
// which role or user stands behind the ARN of a session.
//
// It never asks AWS anything: what an ARN does not say stays unknown.
package arn

import "strings"

// ARN is a name in its six parts: arn:partition:service:region:account:resource.
// Region and Account may be "", and Resource keeps its own colons and slashes.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// Parse reads an ARN; false for every other text, masked ARNs included.
func Parse(s string) (ARN, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || !isPartition(parts[1]) || parts[2] == "" || parts[5] == "" {
		return ARN{}, false
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}, true
}

// isPartition knows aws, aws-cn, aws-us-gov, aws-eusc and those to come.
func isPartition(s string) bool {
	return s == "aws" || strings.HasPrefix(s, "aws-") && len(s) > len("aws-")
}

// String puts the parts together again.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

const sessionPrefix = "assumed-role/"

// Principal is the role or user behind an identity's ARN: of a role's session
// the role, without the session; of everything else in iam and sts the ARN
// itself. It is "" when s is not such an ARN. The path of a role is not part of
// a session's ARN, so that it is missing here too.
func Principal(s string) string {
	a, ok := Parse(s)
	if !ok || a.Service != "iam" && a.Service != "sts" {
		return ""
	}
	rest, assumed := strings.CutPrefix(a.Resource, sessionPrefix)
	if !assumed {
		return s
	}
	role, _, _ := strings.Cut(rest, "/")
	if role == "" {
		return ""
	}
	return ARN{Partition: a.Partition, Service: "iam", Account: a.Account, Resource: "role/" + role}.String()
}

// Session is the role's name and the session's name of an assumed role's ARN,
// and two empty strings for every other text.
func Session(s string) (role, session string) {
	a, ok := Parse(s)
	if !ok || a.Service != "sts" {
		return "", ""
	}
	rest, ok := strings.CutPrefix(a.Resource, sessionPrefix)
	if !ok {
		return "", ""
	}
	role, session, _ = strings.Cut(rest, "/")
	return role, session
}
