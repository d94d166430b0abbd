package deploy

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Kept is something that outlives its stack, because it holds logs or opens
// them.
type Kept struct {
	Region string `json:"region"`
	ID     string `json:"-"` // in the template
	Type   string `json:"type"`
	Name   string `json:"name"` // as AWS calls it
	Gone   bool   `json:"gone"` // it was removed, or will be: a key waits for 30 days

	Note    string `json:"note,omitzero"`    // why it stays although data was to be deleted
	Command string `json:"command,omitzero"` // that deletes it by hand
}

// Down removes the stacks of a wish, the newest first. Buckets, log groups and
// the key stay and are returned, unless deleteData says that the logs shall go
// too. Logging that seismo turned on is put back first: what Bedrock writes to a
// place that is gone is lost.
func (t *Tool) Down(ctx context.Context, w Wish, deleteData bool) ([]Kept, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	several := len(w.Regions) > 1
	down := func(ctx context.Context, t *Tool, region string) ([]Kept, error) {
		return t.downRegion(ctx, &w, region, deleteData)
	}
	// The trail, which sees all Regions, goes last.
	rest, errs := each(ctx, t, w.Regions[1:], several, down)
	first, last := each(ctx, t, w.Regions[:1], several, down)
	return slices.Concat(append(first, rest...)...), together(w.Regions, append(last, errs...))
}

func (t *Tool) downRegion(ctx context.Context, w *Wish, region string, deleteData bool) ([]Kept, error) {
	s := t.stack(w, region, Infrastructure)
	if err := s.look(ctx); err != nil {
		return nil, t.unbegun(ctx, err)
	}
	if err := s.own(); err != nil {
		return nil, t.unbegun(ctx, err)
	}
	var list []Kept
	var done []string
	if s.found {
		to, err := t.placesMade(ctx, s)
		if err != nil {
			return nil, t.unbegun(ctx, err)
		}
		released, err := t.release(ctx, to, "seismo deploy down")
		if err != nil {
			return nil, t.unbegun(ctx, err)
		}
		if released {
			done = append(done, "logging of "+region)
		}
	}
	// A trail is looked for wherever it may have been made.
	for _, kind := range slices.Backward(all) {
		kept, found, err := t.downStack(ctx, w, region, kind, deleteData)
		list = append(list, kept...)
		if err != nil && ctx.Err() != nil {
			return list, t.broken(err, done, "seismo deploy down")
		}
		if err != nil {
			so := "nothing was removed"
			if len(done) > 0 {
				so = "done before that: " + strings.Join(done, ", ") + "; everything else is still there"
			}
			return list, &Error{What: err.Error(), Unchanged: so, Remedy: t.goOn(hintOf(err), "seismo deploy down"), Err: err}
		}
		if found {
			done = append(done, "the removal of "+w.StackName(kind))
		}
	}
	if !deleteData {
		return list, nil
	}
	if !s.found { // of one that was, it is done
		going := Places{Environment: w.Environment, Region: region}
		going.among(slices.DeleteFunc(slices.Clone(list), func(k Kept) bool { return k.Note != "" }))
		if _, err := t.release(ctx, going, "seismo deploy down --delete-data"); err != nil {
			return list, t.unbegun(ctx, err)
		}
	}
	err := t.deleteData(ctx, list)
	if err != nil && ctx.Err() != nil {
		err = t.broken(err, append(done, gone(list)...), "seismo deploy down --delete-data")
	}
	return list, err
}

// unbegun is an error of `down` before it removed anything.
func (t *Tool) unbegun(ctx context.Context, err error) error {
	var e *Error
	switch {
	case ctx.Err() != nil:
		return t.broken(err, nil, "seismo deploy down")
	case errors.As(err, &e) && e.Unchanged != "":
		return err
	}
	return &Error{What: err.Error(), Unchanged: "no stack was removed", Remedy: t.goOn(hintOf(err), "seismo deploy down"), Err: err}
}

