package app

import (
	"context"
	"errors"
	"time"

	"seismo/internal/decode"
	"seismo/internal/doctor"
	"seismo/internal/event"
	"seismo/internal/normalize"
)

// Facts are what the envelope of a record says: nothing of what was said.
type Facts struct {
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"`
	Model  string    `json:"model,omitzero"`
	Person string    `json:"person,omitzero"` // "" when it is unknown
	Caller string    `json:"caller,omitzero"` // role or user
	Name   string    `json:"name,omitzero"`   // of a CloudTrail event
	Input  *int64    `json:"tokens_input,omitzero"`
	Output *int64    `json:"tokens_output,omitzero"`
}

// errFound ends decoding once there is a record.
var errFound = errors.New("found")

// First reads the first record that a target delivers. The error is io.EOF when
// there is nothing yet, and says so when what there is holds no record.
func First(ctx context.Context, t doctor.Target, opt doctor.Options) (Facts, error) {
	body, origin, err := doctor.Sample(ctx, t, opt)
	if err != nil {
		return Facts{}, err
	}
	defer body.Close()
	path, err := NewPath(Config{})
	if err != nil {
		return Facts{}, err
	}
	defer path.Close()
	var ev event.Event
	err = path.Decoder.Decode(ctx, body, origin, func(item decode.Item) error {
		if item.Verdict != decode.Good || item.Kind.OfFinding() {
			return nil
		}
		var unfit *normalize.Unfit
		got, err := path.Normalize(ctx, item)
		if errors.As(err, &unfit) {
			return nil
		}
		if err != nil {
			return err
		}
		path.Enrich(&got)
		ev = got
		return errFound
	})
	if err != nil && !errors.Is(err, errFound) {
		return Facts{}, err
	}
	if ev.Time.IsZero() {
		return Facts{}, errors.New("what lies there holds no record of a call or of CloudTrail")
	}
	return Facts{Time: ev.Time, Kind: ev.Kind, Model: ev.Model, Person: ev.Person, Caller: ev.Principal, Name: ev.Trail.Name,
		Input: ev.Tokens.Input, Output: ev.Tokens.Output}, nil
}
