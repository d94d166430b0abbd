// Command seismo is a seismograph for Amazon Bedrock: it makes one readable,
// priced row of every model call, and shows who called what, what was said, what
// it cost and what failed.
package main

import (
	"os"

	"seismo/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
