package account_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/test/standin"
)

// alone takes the machine's own AWS configuration out of a test.
func alone(t *testing.T) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func open(t *testing.T, cfg account.Config) *account.Account {
	t.Helper()
	a, err := account.Open(context.Background(), cfg, account.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRegionComesFromTheFirstThatNamesOne(t *testing.T) {
	for _, tt := range []struct {
		name, config, fallback, environment, want string
	}{
		{"configuration", "eu-west-1", "ap-south-1", "eu-north-1", "eu-west-1"},
		{"environment before the fallback", "", "cn-north-1", "eu-north-1", "eu-north-1"},
		{"fallback", "", "cn-north-1", "", "cn-north-1"},
		{"nobody", "", "", "", "us-east-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			alone(t)
			if tt.environment != "" {
				t.Setenv("AWS_REGION", tt.environment)
			}
			a := open(t, account.Config{Region: tt.config, DefaultRegion: tt.fallback})
			if a.Region() != tt.want {
				t.Errorf("Region() = %q, want %q", a.Region(), tt.want)
			}
		})
	}
}

func TestCredentialsComeFromWhatIsNamed(t *testing.T) {
	alone(t)
	file := filepath.Join(t.TempDir(), "shared")
	text := "[default]\naws_access_key_id = AKIADEFAULTEXAMPLE00\naws_secret_access_key = x\n" +
		"[logs]\naws_access_key_id = AKIALOGSEXAMPLE00000\naws_secret_access_key = y\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		cfg  account.Config
		want string
	}{
		{"shared file", account.Config{SharedFile: file}, "AKIADEFAULTEXAMPLE00"},
		{"profile in it", account.Config{SharedFile: file, Profile: "logs"}, "AKIALOGSEXAMPLE00000"},
		{"static keys", account.Config{AccessKeyID: standin.AccessKeyID, SecretKey: standin.SecretKey}, standin.AccessKeyID},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := open(t, tt.cfg).SDK("").Credentials.Retrieve(context.Background())
			if err != nil || got.AccessKeyID != tt.want {
				t.Errorf("key %q, %v; want %q", got.AccessKeyID, err, tt.want)
			}
		})
	}
	_, err := account.Open(context.Background(), account.Config{SharedFile: file, Profile: "absent"}, account.Options{})
	var fault *source.Fault
	if !errors.As(err, &fault) || fault.Kind != source.Misconfigured || !strings.Contains(fault.Remedy, "credential_profile_name") {
		t.Errorf("a profile that is not there: %v", err)
	}
}

func TestRoleIsAssumedWithItsExternalID(t *testing.T) {
	alone(t)
	const role = "arn:aws:iam::444455556666:role/logs/reader"
	cloud := standin.New(t)
	cloud.Trust(role, "shared-word")
	cfg := cloud.Config()
	cfg.RoleARN, cfg.ExternalID = role, "shared-word"
	if id, err := cloud.Open(t, cfg).ID(context.Background()); err != nil || id != "444455556666" {
		t.Errorf("with the external id: account %q, %v", id, err)
	}
	cfg.ExternalID = "another-word"
	_, err := cloud.Open(t, cfg).ID(context.Background())
	var fault *source.Fault
	if !errors.As(err, &fault) || fault.Kind != source.Forbidden || fault.Action != "sts:AssumeRole" || fault.Resource != role {
		t.Errorf("with a wrong external id: %#v", err)
	}
	if strings.Contains(err.Error(), "another-word") {
		t.Error("the external id stands in the error")
	}
}

func TestRoleIsAssumedWithAWebIdentity(t *testing.T) {
	alone(t)
	cloud := standin.New(t)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("eyJhbGciOiJub25lIn0.eyJzdWIiOiJleGFtcGxlIn0.c2ln"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := account.Config{
		Region: standin.Region, Endpoint: cloud.Config().Endpoint,
		RoleARN: "arn:aws:iam::444455556666:role/reader", WebIdentity: token,
	}
	if id, err := cloud.Open(t, cfg).ID(context.Background()); err != nil || id != "444455556666" {
		t.Errorf("account %q, %v", id, err)
	}
	if n := cloud.Count("sts", "AssumeRoleWithWebIdentity"); n != 1 {
		t.Errorf("AssumeRoleWithWebIdentity was called %d times", n)
	}
}

// addressed records where a request would have gone.
type addressed struct{ urls []string }

func (a *addressed) RoundTrip(r *http.Request) (*http.Response, error) {
	a.urls = append(a.urls, r.URL.Scheme+"://"+r.URL.Host+r.URL.EscapedPath())
	return nil, errors.New("no network in this test")
}

func TestEndpoints(t *testing.T) {
	static := account.Config{AccessKeyID: standin.AccessKeyID, SecretKey: standin.SecretKey}
	for _, tt := range []struct {
		name    string
		change  func(*account.Config)
		s3, sqs string
	}{
		{"plain", func(c *account.Config) { c.Region = "eu-west-1" },
			"https://logs.s3.eu-west-1.amazonaws.com/k", "https://sqs.eu-west-1.amazonaws.com/"},
		{"FIPS", func(c *account.Config) { c.Region, c.FIPS = "us-gov-west-1", true },
			"https://logs.s3-fips.us-gov-west-1.amazonaws.com/k", "https://sqs.us-gov-west-1.amazonaws.com/"},
		{"dual-stack", func(c *account.Config) { c.Region, c.DualStack = "eu-west-1", true },
			"https://logs.s3.dualstack.eu-west-1.amazonaws.com/k", "https://sqs.eu-west-1.api.aws/"},
		{"China", func(c *account.Config) { c.Region = "cn-north-1" },
			"https://logs.s3.cn-north-1.amazonaws.com.cn/k", "https://sqs.cn-north-1.amazonaws.com.cn/"},
		{"path style", func(c *account.Config) { c.Region, c.PathStyle = "eu-west-1", true },
			"https://s3.eu-west-1.amazonaws.com/logs/k", "https://sqs.eu-west-1.amazonaws.com/"},
		{"custom endpoint", func(c *account.Config) { c.Endpoint = "http://192.0.2.1:9000/" },
			"http://192.0.2.1:9000/logs/k", "http://192.0.2.1:9000/"},
		{"AWS's bare domain", func(c *account.Config) { c.Endpoint, c.Region = "amazonaws.com", "eu-west-1" },
			"https://logs.s3.eu-west-1.amazonaws.com/k", "https://sqs.eu-west-1.amazonaws.com/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			alone(t)
			cfg, wire := static, &addressed{}
			tt.change(&cfg)
			a, err := account.Open(context.Background(), cfg, account.Options{Client: wire})
			if err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			_, _ = a.S3("").GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("logs"), Key: aws.String("k")}, once)
			_, _ = a.SQS("").ListQueues(ctx, &sqs.ListQueuesInput{}, func(o *sqs.Options) { o.Retryer = aws.NopRetryer{} })
			if len(wire.urls) != 2 || wire.urls[0] != tt.s3 || wire.urls[1] != tt.sqs {
				t.Errorf("asked %q, want %q", wire.urls, []string{tt.s3, tt.sqs})
			}
		})
	}
}

