package account

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	smithylog "github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pacing makes each try of each call wait for its turn. It stands below the
// SDK's retries, so that they count too, and above the signing, so that a
// signature does not grow old while it waits.
func (a *Account) pacing(q *Quotas) func(*middleware.Stack) error {
	step := middleware.FinalizeMiddlewareFunc("SeismoQuota",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
			middleware.FinalizeOutput, middleware.Metadata, error,
		) {
			service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
			if _, _, ok := quotaOf(service, operation); !ok {
				return next.HandleFinalize(ctx, in)
			}
			if err := q.Wait(ctx, a.payer(ctx), awsmiddleware.GetRegion(ctx), service, operation, a.cfg.share()); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("wait for the quota: %w", err)
			}
			return next.HandleFinalize(ctx, in)
		})
	return func(stack *middleware.Stack) error {
		if _, ok := stack.Finalize.Get("Retry"); ok {
			return stack.Finalize.Insert(step, "Retry", middleware.After)
		}
		return nil // a presigned address: nothing is sent
	}
}

// payer says whose quota a call uses up: the account when credentials name it
// (roles and single sign-on do), else the role's account, else the access key.
func (a *Account) payer(ctx context.Context) string {
	a.mu.Lock()
	id := a.id
	a.mu.Unlock()
	if id != "" {
		return id
	}
	if role, ok := ParseARN(a.cfg.RoleARN); ok {
		return role.Account
	}
	if a.sdk.Credentials == nil {
		return ""
	}
	c, err := a.sdk.Credentials.Retrieve(ctx)
	if err != nil {
		return "" // the call itself says so in a moment
	}
	if c.AccountID != "" {
		return c.AccountID
	}
	return c.AccessKeyID
}

// logging tells each try at debug level: which call, where, how it ended.
// Nothing of what was asked or answered is told.
func logging(log *slog.Logger) func(*middleware.Stack) error {
	step := middleware.DeserializeMiddlewareFunc("SeismoLog",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
			middleware.DeserializeOutput, middleware.Metadata, error,
		) {
			if !log.Enabled(ctx, slog.LevelDebug) {
				return next.HandleDeserialize(ctx, in)
			}
			begin := time.Now()
			out, meta, err := next.HandleDeserialize(ctx, in)
			attrs := []slog.Attr{
				slog.String("service", awsmiddleware.GetServiceID(ctx)),
				slog.String("operation", awsmiddleware.GetOperationName(ctx)),
				slog.String("region", awsmiddleware.GetRegion(ctx)),
				slog.Duration("took", time.Since(begin)),
			}
			if resp, ok := out.RawResponse.(*smithyhttp.Response); ok && resp.Response != nil {
				attrs = append(attrs, slog.Int("status", resp.StatusCode))
			}
			if err != nil {
				attrs = append(attrs, slog.String("error", Redact(err.Error())))
			}
			log.LogAttrs(ctx, slog.LevelDebug, "aws call", attrs...)
			return out, meta, err
		})
	return func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(step, middleware.Before)
	}
}

// sdkLog takes the SDK's own remarks at debug level, redacted.
type sdkLog struct{ log *slog.Logger }

func (l sdkLog) Logf(_ smithylog.Classification, format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug("aws sdk", "says", Redact(fmt.Sprintf(format, args...)))
	}
}
