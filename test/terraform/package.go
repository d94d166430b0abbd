package terraform

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
)

// FromPackage reads the schemas of the named types out of a Python package of the
// provider's bindings (cdktf-cdktf-provider-aws, cdktn-provider-aws), whose classes
// are written from those schemas by a generator. Types are as they stand in a module:
// aws_x, and data.aws_x for a data source.
func FromPackage(wheel string, types []string) (*Schemas, error) {
	served := Served{Resources: map[string]Schema{}, Data: map[string]Schema{}}
	wanted := map[string]string{}
	for _, name := range types {
		folder := strings.TrimPrefix(name, "aws_")
		if source, ok := strings.CutPrefix(name, "data."); ok {
			folder = "data_" + source
		}
		wanted["package/lib/"+strings.ReplaceAll(folder, "_", "-")+"/index.js"] = name
	}
	all := &Schemas{Format: "1.0", Providers: map[string]Served{Provider: served}}
	err := eachFile(wheel, func(path string, r io.Reader) error {
		name, ok := wanted[path]
		if !ok {
			return nil
		}
		delete(wanted, path)
		source, err := typeScript(r)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		version := providerVersion.FindStringSubmatch(source)
		if version == nil || all.Version != "" && all.Version != version[1] {
			return fmt.Errorf("%s names no version of the provider, or another than the rest", path)
		}
		all.Version = version[1]
		block, err := rootBlock(source)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if source, ok := strings.CutPrefix(name, "data."); ok {
			served.Data[source] = Schema{Block: block}
		} else {
			served.Resources[name] = Schema{Block: block}
		}
		return nil
	})
	if err == nil && len(wanted) > 0 {
		err = fmt.Errorf("%s has none of %v", wheel, wanted)
	}
	return all, err
}

var providerVersion = regexp.MustCompile(`providerVersion: '([0-9.]+)'`)

// eachFile visits the files of the archive that the package has within.
func eachFile(wheel string, visit func(path string, r io.Reader) error) error {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".jsii.tgz") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		for t := tar.NewReader(unpacked); ; {
			h, err := t.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = visit(h.Name, t)
			}
			if err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%s has no bindings within", wheel)
}

// typeScript returns what a compiled file was compiled from: the source map at its
// end carries it, with the generator's remarks on each attribute.
func typeScript(r io.Reader) (string, error) {
	compiled, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	_, encoded, ok := bytes.Cut(compiled, []byte("//# sourceMappingURL=data:application/json;base64,"))
	if !ok {
		return "", errors.New("no source map")
	}
	text, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(encoded)))
	if err != nil {
		return "", err
	}
	var m struct {
		SourcesContent []string `json:"sourcesContent"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return "", err
	}
	return strings.Join(m.SourcesContent, "\n"), nil
}
