package digest

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"seismo/internal/account"
	"seismo/internal/jsondoc"
)

// parseKey reads a public key as CloudTrail gives it: DER in the form of PKCS #1.
func parseKey(der []byte) (*rsa.PublicKey, error) {
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return nil, ErrBadKey
	}
	return key, nil
}

// published asks CloudTrail for public keys, each day of each Region once.
type published struct {
	account *account.Account
	mu      sync.Mutex
	keys    map[string][]byte // DER by fingerprint
	asked   map[string]bool   // Region and day
}

// PublishedKeys are the keys that CloudTrail publishes, by ListPublicKeys.
func PublishedKeys(a *account.Account) Keys {
	p := &published{account: a, keys: map[string][]byte{}, asked: map[string]bool{}}
	return p.find
}

func (p *published) find(ctx context.Context, fingerprint string, regions []string, at time.Time) (*rsa.PublicKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, region := range regions {
		if der, ok := p.keys[fingerprint]; ok {
			return parseKey(der)
		}
		if err := p.ask(ctx, region, at); err != nil {
			return nil, err
		}
	}
	if der, ok := p.keys[fingerprint]; ok {
		return parseKey(der)
	}
	return nil, ErrNoKey
}

// ask gets the keys of a Region that were in use within a day of a time. Every
// Region has keys of its own.
func (p *published) ask(ctx context.Context, region string, at time.Time) error {
	asked := region + at.UTC().Format(" 2006-01-02")
	if p.asked[asked] {
		return nil
	}
	day := at.UTC().Truncate(24 * time.Hour)
	in := &cloudtrail.ListPublicKeysInput{
		StartTime: aws.Time(day.Add(-24 * time.Hour)), EndTime: aws.Time(day.Add(48 * time.Hour))}
	for {
		out, err := p.account.CloudTrail(region).ListPublicKeys(ctx, in)
		if err != nil {
			return account.Explain(err, "list the public keys of CloudTrail in "+region)
		}
		for _, k := range out.PublicKeyList {
			p.keys[aws.ToString(k.Fingerprint)] = k.Value
		}
		if aws.ToString(out.NextToken) == "" {
			p.asked[asked] = true
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// maxKeysFile is more than the keys of all Regions and years take.
const maxKeysFile = 16 << 20

// ReadKeys reads public keys from what `aws cloudtrail list-public-keys` prints:
// {"PublicKeyList":[{"Fingerprint":"…","Value":"base64"}]}. Several such
// documents may follow one another.
func ReadKeys(r io.Reader) (Keys, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKeysFile))
	if err != nil {
		return nil, err
	}
	known := map[string][]byte{}
	var parser jsondoc.Parser
	for text = bytes.TrimSpace(text); len(text) > 0; text = bytes.TrimSpace(text) {
		n, err := parser.Prefix(text, true)
		if err != nil {
			return nil, fmt.Errorf("the file of keys: %w", err)
		}
		if err := addKeys(known, parser.Take(text[:n])); err != nil {
			return nil, err
		}
		text = text[n:]
	}
	if len(known) == 0 {
		return nil, errors.New(`the file of keys has none: save what "aws cloudtrail list-public-keys" prints`)
	}
	return func(_ context.Context, fingerprint string, _ []string, _ time.Time) (*rsa.PublicKey, error) {
		if der, ok := known[fingerprint]; ok {
			return parseKey(der)
		}
		return nil, ErrNoKey
	}, nil
}

func addKeys(known map[string][]byte, doc jsondoc.Value) error {
	for k := range doc.Get("PublicKeyList").Items() {
		der, err := base64.StdEncoding.DecodeString(k.Get("Value").Str())
		fingerprint := k.Get("Fingerprint").Str()
		if err != nil || fingerprint == "" {
			return fmt.Errorf("the file of keys: the key with fingerprint %q is not base64", fingerprint)
		}
		known[fingerprint] = der
	}
	return nil
}
