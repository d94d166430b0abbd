package ctl

import (
	"context"
	"errors"
	"fmt"

	"seismo/internal/deploy"
)

func (f *deployFlags) up(ctx context.Context) error {
	if f.templateOnly {
		text, err := deploy.Documents()
		if err == nil {
			_, err = fmt.Fprint(f.Out, text)
		}
		return err
	}
	if err := f.room(); err != nil {
		return err
	}
	s, err := f.begin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	made, err := s.Up(ctx, s.wish)
	if err != nil {
		return f.partly(made, err)
	}
	yaml, path := deploy.Configuration(s.wish, made), ""
	if f.configOut != "" {
		if path, err = f.writeConfiguration(yaml); err != nil {
			return err
		}
	}
	if f.JSON() {
		return f.object(map[string]any{"made": made, "configuration": yaml})
	}
	for _, m := range made {
		for _, d := range m.Dashboards {
			f.say("  %s", d.URL)
		}
	}
	f.say("")
	if path != "" {
		f.say("%s is the collector's configuration. Try it with: seismo doctor -c %s   Then collect: seismo serve -c %s", path, path, path)
		return nil
	}
	f.say("seismo.yaml of the collector (--config-out FILE writes it):")
	f.say("")
	_, err = fmt.Fprint(f.Out, yaml)
	return err
}

// partly shows what is there in the Regions that came out, when others did not. The
// collector's configuration waits until all are there.
func (f *deployFlags) partly(made []deploy.Made, err error) error {
	if len(made) == 0 {
		return err
	}
	if f.JSON() {
		if e := f.object(map[string]any{"made": made}); e != nil {
			return errors.Join(err, e)
		}
		return err
	}
	for _, m := range made {
		for _, d := range m.Dashboards {
			f.say("  %s", d.URL)
		}
	}
	return err
}
