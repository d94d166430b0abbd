package simulate

import "strconv"

// actor is who calls: the ARN that the invocation log shows, and what only
// CloudTrail tells.
type actor struct {
	account string
	arn     string
	// trail is CloudTrail's userIdentity in two halves; the creation date of
	// the session stands between them, or nowhere when mid is false.
	before, after string
	session       bool
	ip, agent     string
	vpc           string
}

func principal(r *random) string { return "AROA" + r.text(10, upperDigits) + "EXAMPLE" }

// temporaryKey looks like a key of a session; the suffix marks it as invented.
func temporaryKey(r *random) string { return "ASIA" + r.text(9, upperDigits) + "EXAMPLE" }

// assumed is an actor with a role's session. path is the role's path in IAM.
func assumed(r *random, seedID *random, account, path, role, session string) actor {
	id := principal(seedID)
	arn := "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session
	return actor{
		account: account, arn: arn, session: true,
		before: `{"type":"AssumedRole","principalId":"` + id + ":" + session + `","arn":"` + arn + `","accountId":"` + account +
			`","accessKeyId":"` + temporaryKey(r) + `","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"` + id +
			`","arn":"arn:aws:iam::` + account + ":role" + path + role + `","accountId":"` + account + `","userName":"` + role +
			`"},"attributes":{"creationDate":"`,
		after: `","mfaAuthenticated":"false"}}}`,
	}
}

// person returns the person's session at ms in the account where people work.
func (g *generator) person(p *person) actor {
	id := derive(g.seed, 0x70, uint64(p.home))
	set := derive(g.seed, 0x71, uint64(len(p.set)), uint64(p.set[0]), uint64(p.set[1]))
	role := "AWSReservedSSO_" + p.set + "_" + set.text(16, hexDigits)
	a := assumed(&g.random, &id, labAccount, "/aws-reserved/sso.amazonaws.com/eu-west-1/", role, p.email())
	a.ip = p.office.net + strconv.Itoa(p.office.from+p.home%(p.office.to-p.office.from))
	if g.permille(180) {
		a.ip = homes + strconv.Itoa(p.home)
	}
	a.agent = pythonSDK
	return a
}

// app returns a session of a program, named as the service that runs it does.
func (g *generator) app(n int) actor {
	p := &apps[n]
	id := derive(g.seed, 0x72, uint64(n))
	session := p.name
	switch p.service {
	case "ecs":
		session = g.text(32, hexDigits)
	case "ec2":
		session = "i-0" + g.text(16, hexDigits)
	case "kb":
		session = "BKB-Retrieve-" + g.text(12, base62)
	}
	a := assumed(&g.random, &id, p.account, "/", p.role, session)
	a.agent = p.agent
	a.ip = "198.51.100." + strconv.Itoa(4+n*3+g.below(3))
	switch p.service {
	case "ecs":
		a.vpc, a.ip = "vpce-0"+id.text(16, hexDigits), "10.20."+strconv.Itoa(n)+"."+strconv.Itoa(g.between(4, 250))
	case "kb":
		a.ip = "bedrock.amazonaws.com"
	}
	return a
}

// user is an IAM user of the lab's account with a long-term key.
func (g *generator) user(name, key, ip, agent string) actor {
	const account = labAccount
	id := derive(g.seed, 0x73, uint64(len(name)), uint64(name[0]))
	arn := "arn:aws:iam::" + account + ":user/" + name
	return actor{
		account: account, arn: arn, ip: ip, agent: agent,
		before: `{"type":"IAMUser","principalId":"AIDA` + id.text(10, upperDigits) + `EXAMPLE","arn":"` + arn + `","accountId":"` + account +
			`","accessKeyId":"` + key + `","userName":"` + name + `"`,
		after: `}`,
	}
}
