package firehose

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"seismo/internal/source"
)

// certificate writes a certificate for loopback and its key into a folder.
func certificate(t *testing.T, folder string, serial int64, changed time.Time) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), NotBefore: time.Now().Add(-time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		text := pem.EncodeToMemory(block)
		pool.AppendCertsFromPEM(text)
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

// serialOf connects and says which certificate is shown.
func serialOf(t *testing.T, src *Source, pool *x509.CertPool) int64 {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer client.CloseIdleConnections()
	r := push("r-1", []byte(record(1)))
	out, err := http.NewRequestWithContext(t.Context(), r.Method, "https://"+src.Addr().String()+"/firehose", r.Body)
	if err != nil {
		t.Fatal(err)
	}
	out.Header = r.Header
	answer, err := client.Do(out)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
	return answer.TLS.PeerCertificates[0].SerialNumber.Int64()
}

func TestRenewedCertificateIsTaken(t *testing.T) {
	folder := t.TempDir()
	pool := certificate(t, folder, 1, time.Now().Add(-time.Minute))
	src, shop := open(t, func(c *Config) {
		c.TLSCert, c.TLSKey = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	}, io.Discard), newShop()
	if err := src.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	shop.serve(t, src)
	if serial := serialOf(t, src, pool); serial != 1 {
		t.Errorf("certificate %d", serial)
	}
	pool = certificate(t, folder, 2, time.Now())
	if serial := serialOf(t, src, pool); serial != 2 {
		t.Errorf("certificate %d after the renewal", serial)
	}
	if err := os.WriteFile(filepath.Join(folder, "cert.pem"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if serial := serialOf(t, src, pool); serial != 2 {
		t.Errorf("certificate %d while the file is broken", serial)
	}
}

func TestPortInUseIsSaidAndTriedAgain(t *testing.T) {
	first := open(t, nil, io.Discard)
	if err := first.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := open(t, func(c *Config) { c.Listen = first.Addr().String() }, io.Discard)
	_, err := second.Receive(t.Context())
	var fault *source.Fault
	if !errors.As(err, &fault) || fault.Kind != source.Misconfigured || fault.Remedy == "" {
		t.Fatalf("error: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.listen(t.Context()); err != nil {
		t.Errorf("once the port is free: %v", err)
	}
}

// A commit may take longer than a request may take to come in.
func TestSlowCommitOutlastsTheReadTimeout(t *testing.T) {
	src := open(t, nil, io.Discard)
	src.reading = 50 * time.Millisecond
	if err := src.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	answered := make(chan int)
	go func() {
		defer close(answered)
		r := push("r-1", []byte(record(1)))
		out, err := http.NewRequestWithContext(t.Context(), r.Method, "http://"+src.Addr().String()+"/firehose", r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		out.Header = r.Header
		client := &http.Client{Transport: &http.Transport{}}
		defer client.CloseIdleConnections()
		answer, err := client.Do(out)
		if err != nil {
			t.Error(err)
			return
		}
		answer.Body.Close()
		answered <- answer.StatusCode
	}()
	d, err := src.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	elapse(4 * src.reading) // real time: the deadline is the connection's
	if err := d.Settle(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if code := <-answered; code != http.StatusOK {
		t.Errorf("answered %d", code)
	}
}
