package account

import "seismo/internal/config"

// Config says how one source reaches AWS. Its keys are flat, as Elastic's inputs
// spell them; what is not given comes from the SDK's default chain
// (environment, shared files, web identity, container, instance).
type Config struct {
	Region        string          `yaml:"region_name" help:"Region to call; for S3 the bucket's own Region is found when this is not given"`
	DefaultRegion string          `yaml:"default_region" help:"Region when none comes from the source, the environment or the credentials; else us-east-1"`
	Profile       string          `yaml:"credential_profile_name" help:"profile in the shared credentials or config file"`
	SharedFile    string          `yaml:"shared_credential_file" help:"path of a shared credentials file"`
	AccessKeyID   string          `yaml:"access_key_id" help:"static credentials; better: a profile or a role"`
	SecretKey     config.Secret   `yaml:"secret_access_key" help:"static credentials"`
	SessionToken  config.Secret   `yaml:"session_token" help:"static credentials"`
	RoleARN       string          `yaml:"role_arn" help:"role to assume"`
	ExternalID    config.Secret   `yaml:"external_id" help:"external id that the role's trust policy asks for"`
	WebIdentity   string          `yaml:"web_identity_token_file" help:"file with an OIDC token; role_arn is assumed with it"`
	Endpoint      string          `yaml:"endpoint" help:"URL of the services' entry point, for emulators, S3-compatible stores and private endpoints"`
	FIPS          bool            `yaml:"fips_enabled" help:"use the FIPS endpoints"`
	DualStack     bool            `yaml:"dualstack_enabled" help:"use the IPv4 and IPv6 endpoints"`
	PathStyle     bool            `yaml:"path_style" help:"put the bucket in the path; implied by an endpoint that is an address"`
	ProxyURL      config.Secret   `yaml:"proxy_url" help:"http[s]://user:password@host:port; default: HTTPS_PROXY and NO_PROXY"`
	APITimeout    config.Duration `yaml:"api_timeout" help:"longest time of one call, default 2m; bodies being read are not cut"`
	QuotaShare    float64         `yaml:"quota_share" help:"share of each AWS quota that may be used, default 0.8, at most 0.8"`
}
