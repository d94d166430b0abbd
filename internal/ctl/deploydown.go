package ctl

import (
	"context"
)

func (f *deployFlags) down(ctx context.Context) error {
	s, err := f.begin(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	kept, err := s.Down(ctx, s.wish, f.deleteData)
	if f.JSON() {
		if e := f.object(kept); err == nil {
			err = e
		}
		return err
	}
	stays := 0
	for _, k := range kept {
		if !k.Gone {
			stays++
			f.say("stays: %s %s in %s", k.Type, k.Name, k.Region)
			if k.Note != "" {
				f.say("  %s", k.Note)
			}
			if k.Command != "" {
				f.say("  delete it by hand with: %s", k.Command)
			}
		}
	}
	for _, k := range kept {
		if k.Gone && k.Type == "AWS::KMS::Key" {
			f.say("AWS deletes the key %s in 30 days; until then its deletion can be cancelled in KMS", k.Name)
		}
	}
	if stays > 0 && err == nil && !f.deleteData {
		f.say("These hold logs, or open them. The next `deploy up` takes buckets and groups in again; --delete-data deletes them.")
	}
	return err
}
