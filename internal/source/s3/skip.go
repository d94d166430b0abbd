package s3

import "strings"

// Reasons why a key never holds records.
const (
	SkipBody       = "body"             // a large body, which its record refers to
	SkipPermission = "permission_check" // Bedrock wrote it to see whether it may
	SkipDigest     = "digest"           // CloudTrail's, for validation
	SkipFolder     = "folder"           // stands for a folder in consoles
	SkipSelector   = "not_selected"     // by file_selectors
	SkipEmpty      = "empty"            // has no bytes
	SkipTime       = "out_of_time"      // by start_timestamp, end_timestamp or ignore_older
	SkipArchived   = "archived"         // must be restored from Glacier; a one-off tries it all the same
)

// Skip tells by name that an object never holds records, and why. Such an object
// is not read, and counts as done. See the key layouts in the Bedrock and
// CloudTrail user guides; a user's own folder named data is just a folder.
func Skip(key string) (reason string, skip bool) {
	switch {
	case strings.HasSuffix(key, "/"):
		return SkipFolder, true
	case strings.HasPrefix(nameOf(key), "amazon-bedrock-logs-permission-check"):
		return SkipPermission, true
	case strings.Contains(key, "/CloudTrail-Digest/"):
		return SkipDigest, true
	}
	if at, ok := parseLayout(key); ok && at.service == bedrockLogs && at.hour >= 0 && strings.HasPrefix(at.rest, "data/") {
		return SkipBody, true
	}
	return "", false
}

func nameOf(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }
