// Package ctl is the commands of what is done to an AWS account: logging turned
// on and off, stacks, published metrics. seismo has them beside its others, and
// seismo-aws, which needs no C compiler, has them alone.
//
// It never holds logic of its own: it reads flags, asks the rooms below, and
// prints. It never prints control characters that came from AWS.
package ctl

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/logging"
	"seismo/internal/state"
)

// Deps are what the commands share with the program that has them.
type Deps struct {
	Out, Err io.Writer
	In       io.Reader
	JSON     func() bool         // whether JSON is printed in place of text
	Log      func() *slog.Logger // asked when a command runs

	// Quotas paces the calls to AWS; nil is a count of each command's own.
	Quotas *account.Quotas

	// Stored reports whether the program's database has the row of a call; its error
	// is ErrNoCollector where nobody collects into one. nil is a program without.
	Stored func(ctx context.Context, requestID string) (bool, error)

	// Seen is what the program's inventory last saw of a Region's logging; nil is a
	// program without.
	Seen func(ctx context.Context, account, region string) (logging.Seen, error)
}

// Commands are all commands of this room.
func Commands(d Deps) []*cobra.Command {
	return []*cobra.Command{d.logging(), d.deploy()}
}

// reach is how one command reaches an account, and where it writes down what it
// did there.
type reach struct {
	cfg        account.Config
	externalID string
	state      string
}

func (r *reach) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&r.cfg.Profile, "profile", "", "`PROFILE` of the shared AWS files")
	flags.StringVar(&r.cfg.RoleARN, "role-arn", "", "role to assume, by its `ARN`")
	flags.StringVar(&r.externalID, "external-id", "", "external `ID` for the role")
	flags.StringVar(&r.cfg.Endpoint, "endpoint", "", "`URL` of the services' entry point, for emulators")
	flags.StringVar(&r.state, "state", DefaultState(), "the `FILE` that remembers what was changed, so that it can be undone; keep it")
}

// open opens the account. region is where calls go that name none; "" leaves it
// to the profile.
func (r *reach) open(ctx context.Context, d Deps, region string) (*account.Account, error) {
	cfg := r.cfg
	cfg.ExternalID, cfg.Region = config.Secret(r.externalID), region
	if err := cfg.Check(); err != nil {
		return nil, usage(account.ForCommand(err.Error()), "run the command with --help")
	}
	return account.Open(ctx, cfg, account.Options{Log: d.Log(), Quotas: d.Quotas})
}

// remember opens the file of what was changed, and makes it when there is none.
func (r *reach) remember(ctx context.Context) (*state.State, error) {
	if err := os.MkdirAll(filepath.Dir(r.state), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the state file: %w", err)
	}
	return state.Open(ctx, r.state)
}

// DefaultState is where it is written down what was changed in AWS accounts,
// unless --state names another file.
func DefaultState() string {
	data := os.Getenv("XDG_DATA_HOME")
	if data == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "aws.state"
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "seismo", "aws.state")
}
