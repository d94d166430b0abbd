package enrich

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// images bills the images that were made, by size and steps where the entry
// distinguishes them.
func (s *bill) images(ev *event.Event) string {
	if s.entry.Image == nil && len(s.entry.Images) == 0 {
		return ""
	}
	count := len(ev.ImagesOut)
	if count == 0 {
		if s.parts != nil {
			return "" // a model that answers in text as well, and did
		}
		return reasonNoImages
	}
	if s.entry.Image != nil {
		s.add("image", "image", float64(count), *s.entry.Image)
		return ""
	}
	row, reason := pick(s.entry.Images, pictureOf(ev))
	if row == nil {
		return reason
	}
	s.name += row.label()
	s.add("image", "image", float64(count), row.USD)
	s.name = s.entry.Name()
	return ""
}

// picture is the shape of the images made; 0 where the log does not say.
type picture struct{ width, height, steps int64 }

// pick finds the first row that the picture fits. A row that asks for something
// unknown ends the search: a later row must not price it by accident.
func pick(rows []PerSize, p picture) (*PerSize, string) {
	for i := range rows {
		row := &rows[i]
		if row.Width > 0 && (p.width <= 0 || p.height <= 0) || row.Steps > 0 && p.steps <= 0 {
			return nil, reasonNoImageSize
		}
		if (row.Width == 0 || p.width <= row.Width && p.height <= row.Height) && (row.Steps == 0 || p.steps <= row.Steps) {
			return row, ""
		}
	}
	return nil, reasonImageSize
}

// pictureOf reads the shape from the record: the envelope says what was made,
// else the request says what was asked for.
func pictureOf(ev *event.Event) (p picture) {
	record, err := jsondoc.Parse(ev.Record.Raw)
	if err != nil {
		record = jsondoc.Value{}
	}
	out := record.Get("output")
	p.width, _ = out.Get("outputImageWidth").Int()
	p.height, _ = out.Get("outputImageHeight").Int()
	p.steps, _ = out.Get("outputImageBucketedStepSize").Int()
	body := record.Get("input", "inputBodyJson")
	if len(ev.Record.BodyInput) > 0 {
		if fetched, err := jsondoc.Parse(ev.Record.BodyInput); err == nil {
			body = fetched
		}
	}
	for _, place := range []jsondoc.Value{body, body.Get("imageGenerationConfig")} {
		orElse(&p.width, place.Get("width"))
		orElse(&p.height, place.Get("height"))
		orElse(&p.steps, place.Get("steps"))
	}
	return p
}

func orElse(into *int64, v jsondoc.Value) {
	if n, ok := v.Int(); ok && *into <= 0 {
		*into = n
	}
}
