package standin

import "strings"

// Drifted is a resource that somebody changed beside its stack.
type Drifted struct {
	ID, Type, Name string
	Status         string // MODIFIED or DELETED
	Paths          []string
}

// DriftStack says what drift detection finds of a stack; a status FAILED is a
// detection that does not come through.
func (c *Cloud) DriftStack(name string, list ...Drifted) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().drift[name] = list
}

// DriftAtOnce has detections done at the first look.
func (c *Cloud) DriftAtOnce() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().atOnce = true
}

func detectDrift(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"StackDriftDetectionId": "detect-" + s.Name}, nil
}

// driftStatus is in progress once for each detection.
func driftStatus(l *stacks, r *request) (any, error) {
	id := r.form.Get("StackDriftDetectionId")
	name := strings.TrimPrefix(id, "detect-")
	status, why := "DETECTION_COMPLETE", ""
	for _, d := range l.drift[name] {
		if d.Status == "FAILED" {
			status, why = "DETECTION_FAILED", "Failed to detect drift on resource ["+d.ID+"]"
		}
	}
	if !l.looked[id] && !l.atOnce {
		l.looked[id], status = true, "DETECTION_IN_PROGRESS"
	}
	return map[string]any{"StackDriftDetectionId": id, "DetectionStatus": status, "DetectionStatusReason": why, "StackId": name}, nil
}

func describeDrifts(l *stacks, r *request) (any, error) {
	s, err := l.find(r)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, d := range l.drift[s.Name] {
		differences := []map[string]any{}
		for _, p := range d.Paths {
			differences = append(differences, map[string]any{"PropertyPath": p, "ExpectedValue": "a", "ActualValue": "b", "DifferenceType": "NOT_EQUAL"})
		}
		list = append(list, map[string]any{"LogicalResourceId": d.ID, "PhysicalResourceId": d.Name, "ResourceType": d.Type, "StackId": s.id,
			"StackResourceDriftStatus": d.Status, "PropertyDifferences": differences})
	}
	return map[string]any{"StackResourceDrifts": list}, nil
}
