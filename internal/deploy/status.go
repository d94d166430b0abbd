package deploy

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// State is one stack as it is.
type State struct {
	Region  string            `json:"region"`
	Stack   string            `json:"stack"`
	Name    string            `json:"name"`
	Status  string            `json:"status"` // as CloudFormation spells it; MISSING when there is none
	Well    bool              `json:"well"`   // it is there, and its last change came out
	Why     string            `json:"why,omitzero"`
	Outputs map[string]string `json:"outputs,omitzero"`
	Drift   []Drift           `json:"drift,omitzero"` // what somebody changed beside CloudFormation; only when it was asked for
}

// Drift is one resource that is not as its template says.
type Drift struct {
	ID     string   `json:"id"`
	Type   string   `json:"type"`
	Name   string   `json:"name"`
	Status string   `json:"status"` // MODIFIED or DELETED
	Of     []string `json:"of,omitzero"`
}

// Missing is the status of a stack that is not there.
const Missing = "MISSING"

// Status reads the state of all stacks. With drift, CloudFormation compares each
// with what is really there, which takes a minute or so.
func (t *Tool) Status(ctx context.Context, w Wish, drift bool) ([]State, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	if err := t.home(ctx, &w); err != nil {
		return nil, err
	}
	lists, errs := each(ctx, t, w.Regions, false, func(ctx context.Context, t *Tool, region string) (list []State, err error) {
		kinds := w.stacks(region)
		for _, kind := range all {
			s := t.stack(&w, region, kind)
			if err := s.look(ctx); err != nil {
				return list, t.untouched(err)
			}
			if !slices.Contains(kinds, kind) && !s.found { // a trail is elsewhere
				continue
			}
			state := State{Region: region, Stack: kind, Name: s.name, Status: orElse(string(s.status), Missing),
				Well: s.well() || s.status == types.StackStatusUpdateRollbackComplete, Why: s.why, Outputs: s.outputs}
			if drift && s.there() && !s.busy() {
				var err error
				if state.Drift, err = t.drift(ctx, s); err != nil {
					return list, t.untouched(err)
				}
			}
			list = append(list, state)
		}
		return list, nil
	})
	return slices.Concat(lists...), together(w.Regions, errs)
}

func (t *Tool) drift(ctx context.Context, s *stack) ([]Drift, error) {
	begun, err := s.client.DetectStackDrift(ctx, &cloudformation.DetectStackDriftInput{StackName: aws.String(s.name)})
	if err != nil {
		return nil, explain(err, "look for drift of the stack "+s.name)
	}
	for {
		out, err := s.client.DescribeStackDriftDetectionStatus(ctx,
			&cloudformation.DescribeStackDriftDetectionStatusInput{StackDriftDetectionId: begun.StackDriftDetectionId})
		if err != nil {
			return nil, explain(err, "look for drift of the stack "+s.name)
		}
		if out.DetectionStatus == types.StackDriftDetectionStatusDetectionFailed {
			return nil, fmt.Errorf("look for drift of the stack %s: %s", s.name, aws.ToString(out.DetectionStatusReason))
		}
		if out.DetectionStatus == types.StackDriftDetectionStatusDetectionComplete {
			break
		}
		if err := t.opt.Pause(ctx, tick); err != nil {
			return nil, err
		}
	}
	return s.drifted(ctx)
}

func (s *stack) drifted(ctx context.Context) ([]Drift, error) {
	var list []Drift
	pages := cloudformation.NewDescribeStackResourceDriftsPaginator(s.client, &cloudformation.DescribeStackResourceDriftsInput{
		StackName:                       aws.String(s.name),
		StackResourceDriftStatusFilters: []types.StackResourceDriftStatus{types.StackResourceDriftStatusModified, types.StackResourceDriftStatusDeleted},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "read the drift of the stack "+s.name)
		}
		for _, r := range page.StackResourceDrifts {
			d := Drift{ID: aws.ToString(r.LogicalResourceId), Type: aws.ToString(r.ResourceType),
				Name: aws.ToString(r.PhysicalResourceId), Status: string(r.StackResourceDriftStatus)}
			for _, p := range r.PropertyDifferences {
				d.Of = append(d.Of, aws.ToString(p.PropertyPath))
			}
			list = append(list, d)
		}
	}
	return list, nil
}
