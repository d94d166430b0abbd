package cloudtrail

import (
	"net/netip"
	"strings"

	"seismo/internal/jsondoc"
	"seismo/internal/normalize/arn"
)

// Kinds of key, as the field key_type names them.
const (
	longTerm  = "long_term"
	temporary = "temporary"
	apiKey    = "bedrock_api_key" //nolint:gosec // the name of a kind, not a key
)

// caller reads who called, from where, with what.
func (t *trail) caller(clients []client) {
	ev, who := &t.ev, t.doc.Get("userIdentity")
	ev.IdentityARN = who.Get("arn").Str()
	ev.Principal = arn.Principal(ev.IdentityARN)
	if ev.Principal == "" {
		ev.Principal = arn.Principal(who.Get("sessionContext", "sessionIssuer", "arn").Str())
	}
	ev.Source.IP, ev.Source.Service = address(t.doc.Get("sourceIPAddress").Str())
	if ev.Source.IP == "" && ev.Source.Service == "" {
		ev.Source.Service = who.Get("invokedBy").Str()
	}
	console, _ := boolean(t.doc.Get("sessionCredentialFromConsole"))
	ev.UserAgent = t.doc.Get("userAgent").Str()
	ev.Client = named(clients, ev.UserAgent, console)
	ev.VPCEndpoint = t.doc.Get("vpcEndpointId").Str()
	ev.KeyType = t.keyType(who)
	ev.MFA = t.mfa(who)
	ev.TLS = t.doc.Get("tlsDetails", "tlsVersion").Str()
}

// address reads sourceIPAddress: an address, or the name of a service. Masked
// and malformed addresses are neither.
func address(s string) (ip, service string) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.WithZone("").Unmap().String(), ""
	}
	if s == "AWS Internal" || strings.HasSuffix(s, ".amazonaws.com") || strings.HasSuffix(s, ".amazonaws.com.cn") {
		return "", s
	}
	return "", ""
}

// keyType tells a Bedrock API key by the call's own flag, by the token's prefix,
// or by the user that IAM makes for each key; AWS keys by their prefix.
func (t *trail) keyType(who jsondoc.Value) string {
	key := who.Get("accessKeyId").Str()
	switch {
	case t.bearer(), strings.HasPrefix(key, "ABSK"), strings.HasPrefix(userName(who), "BedrockAPIKey-"):
		return apiKey
	case strings.HasPrefix(key, "AKIA"):
		return longTerm
	case strings.HasPrefix(key, "ASIA"):
		return temporary
	}
	return ""
}

// bearer reports a call with a bearer token: Bedrock notes it in
// additionalEventData, Mantle in requestParameters.
func (t *trail) bearer() bool {
	for _, place := range [...]jsondoc.Value{t.extra, t.request} {
		if used, _ := boolean(place.Get("callWithBearerToken")); used || place.Get("bearerTokenType").Exists() {
			return isBedrock(t.source)
		}
	}
	return false
}

func userName(who jsondoc.Value) string {
	if name := who.Get("userName").Str(); name != "" {
		return name
	}
	named, _ := arn.Parse(who.Get("arn").Str())
	name, _ := strings.CutPrefix(named.Resource, "user/")
	return name
}

// mfa is told by the session, for a log-in by the log-in itself.
func (t *trail) mfa(who jsondoc.Value) *bool {
	used, ok := boolean(who.Get("sessionContext", "attributes", "mfaAuthenticated"))
	if !ok {
		switch t.extra.Get("MFAUsed").Str() {
		case "Yes":
			used, ok = true, true
		case "No":
			ok = true
		}
	}
	if !ok {
		return nil
	}
	return &used
}
