// Package cloudtrail makes one event of one CloudTrail event: of every Bedrock
// source, and of the few others that tell how a Bedrock account is being used
// or abused, by the list in content/trail.
//
// It never joins an event to a model call, names people or places, or asks AWS
// anything. The names of fields follow the CloudTrail record reference, versions
// 1.03 to 1.11; what is masked, missing or malformed is absent, never a failure.
package cloudtrail

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/model"
)

// ErrNotEvent is returned for JSON that is no CloudTrail event.
var ErrNotEvent = errors.New("not a CloudTrail event: no eventSource")

// Reader makes events. It is safe for concurrent use.
type Reader struct {
	models  *model.Catalogue
	sources []string
	clients []client
}

// New reads content/trail out of content. extra are event sources to keep beside
// those listed there, such as "ec2.amazonaws.com"; * stands for any text.
func New(content fs.FS, models *model.Catalogue, extra []string) (*Reader, error) {
	sources, err := loadSources(content, extra)
	if err != nil {
		return nil, err
	}
	clients, err := loadClients(content)
	if err != nil {
		return nil, err
	}
	return &Reader{models: models, sources: sources, clients: clients}, nil
}

// Event makes the event of doc, a CloudTrail event from origin. skip is true,
// and the event empty, when its source is not listened to. The error is
// ErrNotEvent.
func (r *Reader) Event(doc jsondoc.Value, origin event.Origin) (ev event.Event, skip bool, err error) {
	source := doc.Get("eventSource").Str()
	if source == "" && strings.HasPrefix(doc.Get("eventType").Str(), "Aws") {
		return event.Event{}, true, nil
	}
	if source == "" {
		return event.Event{}, false, ErrNotEvent
	}
	if !r.Listens(source) {
		return event.Event{}, true, nil
	}
	t := trail{
		doc:      doc,
		source:   source,
		request:  nested(doc.Get("requestParameters")),
		response: nested(doc.Get("responseElements")),
		extra:    nested(doc.Get("additionalEventData")),
	}
	t.ev.Kind = event.KindTrail
	t.ev.Origin = origin
	t.ev.Record.Raw = doc.Raw()
	t.envelope()
	t.caller(r.clients)
	t.outcome()
	if isBedrock(source) {
		t.bedrock(r.models)
	}
	return t.ev, false, nil
}

// trail is one CloudTrail event on its way to an event.
type trail struct {
	doc                      jsondoc.Value
	source                   string
	request, response, extra jsondoc.Value
	ev                       event.Event
}

// nested reads JSON that a copy of the event, such as a row of CloudTrail Lake,
// holds as a string. Any other string stays one.
func nested(v jsondoc.Value) jsondoc.Value {
	if v.Kind() != jsondoc.String {
		return v
	}
	inner, err := jsondoc.Parse([]byte(v.Str()))
	if err != nil || inner.Kind() != jsondoc.Object {
		return v
	}
	return inner
}

func load(content fs.FS, path string, into any) error {
	text, err := fs.ReadFile(content, path)
	if err != nil {
		return fmt.Errorf("trail list: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		return fmt.Errorf("trail list %s: %w", path, err)
	}
	return nil
}
