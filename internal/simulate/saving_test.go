package simulate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/store"
)

// TestAgentsResendMostOfWhatTheySay cuts the agents' conversations as a store
// does: what is kept of them is a fifth at most.
func TestAgentsResendMostOfWhatTheySay(t *testing.T) {
	c, lex := settled(t, Config{})
	s := plan(c)
	n, err := normalize.New(normalize.Config{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[sha256.Size]byte]bool{}
	var sent, kept int64
	for h := range hours {
		g := &generator{seed: c.Seed, lex: lex, hour: s.start + int64(h)*hourMS, end: s.start + hours*hourMS}
		for slot := range s.slots[h][0] {
			g.random = derive(c.Seed, 0, uint64(h), uint64(slot))
			g.agentSitting(g.hour)
		}
		for _, e := range g.entries {
			if e.kind != logEntry {
				continue
			}
			doc := store.Split(eventOf(t, n, e.data))
			sent, kept = sent+doc.Bytes, kept+int64(len(doc.Skeleton))
			for _, p := range doc.Parts {
				if id := sha256.Sum256(p.Bytes); !seen[id] {
					seen[id] = true
					kept += int64(len(p.Bytes))
				}
			}
		}
	}
	t.Logf("%d bytes sent, %d kept: %.1f times less", sent, kept, float64(sent)/float64(kept))
	if sent < 5*kept || kept == 0 {
		t.Errorf("%d bytes sent, %d kept; want a fifth at most", sent, kept)
	}
}

// settled is a configuration with its defaults, and the lexicon.
func settled(t testing.TB, c Config) (Config, *lexicon) {
	t.Helper()
	c, err := c.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	g, err := parseGrammar(grammarText)
	if err != nil {
		t.Fatal(err)
	}
	return c, &lexicon{g}
}

// eventOf reads one record as seismo does.
func eventOf(t *testing.T, n *normalize.Normalizer, record []byte) *event.Event {
	t.Helper()
	var out *event.Event
	err := decode.New(decode.DefaultLimits()).Decode(context.Background(), bytes.NewReader(record), event.Origin{Key: "a.json"}, func(item decode.Item) error {
		ev, err := n.Event(context.Background(), item)
		out = &ev
		return err
	})
	if err != nil || out == nil {
		t.Fatalf("a record of the simulation does not become an event: %v", err)
	}
	return out
}
