package digest

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// signatureAlgorithm is the only one that CloudTrail signs with: RSA over SHA-256
// with the padding of PKCS #1 version 1.5.
const (
	signatureAlgorithm = "SHA256withRSA"
	hashAlgorithm      = "SHA-256"
)

// signed is the text that AWS signed: the end of the hour, where the digest was
// written, its hash, and the signature of the digest before it.
func (d *Digest) signed(hash string) []byte {
	previous := d.Previous.Signature
	if previous == "" {
		previous = "null"
	}
	return []byte(d.endText + "\n" + d.Bucket + "/" + d.Key + "\n" + hash + "\n" + previous)
}

var errSignature = errors.New(reasonSignature)

// verify checks a signature, in hex, of a digest whose content has the given
// hash. The error is errSignature when it is not AWS's.
func (d *Digest) verify(key *rsa.PublicKey, hash, signature string) error {
	if d.Algorithm != signatureAlgorithm {
		return fmt.Errorf("%s %q", reasonAlgorithm, d.Algorithm)
	}
	sig, err := hex.DecodeString(signature)
	if err != nil {
		return errSignature
	}
	sum := sha256.Sum256(d.signed(hash))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) != nil {
		return errSignature
	}
	return nil
}

// signature finds the key and checks the signature. reason is "" when it is
// AWS's; err is a key that could not be asked for.
func (d *Digest) signature(ctx context.Context, keys Keys, n name, at time.Time, hash, signature string) (reason string, err error) {
	key, err := keys(ctx, d.Fingerprint, []string{n.Region, n.Home}, at)
	switch {
	case errors.Is(err, ErrNoKey):
		return fmt.Sprintf("public key not found in region %s for fingerprint %s", n.Region, d.Fingerprint), nil
	case errors.Is(err, ErrBadKey):
		return "unable to load PKCS #1 key with fingerprint " + d.Fingerprint, nil
	case err != nil:
		return "", err
	}
	if err := d.verify(key, hash, signature); err != nil {
		return err.Error(), nil
	}
	return "", nil
}
