package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// errSilence is the cause of a request that was ended because nothing came.
var errSilence = fmt.Errorf("no byte came within api_timeout: %w", os.ErrDeadlineExceeded)

// newClient is how bytes travel: the given transport, or connections of its own.
func newClient(cfg *Config, given http.RoundTripper) (aws.HTTPClient, error) {
	if given != nil {
		return &http.Client{Transport: given, CheckRedirect: stay}, nil
	}
	// Ten seconds to connect and another ten to agree on keys are long enough
	// anywhere; more would hide for minutes that there is no way.
	client := awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = 10 * time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = 10 * time.Second
			t.MaxIdleConnsPerHost = 64
		})
	if cfg.ProxyURL == "" {
		return client, nil
	}
	proxy, err := cfg.proxy()
	if err != nil {
		return nil, err
	}
	return client.WithTransportOptions(func(t *http.Transport) { t.Proxy = http.ProxyURL(proxy) }), nil
}

// stay follows no redirect: a signature is worth nothing elsewhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// patient ends a request from which nothing is heard for as long as silence: no
// headers, or no further byte of the body while somebody reads it. A body that
// flows, however slowly it is read, is never cut.
type patient struct {
	next    aws.HTTPClient
	silence time.Duration
}

// Do sends one request.
func (p *patient) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	end := func() { cancel(errSilence) }
	timer := time.AfterFunc(p.silence, end)
	resp, err := p.next.Do(req.WithContext(ctx))
	timer.Stop()
	if err != nil {
		err = heard(ctx, req.Context(), err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, ctx: ctx, outer: req.Context(), cancel: cancel, silence: p.silence}
	return resp, nil
}

// heard puts silence as the reason where it was the reason.
func heard(ctx, outer context.Context, err error) error {
	if outer.Err() == nil && errors.Is(context.Cause(ctx), errSilence) {
		return &silent{err}
	}
	return err
}

// silent is the error of a request that was ended for its silence. It is a
// timeout and no cancellation, although a cancellation is how it was done.
type silent struct{ err error }

func (s *silent) Error() string   { return errSilence.Error() }
func (s *silent) Unwrap() error   { return errSilence }
func (s *silent) Timeout() bool   { return true }
func (s *silent) Temporary() bool { return true }

type body struct {
	io.ReadCloser
	ctx, outer context.Context
	cancel     context.CancelCauseFunc
	silence    time.Duration
	once       sync.Once
}

func (b *body) Read(p []byte) (int, error) {
	timer := time.AfterFunc(b.silence, func() { b.cancel(errSilence) })
	n, err := b.ReadCloser.Read(p)
	timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		err = heard(b.ctx, b.outer, err)
	}
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(func() { b.cancel(nil) })
	return err
}
