package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Beside opens objects by their s3:// address where they must lie if the given
// log files stand in a copy of their bucket: in the same AWSLogs folder, or in a
// folder beside the file that is named as the bucket. In contrast to Bodies it
// searches nothing, so that it costs nothing where there is no copy.
//
// An object that is not there is an error that wraps fs.ErrNotExist.
func Beside(files ...string) func(ctx context.Context, uri string) (io.ReadCloser, error) {
	folders := map[string]string{} // a folder, and the folder that holds its AWSLogs
	for _, file := range files {
		if file, err := filepath.Abs(file); err == nil {
			folders[filepath.Dir(file)] = logsRoot(file)
		}
	}
	return func(ctx context.Context, uri string) (io.ReadCloser, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		bucket, key, err := address(uri)
		if err != nil {
			return nil, err
		}
		for folder, above := range folders {
			f, err := openBeside(folder, above, bucket, key)
			if err == nil {
				return inflate(f)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("the body %s: %w", path.Base(key), err)
			}
		}
		return nil, fmt.Errorf("the body %s is in no copy of its bucket: %w", path.Base(key), fs.ErrNotExist)
	}
}

const logsFolder = "AWSLogs/"

// logsRoot is the folder above the AWSLogs that a file lies in, "" when it does
// not lie in one.
func logsRoot(file string) string {
	at := strings.LastIndex(filepath.ToSlash(file), "/"+logsFolder)
	if at < 0 {
		return ""
	}
	return file[:at+1]
}

func openBeside(folder, above, bucket, key string) (*os.File, error) {
	if at := strings.Index("/"+key, "/"+logsFolder); above != "" && at >= 0 {
		f, err := openIn(above, key[at:])
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return openIn(folder, bucket+"/"+key)
}

// openIn opens a file below a folder; links that lead out of it are refused.
func openIn(folder, name string) (*os.File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return openFile(root, filepath.FromSlash(name))
}
