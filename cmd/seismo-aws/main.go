// Command seismo-aws has only those commands of seismo that prepare AWS accounts:
// it turns Bedrock's logging on, proves that it works and undoes it. It compiles
// without C.
package main

import (
	"os"

	"seismo/internal/ctl"
)

func main() { os.Exit(ctl.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
