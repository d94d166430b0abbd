package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"seismo/test/standin"
)

// BenchmarkIngest reads the same logs from disk and from a local S3 endpoint,
// which shares this process's cores. The second keeps at least 80 % of the
// first's speed, in MB of stored bytes a second.
func BenchmarkIngest(b *testing.B) {
	logs := filepath.Join(b.TempDir(), "logs")
	discard := func(args ...string) {
		b.Helper()
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			b.Fatal(err)
		}
		defer null.Close()
		if code := Main(args, null, null, os.Stderr); code != exitOK {
			b.Fatalf("exit %d: %v", code, args)
		}
	}
	discard("simulate", "--out", logs, "--calls", "4000", "--seed", "1", "--json")
	c, size := upload(b, logs)
	b.Setenv("AWS_ACCESS_KEY_ID", standin.AccessKeyID)
	b.Setenv("AWS_SECRET_ACCESS_KEY", standin.SecretKey)
	dir := b.TempDir()
	for name, args := range map[string][]string{
		"disk":   {"ingest", logs},
		"bucket": {"ingest", "s3://example-logs/", "--endpoint", c.URL(), "--region", standin.Region},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for i := range b.N {
				discard(append(args, "--json", "--db", filepath.Join(dir, name+strconv.Itoa(b.N)+"-"+strconv.Itoa(i)+".duckdb"))...)
			}
		})
	}
}

// upload puts a folder into a bucket.
func upload(b *testing.B, folder string) (*standin.Cloud, int64) {
	b.Helper()
	c, size := standin.New(b), int64(0)
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		c.PutObject("example-logs", filepath.ToSlash(key), text)
		size += int64(len(text))
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return c, size
}
