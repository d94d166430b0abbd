package account

import (
	sdkconfig "github.com/aws/aws-sdk-go-v2/config"
)

// RegionGiven reports whether somebody named the account's Region: the
// configuration, AWS_REGION, AWS_DEFAULT_REGION or the profile. Else it is
// DefaultRegion or LastRegion.
func (a *Account) RegionGiven() bool {
	if a.cfg.Region != "" {
		return true
	}
	for _, source := range a.sdk.ConfigSources {
		switch s := source.(type) {
		case sdkconfig.EnvConfig:
			if s.Region != "" {
				return true
			}
		case sdkconfig.SharedConfig:
			if s.Region != "" {
				return true
			}
		}
	}
	return false
}
