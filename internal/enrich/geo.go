package enrich

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/oschwald/maxminddb-golang/v2"

	"seismo/internal/event"
)

// places looks up addresses in the MaxMind DB files that the user named. The
// files are read into memory, so that replacing one on disk cannot hurt a
// running process.
type places struct {
	readers []*maxminddb.Reader
	cache   cache
}

// place is what is known of an address; "" where nothing is.
type place struct{ country, as string }

// openPlaces opens the files. Without any, no address has a place.
func openPlaces(names []string) (*places, error) {
	p := &places{}
	for _, name := range names {
		reader, err := openPlace(name)
		if err != nil {
			return nil, err
		}
		p.readers = append(p.readers, reader)
	}
	return p, nil
}

func openPlace(name string) (*maxminddb.Reader, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("geography file: %w", err)
	}
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("geography file %s: not a MaxMind DB file: %w (name an .mmdb file, unpacked)", name, err)
	}
	kind := reader.Metadata.DatabaseType
	for _, other := range []string{"Anonymous", "Connection", "Domain"} {
		if strings.Contains(kind, other) {
			return nil, fmt.Errorf("geography file %s: %s tells neither country nor network (name a Country, City or ASN database)", name, kind)
		}
	}
	return reader, nil
}

func (p *places) close() error {
	var first error
	for _, reader := range p.readers {
		if err := reader.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// locate fills country and network of the source's address.
func (p *places) locate(source *event.Source) {
	if len(p.readers) == 0 {
		return
	}
	source.Country, source.AS = "", ""
	if source.IP == "" {
		return
	}
	found, cached := p.cache.get(source.IP)
	if !cached {
		found = p.find(source.IP)
		p.cache.put(source.IP, found)
	}
	source.Country, source.AS = found.country, found.as
}

func (p *places) find(ip string) (found place) {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return place{}
	}
	for _, reader := range p.readers {
		result := reader.Lookup(addr.Unmap().WithZone(""))
		if result.Err() != nil || !result.Found() {
			continue
		}
		if found.country == "" {
			found.country = country(result)
		}
		if found.as == "" {
			found.as = network(result)
		}
	}
	return found
}

// country reads the ISO code as MaxMind and DB-IP spell it, then as IPinfo does.
func country(r maxminddb.Result) string {
	for _, path := range [][]any{{"country", "iso_code"}, {"country_code"}, {"country"}} {
		var code string
		if err := r.DecodePath(&code, path...); err == nil && len(code) == 2 {
			return strings.ToUpper(code)
		}
	}
	return ""
}

// network reads number and name of the autonomous system, as MaxMind and DB-IP
// spell them, then as IPinfo does: "AS64500 Example Net".
func network(r maxminddb.Result) string {
	var number uint32
	var name, text string
	if err := r.DecodePath(&number, "autonomous_system_number"); err == nil && number > 0 {
		if err := r.DecodePath(&name, "autonomous_system_organization"); err != nil {
			name = ""
		}
		return strings.TrimSpace("AS" + strconv.FormatUint(uint64(number), 10) + " " + name)
	}
	if err := r.DecodePath(&text, "asn"); err != nil || !strings.HasPrefix(text, "AS") {
		return ""
	}
	if err := r.DecodePath(&name, "as_name"); err != nil {
		name = ""
	}
	return strings.TrimSpace(text + " " + name)
}

// cacheSize bounds the addresses that are remembered. The cache is emptied when
// it is full: callers repeat themselves, so it fills again within moments.
const cacheSize = 1 << 16

type cache struct {
	sync.RWMutex
	known map[string]place
}

func (c *cache) get(ip string) (place, bool) {
	c.RLock()
	defer c.RUnlock()
	found, ok := c.known[ip]
	return found, ok
}

func (c *cache) put(ip string, found place) {
	c.Lock()
	defer c.Unlock()
	if c.known == nil || len(c.known) >= cacheSize {
		c.known = make(map[string]place)
	}
	c.known[strings.Clone(ip)] = found
}
