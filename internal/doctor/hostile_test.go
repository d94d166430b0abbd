package doctor

import (
	"testing"

	"seismo/test/standin"
)

// An object whose key holds what XML cannot write is listed by its own name, so
// that somebody's odd object does not look like a missing permission.
func TestListingOfOddKeys(t *testing.T) {
	const odd = "AWSLogs/\x1b[2J +%41\n.json.gz"
	c := standin.New(t)
	c.PutObject("example-logs", odd, []byte("log"))
	list, err := firstPage(t.Context(), c.Account(t).S3(""), "example-logs", "AWSLogs/")
	if err != nil || newestOf(list) != odd {
		t.Errorf("%q, %v", newestOf(list), err)
	}
}
