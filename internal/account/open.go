package account

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	sdkconfig "github.com/aws/aws-sdk-go-v2/config"
)

// session names seismo in the account's own CloudTrail.
const session = "seismo"

// Open loads the credentials' sources. It asks AWS nothing yet: credentials are
// fetched by the first call, so that a network that is down shows as a fault of
// the source and not as a wrong configuration.
func Open(ctx context.Context, cfg Config, opt Options) (*Account, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Quotas == nil {
		opt.Quotas = NewQuotas()
	}
	client, err := newClient(&cfg, opt.Client)
	if err != nil {
		return nil, err
	}
	loading := client
	if opt.Client != nil {
		loading = awshttp.NewBuildableClient() // with any other kind the SDK refuses to load where AWS_CA_BUNDLE is set
	}
	sdk, err := sdkconfig.LoadDefaultConfig(ctx, cfg.loaders(loading, opt.Log)...)
	if err != nil {
		return nil, Explain(err, "load the credentials' configuration")
	}
	if opt.Client != nil {
		sdk.HTTPClient = client
	}
	if endpoint, err := cfg.endpoint(); err == nil && endpoint != "" {
		sdk.BaseEndpoint = aws.String(endpoint)
		if readable(endpoint) {
			opt.Log.Warn("what goes to and comes from this endpoint, temporary credentials too, can be read on the way: it is http, and not on this machine",
				"endpoint", RedactURL(endpoint))
		}
	}
	a := &Account{cfg: cfg, sdk: sdk}
	// Only now: the SDK must see its own kind of client while it loads, or it
	// refuses AWS_CA_BUNDLE.
	a.sdk.HTTPClient = &patient{next: sdk.HTTPClient, silence: cfg.timeout()}
	a.sdk.Credentials = cfg.credentials(a.sdk)
	a.sdk.APIOptions = append(a.sdk.APIOptions, a.pacing(opt.Quotas), logging(opt.Log))
	return a, nil
}

// readable tells whether others on the way can read what an endpoint is sent.
func readable(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return err != nil || !addr.Unmap().IsLoopback()
}

func (c *Config) loaders(client sdkconfig.HTTPClient, log *slog.Logger) []func(*sdkconfig.LoadOptions) error {
	fallback := c.DefaultRegion
	if fallback == "" {
		fallback = LastRegion
	}
	list := []func(*sdkconfig.LoadOptions) error{
		sdkconfig.WithHTTPClient(client),
		sdkconfig.WithDefaultRegion(fallback),
		sdkconfig.WithRetryer(func() aws.Retryer { return newRetryer() }),
		sdkconfig.WithLogger(sdkLog{log}),
		sdkconfig.WithAppID(session),
	}
	if c.Region != "" {
		list = append(list, sdkconfig.WithRegion(c.Region))
	}
	if c.Profile != "" {
		list = append(list, sdkconfig.WithSharedConfigProfile(c.Profile))
	}
	if c.SharedFile != "" {
		list = append(list, sdkconfig.WithSharedCredentialsFiles([]string{c.SharedFile}))
	}
	if c.FIPS {
		list = append(list, sdkconfig.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	if c.DualStack {
		list = append(list, sdkconfig.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled))
	}
	if c.AccessKeyID != "" {
		list = append(list, sdkconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(
			c.AccessKeyID, c.SecretKey.Reveal(), c.SessionToken.Reveal())))
	}
	return list
}

// credentials puts the role, when there is one, on top of what was loaded.
func (c *Config) credentials(base aws.Config) aws.CredentialsProvider {
	if c.RoleARN == "" {
		return base.Credentials
	}
	client := sts.NewFromConfig(base)
	var role aws.CredentialsProvider
	if c.WebIdentity != "" {
		role = stscreds.NewWebIdentityRoleProvider(client, c.RoleARN, stscreds.IdentityTokenFile(c.WebIdentity),
			func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = session })
	} else {
		role = stscreds.NewAssumeRoleProvider(client, c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = session
			if c.ExternalID != "" {
				o.ExternalID = aws.String(c.ExternalID.Reveal())
			}
		})
	}
	return aws.NewCredentialsCache(role, func(o *aws.CredentialsCacheOptions) {
		// Renewed while the old ones still serve, so that no object is cut by it.
		o.ExpiryWindow = 5 * time.Minute
		o.ExpiryWindowJitterFrac = 0.5
	})
}
