// Package mmdb writes small MaxMind DB files that tell the country and network
// of address ranges: for the demo, whose places are invented, and for tests.
//
// It ships no data of its own and never reads one.
package mmdb

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Network says where a range of addresses is.
type Network struct {
	Prefix  netip.Prefix
	Country string // ISO 3166-1 alpha-2, "" when not known
	ASN     uint32 // number of the autonomous system, 0 when not known
	Name    string // its name
}

// epoch is the build time in the file, 2026-01-01: the same networks always
// make the same bytes.
const epoch = 1767225600

// Write makes one file of the networks, in the layout of GeoLite2 Country and
// ASN together. Of prefixes that overlap, the later one wins.
func Write(networks []Network) ([]byte, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType:            "Seismo-Country-ASN",
		Description:             map[string]string{"en": "Countries and networks, made by seismo"},
		BuildEpoch:              epoch,
		IncludeReservedNetworks: true, // documentation ranges are all a demo may use
		RecordSize:              24,
	})
	if err != nil {
		return nil, fmt.Errorf("new MaxMind DB: %w", err)
	}
	for _, n := range networks {
		if !n.Prefix.IsValid() {
			return nil, fmt.Errorf("network %q: not a valid prefix", n.Name)
		}
		if err := tree.Insert(ipNet(n.Prefix.Masked()), n.record()); err != nil {
			return nil, fmt.Errorf("insert %s: %w", n.Prefix, err)
		}
	}
	var file bytes.Buffer
	if _, err := tree.WriteTo(&file); err != nil {
		return nil, fmt.Errorf("write MaxMind DB: %w", err)
	}
	return file.Bytes(), nil
}

func (n Network) record() mmdbtype.Map {
	record := mmdbtype.Map{}
	if n.Country != "" {
		record["country"] = mmdbtype.Map{"iso_code": mmdbtype.String(n.Country)}
	}
	if n.ASN != 0 {
		record["autonomous_system_number"] = mmdbtype.Uint32(n.ASN)
		record["autonomous_system_organization"] = mmdbtype.String(n.Name)
	}
	return record
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
