package account

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"seismo/internal/config"
)

// Defaults of what a configuration leaves out.
const (
	// DefaultTimeout is how long one try of a call may stay without a byte of an
	// answer. Two tries that time out fit into the minute within which a source
	// that cannot work must say why; a long poll of 20 s fits into one.
	DefaultTimeout = 25 * time.Second
	// MaxQuotaShare is the default of quota_share, and the most that it may be.
	MaxQuotaShare = 0.8
	// LastRegion is the Region when nobody names one.
	LastRegion = "us-east-1"
)

// Config says how one source reaches AWS. Its keys are flat, as Elastic's inputs
// spell them; what is not given comes from the SDK's default chain
// (environment, shared files, web identity, container, instance).
type Config struct {
	Region        string          `yaml:"region_name" help:"Region to call; for S3 the bucket's own Region is found when this is not given"`
	DefaultRegion string          `yaml:"default_region" help:"Region when none comes from the source, the environment or the profile; else us-east-1"`
	Profile       string          `yaml:"credential_profile_name" help:"profile in the shared credentials or config file"`
	SharedFile    string          `yaml:"shared_credential_file" help:"path of a shared credentials file"`
	AccessKeyID   string          `yaml:"access_key_id" help:"static credentials; better: a profile or a role"`
	SecretKey     config.Secret   `yaml:"secret_access_key" help:"static credentials"`
	SessionToken  config.Secret   `yaml:"session_token" help:"static credentials"`
	RoleARN       string          `yaml:"role_arn" help:"role to assume"`
	ExternalID    config.Secret   `yaml:"external_id" help:"external id that the role's trust policy asks for"`
	WebIdentity   string          `yaml:"web_identity_token_file" help:"file with an OIDC token; role_arn is assumed with it"`
	Endpoint      string          `yaml:"endpoint" help:"URL of the services' entry point, for emulators, S3-compatible stores and private endpoints; amazonaws.com alone means AWS itself"`
	FIPS          bool            `yaml:"fips_enabled" help:"use the FIPS endpoints"`
	DualStack     bool            `yaml:"dualstack_enabled" help:"use the IPv4 and IPv6 endpoints"`
	PathStyle     bool            `yaml:"path_style" help:"put the bucket in the path; implied by an endpoint"`
	ProxyURL      config.Secret   `yaml:"proxy_url" help:"http[s]://user:password@host:port; default: HTTPS_PROXY and NO_PROXY"`
	APITimeout    config.Duration `yaml:"api_timeout" help:"longest silence of one try of a call, default 25s; a body that flows is never cut"`
	QuotaShare    float64         `yaml:"quota_share" help:"share of each AWS quota that may be used, default and at most 0.8"`
}

// Check says what is wrong with the configuration before anything is asked of
// AWS. Each error names its keys and the remedy; several are joined.
func (c *Config) Check() error {
	var wrong []error
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	c.checkCredentials(say)
	c.checkPlaces(say)
	say(c.QuotaShare < 0 || c.QuotaShare > MaxQuotaShare,
		`"quota_share" is %v: give a number above 0 and at most %v`, c.QuotaShare, MaxQuotaShare)
	return errors.Join(wrong...)
}

func (c *Config) checkCredentials(say func(bad bool, format string, args ...any)) {
	static := c.AccessKeyID != "" || c.SecretKey != ""
	say((c.AccessKeyID == "") != (c.SecretKey == ""),
		`"access_key_id" and "secret_access_key" belong together: give both or neither`)
	say(c.SessionToken != "" && !static,
		`"session_token" needs "access_key_id" and "secret_access_key": give all three or none`)
	say(static && c.Profile != "",
		`"access_key_id" and "credential_profile_name" exclude each other: keep the one that is meant`)
	say(static && c.WebIdentity != "",
		`"access_key_id" and "web_identity_token_file" exclude each other: keep the one that is meant`)
	say(c.ExternalID != "" && c.RoleARN == "",
		`"external_id" needs "role_arn": name the role whose trust policy asks for it`)
	say(c.ExternalID != "" && c.WebIdentity != "",
		`"external_id" has no meaning with "web_identity_token_file": remove one of them`)
	say(c.WebIdentity != "" && c.RoleARN == "",
		`"web_identity_token_file" needs "role_arn": name the role to assume with the token`)
	if c.RoleARN != "" {
		role, ok := ParseARN(c.RoleARN)
		say(!ok || role.Service != "iam" || !strings.HasPrefix(role.Resource, "role/"),
			`"role_arn" is not the ARN of a role: %q; write one as IAM shows it, with :iam::ACCOUNT:role/NAME`, c.RoleARN)
	}
	if c.SharedFile != "" {
		_, err := os.Stat(c.SharedFile)
		say(err != nil, `"shared_credential_file" cannot be read: %w; give the path of a file that exists`, err)
	}
}

func (c *Config) checkPlaces(say func(bad bool, format string, args ...any)) {
	endpoint, err := c.endpoint()
	say(err != nil, `%w`, err)
	say(endpoint != "" && c.FIPS,
		`"endpoint" and "fips_enabled" exclude each other: name the FIPS entry point in "endpoint", or remove it`)
	say(endpoint != "" && c.DualStack,
		`"endpoint" and "dualstack_enabled" exclude each other: remove one of them`)
	if c.ProxyURL != "" {
		_, err := c.proxy()
		say(err != nil, `%w`, err)
	}
	for key, region := range map[string]string{"region_name": c.Region, "default_region": c.DefaultRegion} {
		say(strings.ContainsFunc(region, notOfRegion), `%q is not a Region: %q; write one as us-east-1`, key, region)
	}
}

func notOfRegion(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
}

// endpoint is the URL of a custom entry point, "" for AWS's own. Elastic's input
// also takes AWS's bare domain there, which says nothing new.
func (c *Config) endpoint() (string, error) {
	text := strings.TrimSuffix(c.Endpoint, "/")
	if text == "" || isSuffix(text) {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" {
		// The text is not repeated: it may hold a password.
		return "", errors.New(`"endpoint" is not a URL of a service: write for example https://s3.example.com:9000, without user, password or query`)
	}
	return text, nil
}

func (c *Config) proxy() (*url.URL, error) {
	u, err := url.Parse(c.ProxyURL.Reveal())
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New(`"proxy_url" is not the URL of a proxy: write http[s]://user:password@host:port`)
	}
	return u, nil
}

func (c *Config) timeout() time.Duration {
	if c.APITimeout > 0 {
		return c.APITimeout.Std()
	}
	return DefaultTimeout
}

func (c *Config) share() float64 {
	if c.QuotaShare > 0 && c.QuotaShare <= MaxQuotaShare {
		return c.QuotaShare
	}
	return MaxQuotaShare
}
