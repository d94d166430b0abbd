package event

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Detectors of findings.
const (
	DetectorGuardDuty = "guardduty"
	DetectorInsight   = "cloudtrail_insight"
)

// Severities of a finding, from the least to the gravest.
const (
	Info     = "info"
	Low      = "low"
	Medium   = "medium"
	High     = "high"
	Critical = "critical"
)

// Finding is one thing that a detector noticed. Detectors outside seismo
// (GuardDuty, CloudTrail Insights) have theirs read from where AWS writes them.
type Finding struct {
	ID        string    `json:"id,omitzero"`       // deterministic: the same finding has the same id however it came
	Time      time.Time `json:"time,omitzero"`     // UTC; when what it tells of was last seen
	Detector  string    `json:"detector,omitzero"` // guardduty, cloudtrail_insight
	Rule      string    `json:"rule,omitzero"`     // the detector's own name of the kind: "UnauthorizedAccess:IAMUser/…", "ApiCallRateInsight"
	Severity  string    `json:"severity,omitzero"`
	Title     string    `json:"title,omitzero"` // one sentence; may hold what an attacker chose
	Account   string    `json:"account,omitzero"`
	Region    string    `json:"region,omitzero"`
	Principal string    `json:"principal,omitzero"` // ARN or user name it tells of, when it does
	Resource  string    `json:"resource,omitzero"`  // what else it tells of: an API's name, an ARN
	EventIDs  []string  `json:"event_ids,omitempty"`
	Origin    Origin    `json:"origin,omitzero"`

	Raw jsontext.Value `json:"raw,omitzero"` // as the detector wrote it
}
