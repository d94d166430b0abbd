package account_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/test/standin"
)

// TestAnswerCutOff has connections end inside an answer, whether it says yes or
// no: it is asked again, and one that never comes whole is a place out of reach.
func TestAnswerCutOff(t *testing.T) {
	c := standin.New(t)
	c.PutObject("logs", "k", []byte("x"))
	refusal := standin.Fault{Op: "ListObjectsV2", Times: 1, Status: 400, Code: "ThrottlingException", Message: strings.Repeat("slow ", 100), Cut: 90}
	c.Fault(refusal, standin.Fault{Op: "ListObjectsV2", After: 1, Times: 1, Cut: 90})
	client := c.Account(t).S3("")
	list := &s3.ListObjectsV2Input{Bucket: aws.String("logs")}
	if out, err := client.ListObjectsV2(t.Context(), list); err != nil || len(out.Contents) != 1 {
		t.Errorf("after two answers that were cut: %v, %v", out, err)
	}
	c.Fault(standin.Fault{Op: "ListObjectsV2", Cut: 90})
	_, err := client.ListObjectsV2(t.Context(), list)
	var fault *source.Fault
	if !errors.As(account.Explain(err, "list s3://logs"), &fault) || fault.Kind != source.Unreachable {
		t.Errorf("with answers that are always cut: %v", account.Explain(err, "list s3://logs"))
	}
}
