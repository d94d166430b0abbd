package test

import (
	"slices"
	"time"

	"seismo/test/standin"
)

// chores are the commands that change an account, in an account without anything
// and beside what others have made.
func chores() []chore {
	nothing := func(*standin.Cloud) {}
	words := func(list ...string) []string { return list }
	theirs := words("logging", "enable", "--bucket", "company-logs", "--prefix", "bedrock", "--force")
	up, down := words("deploy", "up"), words("deploy", "down", "--delete-data")
	trail := words("logging", "trail", "enable", "--cloudwatch", "--insights")
	all := []chore{
		{name: "logging enable", prepare: nothing, on: words("logging", "enable"), off: words("logging", "disable")},
		{name: "logging enable over others", prepare: companyLogs, on: theirs, off: words("logging", "undo")},
		{name: "logging trail enable", prepare: nothing, on: trail, off: words("logging", "trail", "undo")},
		{name: "logging trail enable of others", prepare: companyTrail, on: words("logging", "trail", "enable", "--trail", "main", "--insights"),
			off: words("logging", "trail", "undo", "--trail", "main")},
		{name: "deploy up", prepare: slowStacks, on: up, off: down},
		{name: "deploy up over what a stack left", prepare: slowStacks, earlier: [][]string{up, words("deploy", "down")}, on: up, off: words("deploy", "down")},
		{name: "deploy up in two Regions", prepare: slowStacks, regions: "us-east-1,eu-west-1", on: up, off: down},
	}
	for _, c := range slices.Clone(all) {
		c.name, c.off1st = c.off[0]+" "+c.off[1]+map[bool]string{true: " " + c.off[len(c.off)-1]}[len(c.off) > 2]+", after "+c.name, true
		all = append(all, c)
	}
	// These are their own opposites.
	cost := func(dollars string) []string { return slices.Concat(up, []string{"--set", "CostPerHour=" + dollars}) }
	return append(all,
		chore{name: "deploy up with another parameter", prepare: slowStacks, earlier: [][]string{cost("100")}, on: cost("40"), off: cost("100")},
		chore{name: "deploy plan", prepare: slowStacks, earlier: [][]string{up}, on: words("deploy", "plan"), off: up, looks: true})
}

// companyLogs is an account whose logging somebody made.
func companyLogs(c *standin.Cloud) {
	here := standin.Region
	c.Bucket("company-logs", here)
	c.SetBucket("company-logs", "policy", `{"Version":"2012-10-17","Statement":{"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::company-logs/*"}}`)
	c.CreateLogGroup(standin.LogGroup{Name: "/aws/bedrock/model-invocations/prod", Region: here})
	c.Bucket("elsewhere", here)
	c.SetBucket("elsewhere", "policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::elsewhere/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:us-east-1:111122223333:*"}}}]}`)
	c.SetBedrock(here, standin.Bedrock{Logging: map[string]any{"textDataDeliveryEnabled": true,
		"s3Config": map[string]any{"bucketName": "elsewhere", "keyPrefix": "p"}}})
}

// companyTrail is an account with a trail that selects too little.
func companyTrail(c *standin.Cloud) {
	c.SetTrails(map[string]any{"Name": "main", "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main", "HomeRegion": standin.Region,
		"S3BucketName": "company-trail", "IsMultiRegionTrail": false, "LogFileValidationEnabled": false, "IncludeGlobalServiceEvents": true})
	c.SelectEvents("main", true, []any{map[string]any{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
		"DataResources": []any{map[string]any{"Type": "AWS::S3::Object", "Values": []any{"arn:aws:s3:::company-logs/"}}}}})
}

// slowStacks is an account whose stacks take a while, and go on by themselves.
func slowStacks(c *standin.Cloud) { c.StackTime(20 * time.Millisecond) }