// gone are the names of what was deleted.
func gone(list []Kept) []string {
	var names []string
	for _, k := range list {
		if k.Gone {
			names = append(names, k.Name)
		}
	}
	return names
}

func (t *Tool) downStack(ctx context.Context, w *Wish, region, kind string, deleteData bool) (list []Kept, found bool, err error) {
	s := t.stack(w, region, kind)
	if err := s.look(ctx); err != nil {
		return nil, false, err
	}
	if !s.found {
		if deleteData && kind == Infrastructure { // an earlier try may have come no further
			list, err = t.orphans(ctx, w, s)
		}
		return list, false, err
	}
	if err := s.own(); err != nil {
		return nil, true, err
	}
	if s.busy() {
		if err := t.settle(ctx, s, noEvents()); err != nil {
			return nil, true, err
		}
	}
	kept, err := t.kept(ctx, s)
	if err != nil {
		return nil, true, err
	}
	if deleteData && kind == Infrastructure {
		if kept, err = t.provenOf(ctx, s, kept); err != nil {
			return nil, true, err
		}
	}
	t.tell("removing %s in %s", s.name, region)
	return kept, true, t.remove(ctx, s)
}

// kept are the resources of a stack that its template keeps.
func (t *Tool) kept(ctx context.Context, s *stack) ([]Kept, error) {
	tpl, err := t.templates.load(s.kind)
	if err != nil {
		return nil, err
	}
	stays := map[string]bool{}
	for id, r := range tpl.resources {
		stays[id] = r["DeletionPolicy"] == "RetainExceptOnCreate"
	}
	out, err := s.client.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: aws.String(s.id)})
	if err != nil && !missing(err) {
		return nil, explain(err, "read the resources of the stack "+s.name)
	}
	var list []Kept
	if out == nil {
		return nil, nil
	}
	for _, r := range out.StackResources {
		if stays[aws.ToString(r.LogicalResourceId)] && aws.ToString(r.PhysicalResourceId) != "" && has(r.ResourceStatus) {
			list = append(list, Kept{Region: s.region, ID: aws.ToString(r.LogicalResourceId), Type: aws.ToString(r.ResourceType), Name: aws.ToString(r.PhysicalResourceId)})
		}
	}
	return list, nil
}

// has says that a stack has, or kept, a resource of this status. One whose making
// failed has the name of what was there already.
func has(status types.ResourceStatus) bool {
	switch status {
	case types.ResourceStatusCreateFailed, types.ResourceStatusCreateInProgress, types.ResourceStatusDeleteComplete, types.ResourceStatusImportFailed,
		types.ResourceStatusImportInProgress, types.ResourceStatusImportRollbackComplete, types.ResourceStatusImportRollbackInProgress:
		return false
	}
	return true
}

// deleteData removes what holds logs, but for what has a note. The key goes last,
// and only after the 30 days in which it can be taken back.
func (t *Tool) deleteData(ctx context.Context, list []Kept) error {
	var wrong []error
	opened := false // something stays that the key may have sealed
	for _, kind := range holding {
		for i := range list {
			if list[i].Type != kind {
				continue
			}
			if kind == "AWS::KMS::Key" && opened {
				list[i].Note = "it opens what stays"
			}
			if list[i].Note != "" {
				opened = opened || list[i].Command != ""
				continue
			}
			t.tell("deleting %s in %s", list[i].Name, list[i].Region)
			err := t.deleteOne(ctx, list[i])
			if err != nil && ctx.Err() != nil {
				return err
			}
			list[i].Gone = err == nil
			wrong = append(wrong, err)
		}
		if err := errors.Join(wrong...); err != nil {
			return &Error{What: "not all data could be deleted", Reasons: []string{err.Error()},
				Unchanged: "the stacks are gone; what is named is still there, and everything after it", Remedy: t.goOn("Mend the cause, or delete by hand what is listed.", "seismo deploy down --delete-data"), Err: err}
		}
	}
	return nil
}
