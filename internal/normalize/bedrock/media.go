package bedrock

import (
	"encoding/base64"
	"path"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// picture describes media that a body holds as base64, as a data: address or
// by reference. The format that is stated counts; else the first bytes tell.
func picture(format, data string) *event.Media {
	if strings.HasPrefix(data, "s3://") || strings.HasPrefix(data, "https://") || strings.HasPrefix(data, "http://") {
		if format == "" {
			format = extension(data)
		}
		return &event.Media{Format: format, URI: data}
	}
	m := inline(format, data)
	if _, bare, found := strings.Cut(data, ";base64,"); found {
		data = bare
	}
	if m.Format == "" {
		m.Format = sniff(data)
	}
	return m
}

// sniff tells a format from the first bytes of base64 data, "" when unknown.
func sniff(data string) string {
	head, err := base64.StdEncoding.DecodeString(data[:min(16, len(data)/4*4)])
	if err != nil {
		return ""
	}
	s := string(head)
	switch {
	case strings.HasPrefix(s, "\x89PNG"):
		return "png"
	case strings.HasPrefix(s, "\xff\xd8\xff"):
		return "jpeg"
	case strings.HasPrefix(s, "GIF8"):
		return "gif"
	case strings.HasPrefix(s, "RIFF") && strings.HasPrefix(s[min(8, len(s)):], "WEBP"):
		return "webp"
	case strings.HasPrefix(s, "RIFF") && strings.HasPrefix(s[min(8, len(s)):], "WAVE"):
		return "wav"
	case strings.HasPrefix(s[min(4, len(s)):], "ftyp"):
		return "mp4"
	case strings.HasPrefix(s, "ID3"):
		return "mp3"
	}
	return ""
}

func extension(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(uri), "."))
	switch {
	case ext == "jpg":
		return "jpeg"
	case len(ext) > 5:
		return ""
	}
	return ext
}

func block(kind string, m *event.Media) event.Block { return event.Block{Type: kind, Media: m} }

// pictures reads a base64 string or a list of them.
func pictures(v jsondoc.Value) []event.Block {
	var blocks []event.Block
	for _, data := range words(v) {
		if data != "" {
			blocks = append(blocks, block(event.BlockImage, picture("", data)))
		}
	}
	return blocks
}

// mediaSource reads the ways in which Amazon and TwelveLabs name media: a string of
// base64, {bytes}, {base64String}, {s3Location{uri}}, or {format, source{…}}.
func mediaSource(kind string, v jsondoc.Value) (event.Block, bool) {
	format := v.Get("format").Str()
	if inner := v.Get("source"); inner.Exists() {
		v = inner
	}
	data := v.Str()
	if data == "" {
		data = v.First("bytes", "base64String", "s3Uri", "url").Str()
	}
	if data == "" {
		data = v.Get("s3Location").First("uri", "s3Uri").Str()
	}
	if data == "" {
		return event.Block{}, false
	}
	return block(kind, picture(format, data)), true
}

// drew notes the images of an answer.
func (x *exchange) drew(blocks []event.Block) {
	for _, b := range blocks {
		x.imagesOut = append(x.imagesOut, *b.Media)
	}
	say(&x.out, event.RoleAssistant, blocks...)
}

// subtype is the second half of a media type such as image/png.
func subtype(mediaType string) string {
	if _, sub, found := strings.Cut(mediaType, "/"); found {
		return sub
	}
	return mediaType
}
