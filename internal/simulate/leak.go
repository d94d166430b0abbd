package simulate

// leakTalk is what is asked, and answered, after the key was pasted.
var leakTalk = [...][2]string{
	{"The upload of the monthly report has stopped working. This is what I run, can you find the mistake?\n\n" +
		"export AWS_ACCESS_KEY_ID=" + stolenKey + "\nexport AWS_SECRET_ACCESS_KEY=" + stolenSecret + "\n" +
		"aws s3 cp report.csv s3://tarn-finance-reports/monthly/ --profile finance\n\nIt says: The config profile (finance) could not be found",
		"The option --profile makes the command line look for a section named finance in its own files, and then it does not read the two variables. " +
			"Leave --profile finance out. And please have this key replaced: a secret in a chat is in a log somewhere."},
	{"That was it, thank you. Now it says AccessDenied when calling the PutObject operation.",
		"Then the key is found and is not allowed to write there. Its policy has to allow s3:PutObject on tarn-finance-reports/monthly/*."},
	{"Where do I see what the key may do?",
		"In the IAM console, under Users, report-export, Permissions. If you may not open that page, the platform team can tell you."},
	{"They say that the folder is called monthly-close since last week. Can you write the command again, with today's date in the file name?",
		"aws s3 cp report.csv \"s3://tarn-finance-reports/monthly-close/report-$(date +%F).csv\""},
	{"Works. Last one: how do I run this every first of the month on my laptop?",
		"With a line in crontab: 0 7 1 * * followed by the command. A job of the platform team would be safer: it needs no key of your own on a laptop."},
	{"Good point, I will ask them. Can you draft the message? Two sentences.",
		"Could you take over the monthly upload of the finance report to tarn-finance-reports, so that no key has to lie on my laptop? " +
			"It runs on the first of each month, and I can show you the command."},
}

// leakedKey is the conversation into which someone pastes an access key: all of
// its turns are sent again with every question, the key among them.
func (g *generator) leakedKey(int) {
	who := g.person(&people[leaker])
	at := g.hour + int64(g.between(600_000, 1_500_000))
	var turns []turn
	for _, talk := range leakTalk {
		turns = append(turns, turn{true, textBlock(talk[0])})
		c := &call{at: at, who: &who, region: "eu-west-1", ranIn: g.ranIn("eu", "eu-west-1"), operation: "ConverseStream",
			model: reference(labAccount, "eu-west-1", "eu", "anthropic.claude-sonnet-4-6", false)}
		r := &reply{text: talk[1]}
		g.converse(c, turns, `,"inferenceConfig":{"maxTokens":2000}`, r, "")
		turns = append(turns, turn{false, converseBlocks(r)})
		at = g.later(at, 40, 240)
	}
}
