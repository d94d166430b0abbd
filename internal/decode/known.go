package decode

import (
	"regexp"
	"strings"
)

// bodyKey is the layout under which Bedrock puts bodies of more than 100 KB and
// the documents of requests. A folder named data anywhere else is just a folder.
var bodyKey = regexp.MustCompile(`(^|/)BedrockModelInvocationLogs/[a-z0-9-]+/\d{4}/\d{2}/\d{2}/\d{2}/data/[^/]`)

func isBodyKey(key string) bool { return strings.Contains(key, "/data/") && bodyKey.MatchString(key) }

// digestKey is the layout of CloudTrail's digests of its own files.
var digestKey = regexp.MustCompile(`(^|/)CloudTrail-Digest/[a-z0-9-]+/\d{4}/\d{2}/\d{2}/`)

func isDigestKey(key string) bool {
	return strings.Contains(key, "CloudTrail-Digest/") && digestKey.MatchString(key)
}

// permissionCheck is the object that Bedrock writes, empty, each time a logging
// configuration is saved.
const permissionCheck = "amazon-bedrock-logs-permission-check"

func isPermissionCheckKey(key string) bool {
	return strings.HasPrefix(key[strings.LastIndexByte(key, '/')+1:], permissionCheck)
}

// permissionSentence is what Bedrock writes to a log group for the same purpose.
const permissionSentence = "Permissions are correctly set for Amazon Bedrock logs."
