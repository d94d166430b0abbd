package firehose

import (
	"crypto/tls"
	"os"
	"sync"
	"time"
)

// tls is the server's side of TLS, nil when a proxy does it. The certificate is
// read again when its file changes, since it is renewed while seismo runs.
func (c *Config) tls() (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	p := &pair{cert: c.TLSCert, key: c.TLSKey}
	if _, err := p.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: p.get}, nil
}

// pair is a certificate with its key, as their files were last.
type pair struct {
	cert, key string

	mu      sync.Mutex
	changed time.Time
	loaded  *tls.Certificate
}

// get gives the certificate. One that cannot be read, as while it is being
// replaced, leaves the former in use.
func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info, err := os.Stat(p.cert)
	if err == nil && (p.loaded == nil || !info.ModTime().Equal(p.changed)) {
		var loaded tls.Certificate
		if loaded, err = tls.LoadX509KeyPair(p.cert, p.key); err == nil {
			p.loaded, p.changed = &loaded, info.ModTime()
		}
	}
	if p.loaded == nil {
		return nil, err
	}
	return p.loaded, nil
}
