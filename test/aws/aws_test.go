// Package aws holds seismo's way to AWS against moto, an emulator of AWS that
// others wrote: what the stand-in of test/standin gets wrong in seismo's favour
// shows here. Run it by `make test-aws`; without the emulator its tests skip.
package aws

import (
	"os"
	"strings"
	"testing"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
)

// The account that moto gives to keys that it does not know.
const accountID = "123456789012"

const region = "eu-west-1"

// moto is the address of the emulator.
func moto(t *testing.T) string {
	t.Helper()
	url := os.Getenv("SEISMO_MOTO")
	if url == "" {
		t.Skip("no emulator: SEISMO_MOTO is not set; `make test-aws` starts one and sets it")
	}
	return url
}

// configured is what reaches the emulator.
func configured(t *testing.T) account.Config {
	t.Helper()
	return account.Config{
		Region: region, Endpoint: moto(t), AccessKeyID: "AKIAIOSFODNN7EXAMPLE",
		SecretKey: config.Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
	}
}

func open(t *testing.T, cfg account.Config) *account.Account {
	t.Helper()
	a, err := account.Open(t.Context(), cfg, account.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// named is a name for what a test makes in the emulator, which all tests share.
func named(t *testing.T) string {
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	return name + "-" + time.Now().UTC().Format("150405.000000")[7:]
}
