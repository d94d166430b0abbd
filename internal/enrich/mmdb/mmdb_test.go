package mmdb_test

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"

	"seismo/internal/enrich/mmdb"
)

var networks = []mmdb.Network{
	{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Country: "NO", ASN: 64500, Name: "Example Office"},
	{Prefix: netip.MustParsePrefix("192.0.2.128/25"), Country: "SE", ASN: 64501, Name: "Example Annexe"},
	{Prefix: netip.MustParsePrefix("198.51.100.0/24"), Country: "BR"},
	{Prefix: netip.MustParsePrefix("2001:db8::/32"), ASN: 64502, Name: "Example Six"},
}

type record struct {
	Country struct {
		ISOCode string `maxminddb:"iso_code"`
	} `maxminddb:"country"`
	Number uint32 `maxminddb:"autonomous_system_number"`
	Name   string `maxminddb:"autonomous_system_organization"`
}

func TestWrittenFileReadsBack(t *testing.T) {
	file, err := mmdb.Write(networks)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := maxminddb.OpenBytes(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Verify(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ip, country, name string
		number            uint32
	}{
		{"192.0.2.1", "NO", "Example Office", 64500},
		{"192.0.2.200", "SE", "Example Annexe", 64501}, // the later, narrower prefix
		{"198.51.100.7", "BR", "", 0},
		{"2001:db8::1", "", "Example Six", 64502},
		{"203.0.113.1", "", "", 0},
	} {
		var got record
		if err := reader.Lookup(netip.MustParseAddr(c.ip)).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if got.Country.ISOCode != c.country || got.Name != c.name || got.Number != c.number {
			t.Errorf("%s: got %+v, want %s, %d %s", c.ip, got, c.country, c.number, c.name)
		}
	}
}

func TestSameNetworksMakeTheSameFile(t *testing.T) {
	one, err := mmdb.Write(networks)
	if err != nil {
		t.Fatal(err)
	}
	two, err := mmdb.Write(networks)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two writes differ")
	}
}

func TestInvalidPrefixIsRefused(t *testing.T) {
	if _, err := mmdb.Write([]mmdb.Network{{Country: "NO"}}); err == nil {
		t.Error("a network without a prefix was written")
	}
}