func once(o *s3.Options) { o.Retryer = aws.NopRetryer{} }

// Everything secret that a configuration can hold is put in, calls fail and
// succeed at debug level, and none of it may come out anywhere.
func TestNoSecretIsEverSaid(t *testing.T) {
	alone(t)
	const canary = "Canary7331"
	cloud := standin.New(t)
	cloud.Fault(standin.Fault{Service: "sqs", Status: 403, Code: "SignatureDoesNotMatch",
		Message: "The Canonical String for this request should have been\n'POST\n/\n\nhost:sqs.us-east-1.amazonaws.com\nx-amz-security-token:" +
			canary + "token\n\nhost;x-amz-security-token'"})
	cfg := cloud.Config()
	cfg.SecretKey, cfg.SessionToken = config.Secret(canary+"secret"), config.Secret(canary+"token")
	cfg.RoleARN, cfg.ExternalID = "arn:aws:iam::444455556666:role/reader", config.Secret(canary+"external")
	cfg.ProxyURL = config.Secret("http://user:" + canary + "proxy@192.0.2.1:3128")
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := account.Open(context.Background(), cfg, account.Options{Log: log, Client: cloud.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := a.ID(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = a.SQS("").ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String("https://sqs.us-east-1.amazonaws.com/111122223333/q?X-Amz-Signature=" + canary)})
	if err == nil {
		t.Fatal("the script's fault did not come")
	}
	said.WriteString(account.Explain(err, "receive from https://user:"+canary+"@sqs.example.com/q?token="+canary).Error())
	bad := cfg
	bad.Endpoint = "https://user:" + canary + "@example.com"
	said.WriteString(bad.Check().Error())
	if !strings.Contains(said.String(), "operation=ReceiveMessage") {
		t.Error("nothing was logged at debug level: the test sees nothing")
	}
	if i := strings.Index(said.String(), canary); i >= 0 {
		t.Errorf("a secret was said: …%s", said.String()[max(0, i-120):min(said.Len(), i+20)])
	}
}

func TestCheckNamesTheKeys(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  account.Config
		keys []string
	}{
		{"half of a key", account.Config{AccessKeyID: standin.AccessKeyID}, []string{"access_key_id", "secret_access_key"}},
		{"token alone", account.Config{SessionToken: "t"}, []string{"session_token", "access_key_id"}},
		{"two ways", account.Config{AccessKeyID: "A", SecretKey: "s", Profile: "p"}, []string{"access_key_id", "credential_profile_name"}},
		{"external id without a role", account.Config{ExternalID: "x"}, []string{"external_id", "role_arn"}},
		{"token file without a role", account.Config{WebIdentity: "f"}, []string{"web_identity_token_file", "role_arn"}},
		{"user for a role", account.Config{RoleARN: "arn:aws:iam::111122223333:user/u"}, []string{"role_arn"}},
		{"FIPS and an endpoint", account.Config{FIPS: true, Endpoint: "https://s3.example.com"}, []string{"endpoint", "fips_enabled"}},
		{"dual-stack and an endpoint", account.Config{DualStack: true, Endpoint: "https://s3.example.com"}, []string{"endpoint", "dualstack_enabled"}},
		{"endpoint without a scheme", account.Config{Endpoint: "s3.example.com"}, []string{"endpoint"}},
		{"proxy without a scheme", account.Config{ProxyURL: "192.0.2.1:3128"}, []string{"proxy_url"}},
		{"Region with a space", account.Config{Region: "us east 1"}, []string{"region_name"}},
		{"whole quota", account.Config{QuotaShare: 1}, []string{"quota_share"}},
		{"file that is not there", account.Config{SharedFile: "/absent/credentials"}, []string{"shared_credential_file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.cfg.Check()
			if err == nil {
				t.Fatal("no error")
			}
			for _, key := range tt.keys {
				if !strings.Contains(err.Error(), `"`+key+`"`) {
					t.Errorf("%q does not name %s", err, key)
				}
			}
		})
	}
	good := account.Config{RoleARN: "arn:aws-cn:iam::111122223333:role/path/reader", ExternalID: "x", QuotaShare: 0.5,
		Region: "cn-north-1", ProxyURL: "http://u:p@192.0.2.1:3128"}
	if err := good.Check(); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
}
