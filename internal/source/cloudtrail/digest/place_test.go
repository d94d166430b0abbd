package digest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/source"
	"seismo/test/standin"
)

// inCloud writes a trail of six hours of an organization into a bucket of another
// Region than the account's, with the key where CloudTrail publishes it.
func inCloud(t *testing.T) (*standin.Cloud, []written) {
	t.Helper()
	return below(t, "trails/")
}

func below(t *testing.T, prefix string) (*standin.Cloud, []written) {
	t.Helper()
	cloud := standin.New(t)
	cloud.Bucket(bucket, "ap-south-1")
	tr := (&standin.Trail{T: t, Bucket: bucket, Region: "eu-west-1", Prefix: prefix, Org: "o-exampleorg/"}).Into(cloud)
	d := tr.Hours(noon, 6)
	key := standin.SigningKey()
	key.Region, key.From, key.To = "eu-west-1", noon.Add(-300*time.Hour), noon.Add(300*time.Hour)
	cloud.PublishKey(key)
	cloud.SetTrails(map[string]any{"Name": "my_trail", "TrailARN": trailARN, "S3BucketName": bucket, "S3KeyPrefix": strings.TrimSuffix(prefix, "/"),
		"HomeRegion": "us-east-1", "IsOrganizationTrail": true})
	return cloud, d
}

const trailARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/my_trail"

func cloudConfig(t *testing.T, cloud *standin.Cloud, tell func(Verdict)) Config {
	a := cloud.Account(t)
	return Config{Shelf: NewBuckets(a), Keys: PublishedKeys(a), Bucket: bucket, From: noon.Add(-24 * time.Hour), To: noon.Add(5 * time.Hour), Tell: tell}
}

func TestBuckets(t *testing.T) {
	cloud, d := inCloud(t)
	cloud.DeleteObject(bucket, d[2].Logs[1])
	var lines []string
	cfg := cloudConfig(t, cloud, func(v Verdict) {
		if v.State != Valid {
			lines = append(lines, v.String())
		}
	})
	trail, err := FindTrail(t.Context(), cloud.Account(t), trailARN)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Trail{bucket, "trails/AWSLogs/", "my_trail", "us-east-1"}, trail); diff != "" {
		t.Error(diff)
	}
	cfg.Prefix, cfg.Chain.Trail, cfg.Chain.Home = trail.Prefix, trail.Name, trail.Home
	got, err := Validate(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digests != (Count{Valid: 6}) || got.Logs != (Count{Valid: 9, Invalid: 1, Missing: 1}) {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{logLine(d[2].Logs[1], "INVALID: not found")}, lines); diff != "" {
		t.Error(diff)
	}
	if n := cloud.Count("cloudtrail", "ListPublicKeys"); n != 1 {
		t.Errorf("%d calls of ListPublicKeys for one day of one Region", n)
	}
}

// Faults of reading are told of their files; those of listing, or of the keys'
// permission, end the validation or leave the digest unchecked, never invalid.
func TestFaultsOfBuckets(t *testing.T) {
	cloud, d := inCloud(t)
	cloud.Fault(standin.Fault{Service: "s3", Op: "GetObject", Key: d[4].Logs[0], Cut: 20, Times: 1}, // and well afterwards
		standin.Fault{Service: "s3", Op: "GetObject", Key: d[4].Key, Cut: 20, Times: 2})
	heal := cloud.Fault(standin.Fault{Service: "s3", Op: "GetObject", Key: d[3].Logs[0], Cut: 20})
	got, err := Validate(t.Context(), cloudConfig(t, cloud, nil), nil)
	if err != nil || got.Invalid() || got.Logs.Unread != 1 || got.Logs.Valid != 9 {
		t.Errorf("a body that is cut: %+v, %v", got, err)
	}
	heal()
	heal = cloud.Fault(standin.Fault{Service: "cloudtrail", Op: "ListPublicKeys", Status: 400, Code: "AccessDeniedException", Message: "no"})
	got, err = Validate(t.Context(), cloudConfig(t, cloud, nil), nil)
	if err != nil || got.Invalid() || got.Digests.Unread != 6 {
		t.Errorf("keys that may not be listed: %+v, %v", got, err)
	}
	heal()
	cloud.Fault(standin.Fault{Service: "s3", Op: "ListObjectsV2", Status: 403, Code: "AccessDenied", Message: "no"})
	_, err = Validate(t.Context(), cloudConfig(t, cloud, nil), nil)
	var fault *source.Fault
	if !errors.As(err, &fault) || fault.Kind != source.Forbidden {
		t.Errorf("a bucket that may not be listed: %v", err)
	}
}

func TestKeyOfAnotherRegion(t *testing.T) {
	cloud, _ := inCloud(t)
	cfg := cloudConfig(t, cloud, nil)
	find := cfg.Keys
	if _, err := find(t.Context(), standin.KeyFingerprint, []string{"us-west-2"}, noon); !errors.Is(err, ErrNoKey) {
		t.Errorf("in a Region without keys: %v", err)
	}
	if _, err := find(t.Context(), standin.KeyFingerprint, []string{"us-west-2", "eu-west-1"}, noon); err != nil {
		t.Errorf("in the second Region: %v", err)
	}
	if _, err := find(t.Context(), "none", []string{"us-west-2", "eu-west-1"}, noon); !errors.Is(err, ErrNoKey) {
		t.Errorf("an unknown key: %v", err)
	}
}

