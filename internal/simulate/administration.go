package simulate

// administration is what CloudTrail holds beside model calls: the house at
// work, and other services' events, which readers of Bedrock's skip.
func (g *generator) administration(calls int) {
	n := calls / hours / 28
	if g.below(hours*28) < calls%(hours*28) {
		n++
	}
	for range n {
		at := g.hour + int64(g.below(int(hourMS)))
		g.chore(at)
	}
	if _, hour := local(g.hour, 0); hour == 6 {
		g.audit(g.hour + int64(g.below(1_000_000)))
		g.export(g.hour + int64(g.below(1_000_000)))
	}
}

// chore is one everyday event.
func (g *generator) chore(at int64) {
	switch p := g.busy(0, len(people), at); g.below(9) {
	case 0, 1:
		who := g.app(g.below(len(apps)))
		who.agent = "lambda.amazonaws.com"
		g.manage(&trailFacts{at: at, who: &who, region: homeOf(who.account), source: "sts", name: "AssumeRole", readOnly: true,
			request: string(object("roleSessionName", who.arn[len(who.arn)-8:]))})
	case 2:
		who := g.person(p)
		who.agent = console
		g.manage(&trailFacts{at: at, who: &who, region: "us-east-1", source: "signin", name: "ConsoleLogin", response: `{"ConsoleLogin":"Success"}`, extra: `{"MFAUsed":"Yes"}`})
	case 3:
		who := g.person(p)
		g.manage(&trailFacts{at: at, who: &who, region: p.office.region, source: "s3", name: "GetBucketLocation", readOnly: true,
			request: string(object("bucketName", place{labAccount, p.office.region}.bucket()))})
	case 4:
		who := g.app(appIndexer)
		g.manage(&trailFacts{at: at, who: &who, region: "eu-west-1", source: "kms", name: "Decrypt", readOnly: true,
			request: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`})
	case 5, 6:
		who := g.person(p)
		name := pick(&g.random, []string{"DescribeInstances", "DescribeSecurityGroups", "DescribeVolumes"})
		g.manage(&trailFacts{at: at, who: &who, region: p.office.region, source: "ec2", name: name, readOnly: true})
	case 7:
		who := g.app(appTriage)
		g.manage(&trailFacts{at: at, who: &who, region: "us-east-1", source: "lambda", name: "GetFunctionConfiguration20150331v2", readOnly: true})
	default:
		who := g.person(&people[admin])
		who.agent = cliAgent + "list-foundation-models"
		g.manage(&trailFacts{at: at, who: &who, region: "eu-west-1", source: "bedrock", name: "ListFoundationModels", host: "bedrock", readOnly: true})
	}
}

// audit is the security team's morning look at the logging configuration.
func (g *generator) audit(at int64) {
	who := g.person(&people[auditor])
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		at += 900
		g.manage(&trailFacts{at: at, who: &who, region: region, source: "bedrock", name: "GetModelInvocationLoggingConfiguration", host: "bedrock", readOnly: true})
		g.manage(&trailFacts{at: at + 300, who: &who, region: region, source: "bedrock", name: "ListGuardrails", host: "bedrock", readOnly: true})
	}
}

func homeOf(account string) string {
	if account == dataAccount {
		return "eu-west-1"
	}
	return "us-east-1"
}
