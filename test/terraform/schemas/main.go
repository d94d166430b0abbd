// Command schemas prints, in the form of `terraform providers schema -json`, the
// schemas of the types that a Terraform module uses:
//
//	go run ./test/terraform/schemas PACKAGE.whl content/terraform
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"seismo/test/terraform"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: schemas PACKAGE.whl MODULE")
		os.Exit(2)
	}
	module, err := terraform.Read(os.DirFS(filepath.Dir(os.Args[2])), filepath.Base(os.Args[2]))
	if err == nil {
		var all *terraform.Schemas
		if all, err = terraform.FromPackage(os.Args[1], module.Types()); err == nil {
			err = json.MarshalWrite(os.Stdout, all, json.Deterministic(true))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