// inFolder writes a trail of six hours into a folder, as aws s3 sync would.
func inFolder(t *testing.T, below string) (dir string, d []written) {
	t.Helper()
	dir = t.TempDir()
	tr := &standin.Trail{T: t, Bucket: bucket, Region: "eu-west-1", Prefix: "trails/"}
	tr.Put = func(key string, body []byte, _ map[string]string) {
		name := filepath.Join(dir, below, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, tr.Hours(noon, 6)
}

func folderConfig(t *testing.T, dir string, lines *[]string) Config {
	t.Helper()
	folder, below, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	return Config{Shelf: folder, Keys: testKeys(t), Prefix: below, Copy: true, To: noon.Add(5 * time.Hour), Tell: func(v Verdict) {
		if v.State != Valid {
			*lines = append(*lines, v.String())
		}
	}}
}

// A copy in a folder has no signatures; the chain has all but the newest.
func TestFolder(t *testing.T) {
	for name, place := range map[string]struct{ below, ask string }{
		"as in the bucket":    {"", ""},
		"beside other things": {"evidence/" + bucket, ""},
		"from inside":         {"", "trails/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1"},
		"from the top folder": {"", "trails/AWSLogs"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, d := inFolder(t, place.below)
			newest := filepath.Join(dir, place.below, filepath.FromSlash(d[5].Key))
			var lines []string
			got, err := Validate(t.Context(), folderConfig(t, filepath.Join(dir, place.ask), &lines), nil)
			if err != nil || got.Digests != (Count{Valid: 5, Unread: 1}) || got.Logs != (Count{Valid: 8}) {
				t.Errorf("%+v, %v, %s", got, err, lines)
			}
			if err := os.WriteFile(newest+".signature", []byte(d[5].Signature+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			log := filepath.Join(dir, place.below, filepath.FromSlash(d[4].Logs[1]))
			if err := os.WriteFile(log, standin.Zip("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err = Validate(t.Context(), folderConfig(t, filepath.Join(dir, place.ask), &lines), nil)
			if err != nil || got.Digests != (Count{Valid: 6}) || got.Logs != (Count{Valid: 9, Invalid: 1}) {
				t.Errorf("with the signature: %+v, %v, %s", got, err, lines)
			}
		})
	}
}

func TestFolderLeadsNowhereElse(t *testing.T) {
	dir, _ := inFolder(t, "")
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	folder, _, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for _, key := range []string{"../secret", "/etc/passwd", "a/../../secret", "link"} {
		if f, err := folder.Open(t.Context(), "", key); err == nil {
			f.Close()
			t.Errorf("%s was opened", key)
		}
	}
}

func TestReadKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"one":        {standin.KeysFile(), nil},
		"two files":  {`{"PublicKeyList":[]}` + "\n" + standin.KeysFile(), nil},
		"another":    {strings.ReplaceAll(standin.KeysFile(), standin.KeyFingerprint, "ffff"), ErrNoKey},
		"no DER":     {fmt.Sprintf(`{"PublicKeyList":[{"Fingerprint":%q,"Value":%q}]}`, standin.KeyFingerprint, base64.StdEncoding.EncodeToString([]byte("x"))), ErrBadKey},
		"no key":     {`{"PublicKeyList":[]}`, errAny},
		"no base64":  {`{"PublicKeyList":[{"Fingerprint":"f","Value":"?"}]}`, errAny},
		"no JSON":    {`keys`, errAny},
		"empty file": {``, errAny},
	} {
		keys, err := ReadKeys(strings.NewReader(tt.text))
		if err != nil {
			if !errors.Is(tt.want, errAny) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if _, err := keys(context.Background(), standin.KeyFingerprint, nil, noon); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

var errAny = errors.New("any")

// Whoever deletes the newest digests with their log files leaves nothing that is
// invalid; what nobody vouches for is not called checked all the same.
func TestDeletedEndIsNotCalledGood(t *testing.T) {
	cloud, d := inCloud(t)
	whole, err := Validate(t.Context(), cloudConfig(t, cloud, nil), nil)
	if err != nil || whole.Invalid() || whole.Unchecked() {
		t.Fatalf("before: %+v, %v", whole, err)
	}
	for _, w := range d[1:] {
		for _, key := range append(w.Logs, w.Key) {
			cloud.DeleteObject(bucket, key)
		}
	}
	got, err := Validate(t.Context(), cloudConfig(t, cloud, nil), nil)
	if err != nil || got.Invalid() || !got.Unchecked() || got.Unvouched != 1 {
		t.Errorf("after: %+v, %v", got, err)
	}
}

// A key may hold characters that XML has no way to write. They come as they are,
// and what lies beside them is validated.
func TestKeysOfAnyCharacters(t *testing.T) {
	cloud, d := below(t, "a +%41&é/")
	const odd = "\x1b[2J\x01 +%41\n/"
	cloud.PutObject(bucket, odd+"x\x02", nil)
	shelf := NewBuckets(cloud.Account(t))
	folders, err := shelf.Folders(t.Context(), bucket, "")
	if diff := cmp.Diff([]string{odd, "a +%41&é/"}, folders); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for key, err := range shelf.Keys(t.Context(), bucket, odd, "") {
		if key != odd+"x\x02" || err != nil {
			t.Errorf("%q, %v", key, err)
		}
	}
	got, err := Validate(t.Context(), cloudConfig(t, cloud, nil), nil)
	if err != nil || got.Digests.Valid != int64(len(d)) || got.Invalid() || got.Unchecked() {
		t.Errorf("%+v, %v", got, err)
	}
}
