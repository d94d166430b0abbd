package logging

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	keys "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"seismo/internal/account"
)

// withKey is what to do about a key whose policy lacks something.
const withKey = "Run `seismo logging enable --kms-key` with the key's ARN for this Region: it adds the statements."

// bucketKey looks whether Bedrock can seal objects with a bucket's key. Source of what
// it needs: "Model invocation logging" in Bedrock's user guide.
func (x *examination) bucketKey(ctx context.Context, as, id string) {
	name := as + ": Bedrock may use its key"
	if id == "" || strings.HasPrefix(id, "alias/aws/") || strings.Contains(id, ":alias/aws/") {
		x.keptByAWS(name, "aws/s3")
		return
	}
	if !strings.HasPrefix(id, "arn:") {
		x.untold(name, "the bucket names its key "+id+" without an account: KMS looks for it in the account of whoever writes. Name it by its ARN")
		return
	}
	x.key(ctx, as, id, name, x.p.ofBedrock(tenant{x.p.id, x.p.region}, "", ""), "kms:GenerateDataKey")
}

// groupKey looks whether CloudWatch Logs can use a log group's key. Source: "Encrypt
// log data in CloudWatch Logs using AWS KMS" in its user guide.
func (x *examination) groupKey(ctx context.Context, group, id string) {
	ask := x.p.inService("logs."+x.p.region+"."+x.p.partition.Suffix, "", "")
	ask.context["kms:encryptioncontext:aws:logs:arn"] = x.p.arn("logs", "log-group:"+group)
	x.key(ctx, "log group", id, "log group: CloudWatch may use its key", ask, "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
}

// key looks whether a key can be used, and whether its policy lets a service do with
// it what it must. What these credentials may not read is no pass.
func (x *examination) key(ctx context.Context, as, id, name string, ask asking, actions ...string) {
	enabled := as + ": its key is enabled"
	out, err := x.p.kms().DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &id})
	switch {
	case account.Code(err) == "NotFoundException":
		x.add(false, enabled, "there is no key "+id, withKey)
		return
	case err != nil:
		x.unread(enabled, explain(err, "look at the key "+id))
		return
	}
	state, arn := out.KeyMetadata.KeyState, aws.ToString(out.KeyMetadata.Arn)
	x.add(state == keys.KeyStateEnabled, enabled, id+" is "+string(state), "Enable the key (cancel its deletion first where it is pending): until then no record is written.")
	if out.KeyMetadata.KeyManager == keys.KeyManagerTypeAws {
		x.keptByAWS(name, id)
		return
	}
	policy, err := readKeyPolicy(ctx, x.p, arn)
	if err != nil {
		x.unread(name, err)
		return
	}
	ask.resource, ask.context["aws:requestedregion"] = arn, x.p.region
	if owner := aws.ToString(out.KeyMetadata.AWSAccountId); owner != "" {
		ask.context["aws:resourceaccount"] = owner
	}
	worst := ruling{decision: allows}
	for _, action := range actions {
		ask.action = action
		if r := ask.judge(policy); worst.decision == allows || worst.decision == undecided && r.decision != allows {
			worst = r
		}
	}
	x.ruled(worst, true, name, withKey)
}

// keptByAWS says of a key whose policy AWS writes that nobody can tell: it is for the
// account's own people and roles, and Bedrock is neither. Source: "AWS managed keys"
// in KMS's developer guide.
func (x *examination) keptByAWS(name, id string) {
	x.list = append(x.list, Check{x.p.region, name, Untold, id + " is a key that AWS keeps: it is for people and roles of the account, and nobody can let Bedrock use it",
		"Let S3 seal the bucket without a key, or with one of your own: `seismo logging enable --kms-key`. A call proves whether records come: `seismo logging verify --canary`."})
}

// unread adds a check that these credentials may not make, with what is missing.
func (x *examination) unread(name string, err error) {
	x.amiss(name, err)
	x.list[len(x.list)-1].State = Untold
}
