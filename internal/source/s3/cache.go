package s3

import (
	"container/list"
	"errors"
	"io"
	"sync"
)

// cache keeps the bodies that were read last, bounded by bytes.
type cache struct {
	mu    sync.Mutex
	left  int64
	items map[string]*list.Element
	order list.List // of *cached, the last used in front
}

type cached struct {
	uri  string
	text []byte
}

// size counts what keeping takes beside the text, so that bodies of a few bytes
// are bounded too.
func (c *cached) size() int64 { return int64(len(c.text)+len(c.uri)) + perBody }

const perBody = 512

func newCache(most int64) *cache {
	return &cache{left: most, items: map[string]*list.Element{}}
}

func (c *cache) get(uri string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[uri]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).text, true
}

func (c *cache) put(uri string, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[uri]; ok {
		return
	}
	item := &cached{uri, text}
	c.items[uri] = c.order.PushFront(item)
	c.left -= item.size()
	for c.left < 0 && c.order.Len() > 0 {
		oldest := c.order.Remove(c.order.Back()).(*cached)
		delete(c.items, oldest.uri)
		c.left += oldest.size()
	}
}

// kept puts an object into the cache once it was read to its end.
type kept struct {
	io.ReadCloser
	cache *cache
	uri   string
	text  []byte
	over  bool
}

func (k *kept) Read(p []byte) (int, error) {
	n, err := k.ReadCloser.Read(p)
	if !k.over {
		k.text = append(k.text, p[:n]...)
		if len(k.text) > mostBody {
			k.over, k.text = true, nil
		}
	}
	switch {
	case errors.Is(err, io.EOF) && !k.over:
		k.over = true
		k.cache.put(k.uri, k.text)
	case err != nil && !errors.Is(err, io.EOF):
		err = bodyError(err)
	}
	return n, err
}
