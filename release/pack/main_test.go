package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func pack(t *testing.T, written time.Time) (folder, sums string) {
	t.Helper()
	t.Setenv("SOURCE_DATE_EPOCH", "1767225600")
	folder = t.TempDir()
	for name, mode := range map[string]os.FileMode{
		"a_1_linux_amd64/run": 0o755, "a_1_linux_amd64/licenses/x/LICENSE": 0o644, "a_1_windows_amd64/run.exe": 0o700,
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(name), mode), os.Chtimes(path, written, written)); err != nil {
			t.Fatal(err)
		}
	}
	if err := all(folder, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	return folder, string(text)
}

func TestSameFilesSameBytes(t *testing.T) {
	_, first := pack(t, time.Unix(1, 0))
	folder, second := pack(t, time.Unix(1e9, 0))
	if first != second || strings.Count(first, "\n") != 2 {
		t.Errorf("%s\n%s", first, second)
	}
	for line := range strings.Lines(second) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || fmt.Sprintf("%x", sha256.Sum256(text)) != sum {
			t.Error(name, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(left) != 3 {
		t.Error(left, err)
	}
}

func TestArchivesHoldFiles(t *testing.T) {
	folder, _ := pack(t, time.Now())
	f, err := os.Open(filepath.Join(folder, "a_1_linux_amd64.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(unpacked); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || string(text) != h.Name {
			t.Error(h.Name, err)
		}
		got = append(got, fmt.Sprintf("%s %04o %d", h.Name, h.Mode, h.ModTime.Unix()))
	}
	z, err := zip.OpenReader(filepath.Join(folder, "a_1_windows_amd64.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		got = append(got, fmt.Sprintf("%s %04o %d", f.Name, f.Mode().Perm(), f.Modified.Unix()))
	}
	want := []string{
		"a_1_linux_amd64/licenses/x/LICENSE 0644 1767225600", "a_1_linux_amd64/run 0755 1767225600",
		"a_1_windows_amd64/run.exe 0755 1767225600",
	}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
}

func TestNoTimeNoArchive(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "")
	if err := all(t.TempDir(), io.Discard); err == nil {
		t.Error("packed without a time")
	}
}
