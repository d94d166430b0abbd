package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
)

// self is the command that starts this program once more. A test binary is not
// started: it would run its tests.
func self() []string {
	exe, err := os.Executable()
	if err != nil || strings.HasSuffix(filepath.Base(exe), ".test") || strings.HasSuffix(filepath.Base(exe), ".test.exe") {
		return nil
	}
	return []string{exe}
}

func (s *shell) db() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "The database file: status, check, recover",
		Long: `The database can be made again from the logs that it was read from. When it is
damaged, ` + "`seismo serve`" + ` moves it aside as FILE.corrupt-TIME, never deletes it, begins
a new one in the same mode and reads again. Other commands leave it to you.`,
	}
	cmd.AddCommand(s.dbStatus(), s.dbCheck(), s.dbRecover(), s.dbProbe())
	asGroup(cmd)
	return cmd
}

func (s *shell) dbStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "How large it is, what it holds, and whether anything was wrong with it", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.Describe(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			if s.json {
				return s.object(c)
			}
			return s.describe(c)
		},
	}
}

func (s *shell) describe(c app.Condition) error {
	lines := [][2]string{
		{"database", c.DB}, {"mode", string(c.Mode)},
		{"file", bytesOf(c.File) + at(", log written into it ", c.Written)}, {"log", bytesOf(c.Log)},
		{"disk", fmt.Sprintf("%s free of %s", bytesOf(c.Room.Free), bytesOf(c.Room.Total))},
	}
	if !c.Room.Enough() {
		lines = append(lines, [2]string{"", "too little is free: collecting waits until there is more"})
	}
	if c.Holder != "" {
		lines = append(lines, [2]string{"held by", c.Holder})
	}
	if c.Unread != "" {
		lines = append(lines, [2]string{"unreadable", c.Unread})
	} else {
		lines = append(lines, [2]string{"rows", fmt.Sprintf("%s calls, %s CloudTrail events, %s in quarantine",
			show("", c.Calls), show("", c.Trail), show("", c.Bad))})
	}
	if !c.Oldest.IsZero() {
		lines = append(lines, [2]string{"events", strings.TrimPrefix(at(", from ", c.Oldest)+at(", to ", c.Newest), ", ")})
	}
	if c.Suspect != "" {
		lines = append(lines, [2]string{"damage", "met while running; the next start of seismo serve deals with it: " + c.Suspect})
	}
	if c.Incident != nil {
		lines = append(lines, [2]string{"incident", c.Incident.Time.Format(time.RFC3339) + ": " + c.Incident.String()})
	}
	for _, name := range c.Aside {
		lines = append(lines, [2]string{"aside", name + ", which you may delete"})
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(s.out, "%-11s %s\n", l[0], plain(l[1])); err != nil {
			return err
		}
	}
	return nil
}

func at(before string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return before + t.Format(time.RFC3339)
}

func (s *shell) dbCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Read all of it, and change nothing", Args: none,
		Long: `Read all of the database, log included, in a process of its own. Nothing is
changed. The exit code is 1 when it is damaged.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.Check(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			switch {
			case s.json:
				err = s.object(c)
			case c.Whole:
				_, err = fmt.Fprintf(s.out, "whole: %s rows in all tables were read\n", show("", c.Rows))
			default:
				_, err = fmt.Fprintf(s.err, "seismo: %s is damaged: %s\n  seismo db recover moves it aside and begins anew\n",
					c.DB, plain(c.Detail))
			}
			if err == nil && !c.Whole {
				return silent{exitError}
			}
			return err
		},
	}
}

func (s *shell) dbRecover() *cobra.Command {
	cmd := &cobra.Command{
		Use: "recover", Short: "Move it aside when it is damaged, and begin anew", Args: none,
		Long: `Read all of the database. When only the end of its log is damaged, the log alone
is moved aside; else both are, as FILE.corrupt-TIME, and an empty database begins in
the same mode. Keys, audit log and who was erased stay. Nothing is deleted. Then
seismo serve reads again what the sources hold, and seismo ingest what you name.
Messages of a queue that were read and deleted do not come again: list their bucket
once with seismo ingest s3://BUCKET/PREFIX.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			incident, err := app.Recover(cmd.Context(), s.cfg)
			switch {
			case err != nil:
				return err
			case s.json:
				return s.object(incident)
			case incident == nil:
				_, err = fmt.Fprintln(s.out, "nothing is damaged; nothing was changed")
				return err
			}
			_, err = fmt.Fprintln(s.out, plain(incident.String()))
			for _, name := range incident.Moved {
				fmt.Fprintln(s.out, "  "+plain(name))
			}
			return err
		},
	}
	s.modeFlag(cmd)
	return cmd
}

// dbProbe is what a seismo starts to check a database in a process of its own.
func (s *shell) dbProbe() *cobra.Command {
	var c app.Probing
	cmd := &cobra.Command{
		Use: "probe", Hidden: true, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.Path, c.Parent = s.cfg.DB, s.in
			return app.Probe(cmd.Context(), c, s.out)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.Memory, "memory", "", "")
	flags.Int64Var(&c.Limit, "limit", 0, "")
	flags.BoolVar(&c.Rows, "rows", false, "")
	flags.BoolVar(&c.Blocks, "blocks", false, "")
	flags.BoolVar(&c.Settle, "settle", false, "")
	return cmd
}
