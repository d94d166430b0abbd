package firehose

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"seismo/internal/config"
)

// Config says where Amazon Data Firehose may push to.
type Config struct {
	Listen      string        `yaml:"listen" help:"address and port to listen on, such as 127.0.0.1:8443; any address but loopback needs tls_cert and tls_key, or behind_proxy"`
	Path        string        `yaml:"path" help:"path of the endpoint's URL, default /firehose"`
	AccessKey   config.Secret `yaml:"access_key" help:"the access key that the Firehose stream is given, 20 characters at least; a request without it is refused"`
	TLSCert     string        `yaml:"tls_cert" help:"file with the certificate and its chain, PEM; read again when it changes"`
	TLSKey      string        `yaml:"tls_key" help:"file with the certificate's private key, PEM"`
	BehindProxy bool          `yaml:"behind_proxy" help:"a proxy or load balancer before this address does TLS; says so on purpose for addresses other than loopback"`
	MaxRequest  config.Size   `yaml:"max_request" help:"most bytes of one request, expanded; default 64MiB, which is the most that Firehose sends"`
}

// Bounds of an access key; the upper one is Firehose's own.
const (
	leastKey = 20
	mostKey  = 4096
)

const (
	defaultPath    = "/firehose"
	defaultRequest = 64 << 20
	leastRequest   = 1 << 20
	mostRequest    = 256 << 20
)

// Check fills what is absent with its default and says what is wrong: each error
// names the keys and the remedy, and none repeats the access key.
func (c *Config) Check() error {
	if c.Path == "" {
		c.Path = defaultPath
	}
	if c.MaxRequest == 0 {
		c.MaxRequest = defaultRequest
	}
	var wrong []error
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	c.checkListen(say)
	key := c.AccessKey.Reveal()
	say(key == "", `"access_key" is missing: think of one of at least %d characters, and give it to the Firehose stream too`, leastKey)
	say(key != "" && len(key) < leastKey, `"access_key" has %d characters: %d is the least`, len(key), leastKey)
	say(len(key) > mostKey, `"access_key" has %d characters: Firehose takes %d`, len(key), mostKey)
	say(strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }), `"access_key" has characters that cannot stand in a header: use letters, digits and signs of ASCII`)
	say(!strings.HasPrefix(c.Path, "/") || strings.ContainsAny(c.Path, "?# "), `"path" is %q: write a path that begins with /, such as %s`, c.Path, defaultPath)
	say(c.MaxRequest < leastRequest || c.MaxRequest > mostRequest, `"max_request" is %d bytes: write a size from 1MiB to 256MiB`, int64(c.MaxRequest))
	return errors.Join(wrong...)
}

func (c *Config) checkListen(say func(bad bool, format string, args ...any)) {
	host, port, err := net.SplitHostPort(c.Listen)
	say(c.Listen == "", `"listen" is missing: write an address and a port, such as 127.0.0.1:8443`)
	say(c.Listen != "" && (err != nil || port == ""), `"listen" is %q: write an address and a port, such as 127.0.0.1:8443`, c.Listen)
	say((c.TLSCert == "") != (c.TLSKey == ""), `"tls_cert" and "tls_key" belong together: give both or neither`)
	say(c.TLSCert != "" && c.BehindProxy, `"tls_cert" and "behind_proxy" exclude each other: keep the one that does TLS`)
	say(c.Listen != "" && err == nil && !isLoopback(host) && c.TLSCert == "" && !c.BehindProxy,
		`"listen" is %q, which others can reach without TLS: give "tls_cert" and "tls_key", or say "behind_proxy: true" when a proxy before it does TLS`, c.Listen)
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
