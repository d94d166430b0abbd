package account

import "strings"

// inFlags says remedies that speak of seismo.yaml, and of serve that tries again by
// itself, in the words of a command that is told by flags and runs once.
var inFlags = [...]string{
	"serve tries again by itself, other commands are to be run again later.", "run the command again later.",
	"Nothing to do: it is tried again more slowly; ask AWS", "Wait a minute and run the command again; ask AWS",
	"Nothing to do: S3 asks for fewer requests, and it is tried again more slowly.", "S3 asks for fewer requests: wait a minute and run the command again.",
	`Check "access_key_id" and "secret_access_key", or use a profile or role in place of them.`,
	"Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the profile's keys, or name another with --profile or --role-arn.",
	`Check "secret_access_key" and`, "Check AWS_SECRET_ACCESS_KEY or the profile's keys, and",
	`(--profile, in a file "credential_profile_name")`, "with --profile",
	`Check "credential_profile_name": the profile`, "Check --profile and AWS_PROFILE: the profile",
	`Check the network, "endpoint", "proxy_url" and the Region's name; it is tried again.`,
	"Check the network, --endpoint, HTTPS_PROXY and the Region's name, and run the command again.",
	`Check "endpoint" and "proxy_url":`, "Check --endpoint and HTTPS_PROXY:",
	`Check "endpoint" and the Region:`, "Check --endpoint and the Region:",
	`Set "region_name" to the Region where it lies, or remove "region_name" so that it is found.`, "Give the Region where it lies with --region.",
	`: set "region_name" to it, or remove "region_name".`, ": give that with --region.",
	`"web_identity_token_file" or AWS_WEB_IDENTITY_TOKEN_FILE`, "AWS_WEB_IDENTITY_TOKEN_FILE",
	`"web_identity_token_file"`, "AWS_WEB_IDENTITY_TOKEN_FILE",
	`Check "role_arn"`, "Check --role-arn",
	`"role_arn"`, "--role-arn", `"external_id"`, "--external-id", `"credential_profile_name"`, "--profile", `"endpoint"`, "--endpoint",
}

// ForCommand is a remedy of Explain as a command says it that is told by flags. What
// has no words for files in it stays as it is.
func ForCommand(remedy string) string {
	return strings.NewReplacer(inFlags[:]...).Replace(remedy)
}
