package query

import (
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
)

const metadataPrefix = "metadata."

// Lookup finds a field by its name. metadata.KEY is a text field for every KEY.
func Lookup(name string) (event.Field, bool) {
	if key, ok := strings.CutPrefix(name, metadataPrefix); ok && key != "" {
		return event.Field{Name: name, Type: event.Text, Sensitivity: event.Internal, Virtual: true,
			Meaning: "Request metadata that the caller gave under this key."}, true
	}
	f, ok := byName()[name]
	return f.Field, ok
}

type field struct {
	event.Field
	read func(*event.Event) any
}

var byName = sync.OnceValue(func() map[string]field {
	m := make(map[string]field)
	for _, f := range event.Fields() {
		m[f.Name] = field{f, f.Getter()}
	}
	return m
})

// Get reads a field from an event: nil when it is absent or unknown, else the Go
// type of the field's event.Type.
func Get(e *event.Event, name string) any {
	if key, ok := strings.CutPrefix(name, metadataPrefix); ok {
		return metadata(e.Metadata[key])
	}
	f, ok := byName()[name]
	if !ok {
		return nil
	}
	return f.read(e)
}

func metadata(raw jsontext.Value) any {
	switch raw.Kind() {
	case '"':
		text, err := jsontext.AppendUnquote(nil, raw)
		if err != nil {
			return nil
		}
		return present(string(text))
	case 'n', 0:
		return nil
	}
	return present(string(raw))
}

// present takes "" for absent, as all text of an event does.
func present(s string) any {
	if s == "" {
		return nil
	}
	return s
}
