package standin

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

func xmlOf(status int, text string) *answer {
	return bytesOf(status, "application/xml", []byte(xml.Header+text))
}

func sortedBuckets(m map[string]*bucket) []string { return slices.Sorted(maps.Keys(m)) }

// page is one answer of a listing.
type page struct {
	keys, prefixes []string
	next           string // where the next page begins after, "" at the end
}

// s3List answers ListObjectsV2.
func (c *Cloud) s3List(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, _, err := c.open(r)
	if err != nil {
		return nil, err
	}
	q := r.http.URL.Query()
	after := q.Get("start-after")
	if token := q.Get("continuation-token"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return nil, fail(400, "InvalidArgument", "The continuation token provided is incorrect")
		}
		after = string(text)
	}
	limit := 1000
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil && n < limit {
		limit = n
	}
	p := page{next: after + "\x00"}
	if !r.fault.empty {
		p = b.list(q.Get("prefix"), q.Get("delimiter"), after, limit)
	}
	return b.write(p, q, limit), nil
}

// list collects up to limit keys and common prefixes behind a key.
func (b *bucket) list(prefix, delimiter, after string, limit int) page {
	var p page
	at, _ := slices.BinarySearch(b.keys, max(prefix, after))
	for _, key := range b.keys[at:] {
		if !strings.HasPrefix(key, prefix) {
			break
		}
		if key <= after {
			continue
		}
		common := ""
		if delimiter != "" {
			if end := strings.Index(key[len(prefix):], delimiter); end >= 0 {
				common = key[:len(prefix)+end+len(delimiter)]
			}
		}
		if common != "" && len(p.prefixes) > 0 && p.prefixes[len(p.prefixes)-1] == common {
			continue
		}
		if len(p.keys)+len(p.prefixes) == limit {
			p.next = p.last()
			return p
		}
		if common != "" {
			p.prefixes = append(p.prefixes, common)
		} else {
			p.keys = append(p.keys, key)
		}
	}
	return p
}

// last is where a page ends: at its last key, or behind all keys of its last
// common prefix.
func (p *page) last() string {
	last := ""
	if n := len(p.keys); n > 0 {
		last = p.keys[n-1]
	}
	if n := len(p.prefixes); n > 0 {
		last = max(last, p.prefixes[n-1]+"\xff") // no UTF-8 key has this byte
	}
	return last
}

func (b *bucket) write(p page, q url.Values, limit int) *answer {
	name := escape
	if q.Get("encoding-type") == "url" {
		name = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	var w strings.Builder
	fmt.Fprintf(&w, `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>%s</Name><Prefix>%s</Prefix><KeyCount>%d</KeyCount><MaxKeys>%d</MaxKeys><IsTruncated>%t</IsTruncated>`,
		escape(b.name), name(q.Get("prefix")), len(p.keys)+len(p.prefixes), limit, p.next != "")
	if q.Get("encoding-type") == "url" {
		w.WriteString("<EncodingType>url</EncodingType>")
	}
	if p.next != "" {
		fmt.Fprintf(&w, "<NextContinuationToken>%s</NextContinuationToken>", base64.RawURLEncoding.EncodeToString([]byte(p.next)))
	}
	for _, key := range p.keys {
		o, _ := b.latest(key)
		class := o.Class
		if class == "" {
			class = "STANDARD"
		}
		fmt.Fprintf(&w, `<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;%s&quot;</ETag><Size>%d</Size><StorageClass>%s</StorageClass></Contents>`,
			name(key), o.Modified.Format("2006-01-02T15:04:05.000Z"), escape(o.ETag), o.Size, class)
	}
	for _, prefix := range p.prefixes {
		fmt.Fprintf(&w, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", name(prefix))
	}
	w.WriteString("</ListBucketResult>")
	return xmlOf(200, w.String())
}
