package standin

import (
	"slices"
	"strings"
)

// Key is a KMS key as DescribeKey shows it.
type Key struct {
	ID, Region string
	State      string // Enabled when empty; Disabled, PendingDeletion
	AWS        bool   // kept by AWS and not by the customer
	Says       string // its description
	Policy     string // "" is one that the account's own policies decide
}

type kmsKey struct{}

func (c *Cloud) kms() *[]Key {
	return state(c, kmsKey{}, func() *[]Key { return new([]Key) })
}

// AddKey puts a key in and returns its ARN.
func (c *Cloud) AddKey(k Key) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.Region == "" {
		k.Region = Region
	}
	keys := c.kms()
	*keys = append(*keys, k)
	return k.arn()
}

// Keys tells the keys of all Regions.
func (c *Cloud) Keys() []Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(*c.kms())
}

func (k Key) arn() string { return partition().ARN("kms", k.Region, AccountID, "key/"+k.ID) }

func (c *Cloud) kmsOperations() map[string]operation {
	return map[string]operation{"DescribeKey": c.describeKey, "GetKeyPolicy": c.keyPolicy, "PutKeyPolicy": c.keyPolicy,
		"ScheduleKeyDeletion": c.scheduleKey}
}

func (c *Cloud) describeKey(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in struct {
		KeyID string `json:"KeyId"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	for _, k := range *c.kms() {
		if k.Region == r.region && (k.ID == in.KeyID || k.arn() == in.KeyID || strings.HasSuffix(in.KeyID, "/"+k.ID)) {
			state, manager := k.State, "CUSTOMER"
			if state == "" {
				state = "Enabled"
			}
			if k.AWS {
				manager = "AWS"
			}
			return map[string]any{"KeyMetadata": map[string]any{
				"KeyId": k.ID, "Arn": k.arn(), "AWSAccountId": AccountID, "Enabled": state == "Enabled",
				"KeyState": state, "KeyManager": manager, "Description": k.Says,
			}}, nil
		}
	}
	return nil, fail(400, "NotFoundException", "Key '%s' does not exist", in.KeyID)
}

// keyPolicy reads or replaces the policy of a key.
func (c *Cloud) keyPolicy(r *request) (any, error) {
	var in struct {
		KeyID  string `json:"KeyId"`
		Policy string `json:"Policy"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	keys := *c.kms()
	for i, k := range keys {
		if k.Region != r.region || k.arn() != in.KeyID && k.ID != in.KeyID {
			continue
		}
		if r.op == "PutKeyPolicy" {
			keys[i].Policy = in.Policy
		}
		if keys[i].Policy == "" {
			keys[i].Policy = `{"Version":"2012-10-17","Statement":[{"Sid":"Owner","Effect":"Allow","Principal":{"AWS":"` +
				partition().ARN("iam", "", AccountID, "root") + `"},"Action":"kms:*","Resource":"*"}]}`
		}
		return map[string]any{"Policy": keys[i].Policy, "PolicyName": "default"}, nil
	}
	return nil, fail(400, "NotFoundException", "Key '%s' does not exist", in.KeyID)
}

// scheduleKey lets a key wait for its deletion.
func (c *Cloud) scheduleKey(r *request) (any, error) {
	var in struct {
		KeyID string `json:"KeyId"`
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	keys := *c.kms()
	for i, k := range keys {
		if k.Region != r.region || k.arn() != in.KeyID && k.ID != in.KeyID {
			continue
		}
		if k.State == "PendingDeletion" {
			return nil, fail(400, "KMSInvalidStateException", "%s is pending deletion.", k.arn())
		}
		keys[i].State = "PendingDeletion"
		return map[string]any{"KeyId": k.arn(), "KeyState": "PendingDeletion", "PendingWindowInDays": 30}, nil
	}
	return nil, fail(400, "NotFoundException", "Key '%s' does not exist", in.KeyID)
}

// SetKeyPolicy replaces the policy of a key.
func (c *Cloud) SetKeyPolicy(id, policy string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range *c.kms() {
		if (*c.kms())[i].ID == id {
			(*c.kms())[i].Policy = policy
		}
	}
}
