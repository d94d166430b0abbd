package standin

import (
	"fmt"
	"strings"
	"time"

	"seismo/internal/account"
)

// SessionToken is the token of every role that the stand-in lends.
const SessionToken = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"

// identities is who signs with which access key.
type identities struct {
	roles      map[string]string // ARN of the session by access key
	externalID map[string]string // by role: what its trust policy asks for
	life       time.Duration
}

type stsKey struct{}

func (c *Cloud) sts() *identities {
	return state(c, stsKey{}, func() *identities {
		return &identities{roles: map[string]string{}, externalID: map[string]string{}, life: time.Hour}
	})
}

// Trust makes a role ask for an external id.
func (c *Cloud) Trust(role, externalID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sts().externalID[role] = externalID
}

func (c *Cloud) stsOperations() map[string]operation {
	return map[string]operation{
		"GetCallerIdentity": c.callerIdentity, "AssumeRole": c.assumeRole, "AssumeRoleWithWebIdentity": c.assumeRole,
	}
}

// Caller is the ARN of who signs with an access key: a user, or a role's session.
func (c *Cloud) caller(accessKey string) string {
	if arn := c.sts().roles[accessKey]; arn != "" {
		return arn
	}
	return partition().ARN("iam", "", AccountID, "user/collector")
}

func partition() account.Partition { return account.PartitionOf(Region) }

func (c *Cloud) callerIdentity(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	arn := c.caller(r.accessKey)
	parts, _ := account.ParseARN(arn)
	return map[string]any{"Account": parts.Account, "Arn": arn, "UserId": "AIDACKCEVSQ6C2EXAMPLE"}, nil
}

// assumeRole lends a role, with a token or without.
func (c *Cloud) assumeRole(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := r.form.Get("RoleArn")
	role, ok := account.ParseARN(text)
	if !ok {
		return nil, fail(400, "ValidationError", "%s is invalid", text)
	}
	if want := c.sts().externalID[text]; want != "" && want != r.form.Get("ExternalId") {
		return nil, fail(403, "AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			c.caller(r.accessKey), text)
	}
	name := strings.TrimPrefix(role.Resource, "role/")
	session := name[strings.LastIndexByte(name, '/')+1:] + "/" + r.form.Get("RoleSessionName")
	ids := c.sts()
	key := fmt.Sprintf("ASIA%012dEXAM", len(ids.roles)+1)
	arn := account.PartitionOf(Region).ARN("sts", "", role.Account, "assumed-role/"+session)
	ids.roles[key] = arn
	return map[string]any{
		"Credentials": map[string]any{
			"AccessKeyId": key, "SecretAccessKey": SecretKey, "SessionToken": SessionToken,
			"Expiration": time.Now().Add(ids.life),
		},
		"AssumedRoleUser": map[string]any{"Arn": arn, "AssumedRoleId": "AROA3XFRBF535EXAMPLE:" + r.form.Get("RoleSessionName")},
	}, nil
}
