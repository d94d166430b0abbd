package simulate

import (
	"net/netip"
	"strings"

	"seismo/internal/enrich/mmdb"
)

// AgentApp is what PeopleMap calls the agents that developers run.
const AgentApp = "coding-agent"

// PeopleMap is the company's map file, as a user of seismo would keep it: which
// teams people are in, whose the roles and users are, and what two of the three
// application inference profiles run. The third is left for the reader to find.
func PeopleMap() []byte {
	var b strings.Builder
	b.WriteString("# Who is who at Tarn Outfitters, an invented company.\npeople:\n")
	for i, p := range people {
		b.WriteString("  - {match: " + p.email() + ", person: " + p.email() + ", team: " + p.team)
		if i < developers {
			b.WriteString(", app: " + AgentApp)
		}
		b.WriteString("}\n")
	}
	b.WriteString("roles:\n")
	for _, a := range apps {
		b.WriteString("  - {match: " + a.role + ", team: " + a.team + ", app: " + a.name + "}\n")
	}
	b.WriteString("  - {match: " + ciUser + ", team: platform, app: code-review}\n" +
		"  - {match: " + stolenUser + ", team: finance, app: report-export}\n" +
		"profiles:\n" +
		"  - {match: \"" + translateProfile + "\", model: eu.amazon.nova-pro-v1:0, team: customer-care, app: mail-translator}\n" +
		"  - {match: \"" + studioProfile + "\", model: us.anthropic.claude-sonnet-4-6, team: marketing, app: campaign-studio}\n")
	return []byte(b.String())
}

// Networks are the places that the month's addresses belong to: offices, homes,
// the data centres of the programs, and where the stolen key is used. Numbers
// and prefixes are those kept for documentation.
func Networks() []mmdb.Network {
	list := []mmdb.Network{
		{Prefix: prefix("198.51.100.0/24"), Country: "US", ASN: 64497, Name: "Example Cloud"},
		{Prefix: prefix("203.0.113.0/24"), Country: "NZ", ASN: 64511, Name: "Example Anonymous Hosting"},
	}
	for _, o := range []*office{oslo, seattle, boston, osaka} {
		list = append(list, mmdb.Network{Prefix: prefix(o.net + itoa(o.from&^63) + "/26"), Country: o.country, ASN: 64496, Name: "Tarn Outfitters " + o.city})
	}
	for _, p := range people {
		list = append(list, mmdb.Network{Prefix: prefix(homes + itoa(p.home) + "/32"), Country: p.office.country, ASN: 64498, Name: "Example Broadband"})
	}
	return list
}

// prefix parses one of this file's own prefixes; an invalid one would be
// refused by mmdb.Write.
func prefix(s string) netip.Prefix {
	p, _ := netip.ParsePrefix(s)
	return p
}
