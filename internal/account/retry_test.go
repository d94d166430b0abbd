package account_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/test/standin"
)

func get(ctx context.Context, a *account.Account) (io.ReadCloser, error) {
	out, err := a.S3("").GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("logs"), Key: aws.String("a.json")})
	if err != nil {
		return nil, account.Explain(err, "read s3://logs/a.json")
	}
	return out.Body, nil
}

func kindOf(err error) source.Kind {
	var f *source.Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

func TestHowOftenACallIsTried(t *testing.T) {
	alone(t)
	for _, tt := range []struct {
		name  string
		fault standin.Fault
		tries int
		kind  source.Kind
	}{
		{"throttled with 400", standin.Fault{Status: 400, Code: "Throttling"}, 10, source.Throttled},
		{"throttled with 429", standin.Fault{Status: 429, Code: "TooManyRequestsException"}, 10, source.Throttled},
		{"throttled with 503", standin.Fault{Status: 503, Code: "SlowDown"}, 10, source.Throttled},
		{"broken service", standin.Fault{Status: 500, Code: "InternalError"}, 4, source.Unreachable},
		{"broken connection", standin.Fault{Drop: true}, 4, source.Unreachable},
		{"silence", standin.Fault{Delay: time.Hour}, 2, source.Unreachable},
		{"refused", standin.Fault{Status: 403, Code: "AccessDenied"}, 1, source.Forbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := standin.New(t)
				cloud.PutObject("logs", "a.json", []byte("{}"))
				cloud.Fault(tt.fault)
				a := cloud.Account(t)
				begin := time.Now()
				_, err := get(t.Context(), a)
				if kindOf(err) != tt.kind || cloud.Count("s3", "GetObject") != tt.tries {
					t.Errorf("%d tries, %v; want %d and %s", cloud.Count("s3", "GetObject"), err, tt.tries, tt.kind)
				}
				if took := time.Since(begin); took > time.Minute {
					t.Errorf("the failure is told after %v; a minute is the most", took)
				}
			})
		})
	}
}

// A body that flows takes as long as it takes, also when its reader is slow;
// one that falls silent ends.
func TestABodyThatFlowsIsNotCut(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := standin.New(t)
		want := bytes.Repeat([]byte("x"), 20*64<<10)
		cloud.PutObject("logs", "a.json", want)
		cfg := cloud.Config()
		cfg.APITimeout = config.Duration(10 * time.Second)
		a := cloud.Open(t, cfg)
		stop := cloud.Fault(standin.Fault{Op: "GetObject", Pace: 9 * time.Second})
		body, err := get(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time, of a reader with other things to do
		got, err := io.ReadAll(body)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d of %d bytes, %v", len(got), len(want), err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		stop()
		cloud.Fault(standin.Fault{Op: "GetObject", Pace: 11 * time.Second})
		if body, err = get(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if _, err = io.ReadAll(body); kindOf(account.Explain(err, "read")) != source.Unreachable {
			t.Errorf("silence of 11 s under a limit of 10 s: %v", err)
		}
		body.Close()
	})
}

// dead is a network without anybody.
type dead struct{}

func (dead) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("dial tcp 192.0.2.1:443: connect: connection refused")
}

func TestACancelledCallIsNoFault(t *testing.T) {
	alone(t)
	cfg := account.Config{AccessKeyID: standin.AccessKeyID, SecretKey: standin.SecretKey}
	a, err := account.Open(context.Background(), cfg, account.Options{Client: dead{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := get(ctx, a); !errors.Is(err, context.Canceled) || kindOf(err) != "" {
		t.Errorf("got %v", err)
	}
}

func TestNoCredentialsSaysSo(t *testing.T) {
	alone(t)
	a, err := account.Open(context.Background(), account.Config{}, account.Options{Client: dead{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = get(context.Background(), a)
	var f *source.Fault
	if !errors.As(err, &f) || f.Kind != source.Expired || !strings.Contains(f.Remedy, "credential_profile_name") {
		t.Errorf("got %v", err)
	}
}
