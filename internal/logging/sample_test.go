package logging_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"seismo/internal/logging"
	"seismo/test/standin"
)

// deliver puts an object of so many records of a length into the bucket, some days
// ago; its compressed length is returned.
func deliver(c *standin.Cloud, days, n, records, length int) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for i := range records {
		line := fmt.Sprintf(`{"schemaType":"ModelInvocationLog","requestId":"%d-%d","x":"`, n, i)
		_, _ = fmt.Fprintf(z, "%s%s\"}\n", line, strings.Repeat("x", length-len(line)-2))
	}
	_ = z.Close()
	at := time.Now().UTC().AddDate(0, 0, -days)
	c.PutObject(madeBucket, "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/"+at.Format("2006/01/02/03/")+fmt.Sprintf("%s0300%02d000Z_0011.json.gz", at.Format("20060102T"), n), b.Bytes())
	return b.Len()
}

func estimate(t *testing.T, tool *logging.Tool) *logging.Cost {
	t.Helper()
	plans, errs := tool.Plan(t.Context(), both(), []string{here})
	if err := logging.Join(errs); err != nil {
		t.Fatal(err)
	}
	tool.Estimate(t.Context(), plans)
	return plans[0].Cost
}

// TestCostIsMeasuredWhereRecordsAre compares the sample with what was delivered.
func TestCostIsMeasuredWhereRecordsAre(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		if got := estimate(t, tool); got.Sample != nil {
			t.Fatalf("measured of nothing: %+v", got.Sample)
		}
		stored := 0
		for n := range 8 {
			stored += deliver(c, 1, n, 20, 3000)
		}
		body := c.PutObject(madeBucket, "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/"+time.Now().UTC().AddDate(0, 0, -1).Format("2006/01/02/03/data/")+"7_input.json.gz", make([]byte, 50_000))
		got := estimate(t, tool)
		s := got.Sample
		if s == nil || s.Objects != 9 || s.Read != 5 || s.Records != 100 || s.Plain != 3000 || got.Bytes != 3000 {
			t.Fatalf("%+v, sample %+v", got, s)
		}
		near := func(what string, got, want float64) {
			if math.Abs(got-want) > want/50 { // objects of like records are not alike to the byte
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		near("stored", s.Stored, float64(stored+int(body.Size))/160)
		near("objects", s.Puts, 9.0/160)
		near("S3", got.S3, 1e6*s.Puts*5e-6+1e6*s.Stored/(1<<30)*0.023*365/30)
		near("CloudWatch", got.Logs, 1e6*3000/(1<<30)*(0.50+0.03/5))
	})
}

// TestCostIsAGuessWhereItCannotBeMeasured forbids, damages and delays what is looked
// at: the estimate is there all the same.
func TestCostIsAGuessWhereItCannotBeMeasured(t *testing.T) {
	for name, fault := range map[string]standin.Fault{
		"list refused": {Service: "s3", Op: "ListObjectsV2", Status: 403, Code: "AccessDenied"},
		"read refused": {Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied"},
		"cut off":      {Service: "s3", Op: "GetObject", Cut: 30},
		"slow":         {Service: "s3", Op: "GetObject", Delay: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
				deliver(c, 0, 1, 20, 3000)
				c.Fault(fault)
				begun := time.Now()
				if got := estimate(t, tool); got == nil || got.Sample != nil || got.Total == 0 {
					t.Errorf("%+v", got)
				}
				if took := time.Since(begun); took > 5*time.Second {
					t.Error("it took", took)
				}
			})
		})
	}
}
