package account

// prefixes are the first part of a service's IAM actions, where it is not plain.
// Source: AWS's service authorization reference.
var prefixes = map[string]string{
	"S3": "s3", "SQS": "sqs", "SNS": "sns", "STS": "sts", "KMS": "kms", "IAM": "iam",
	"CloudWatch Logs": "logs", "CloudWatch": "cloudwatch", "CloudTrail": "cloudtrail", "Bedrock": "bedrock",
	"Bedrock Runtime": "bedrock",
	"SESv2":           "ses", "Service Quotas": "servicequotas", "SSO Admin": "sso", "identitystore": "identitystore", "EventBridge": "events",
}

// actions are the operations whose IAM action has another name than the call.
var actions = map[[2]string]string{
	{"S3", "ListObjectsV2"}:                      "s3:ListBucket",
	{"S3", "ListObjects"}:                        "s3:ListBucket",
	{"S3", "HeadBucket"}:                         "s3:ListBucket",
	{"S3", "HeadObject"}:                         "s3:GetObject",
	{"S3", "ListObjectVersions"}:                 "s3:ListBucketVersions",
	{"S3", "ListBuckets"}:                        "s3:ListAllMyBuckets",
	{"S3", "GetBucketEncryption"}:                "s3:GetEncryptionConfiguration",
	{"S3", "GetBucketNotificationConfiguration"}: "s3:GetBucketNotification",
	{"SQS", "DeleteMessageBatch"}:                "sqs:DeleteMessage",
	{"SQS", "SendMessageBatch"}:                  "sqs:SendMessage",
	{"SQS", "ChangeMessageVisibilityBatch"}:      "sqs:ChangeMessageVisibility",
	{"STS", "GetCallerIdentity"}:                 "sts:GetCallerIdentity",
	{"Bedrock Runtime", "Converse"}:              "bedrock:InvokeModel",
}

// ActionOf is the IAM action that a call needs, "" when the service is unknown.
// Service and operation are as the SDK spells them.
func ActionOf(service, operation string) string {
	if a := actions[[2]string{service, operation}]; a != "" {
		return a
	}
	if p := prefixes[service]; p != "" && operation != "" {
		return p + ":" + operation
	}
	return ""
}
