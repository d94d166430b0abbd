package test

import (
	"context"
	"fmt"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/pipeline"
	"seismo/internal/source/s3"
	"seismo/internal/store/memory"
	"seismo/internal/store/storetest"
	"seismo/test/malformed"
	"seismo/test/standin"
)

// TestMalformedObjects mixes malformed objects of more than forty kinds with good
// ones, ten to one: each has a reason in the quarantine, and every good event is
// there.
func TestMalformedObjects(t *testing.T) {
	many := 10_000
	if testing.Short() {
		many = 500
	}
	cloud := standin.New(t)
	cloud.Bucket("mixed", standin.Region)
	bad, good := map[string]string{}, 0
	kinds := malformed.Kinds()
	if len(kinds) < 40 {
		t.Fatalf("only %d kinds", len(kinds))
	}
	for i := range many {
		k := kinds[i%len(kinds)]
		key := fmt.Sprintf("mixed/%06d-%s", i, k.Name)
		bad[key] = k.Name
		cloud.PutObject("mixed", key, k.Body(i))
		if i%10 == 0 {
			cloud.PutObject("mixed", fmt.Sprintf("mixed/%06d-good.json.gz", i), malformed.Zipped(malformed.Call(i)))
			good++
		}
	}
	store, counts := readAll(t, cloud, "mixed")
	items, err := store.Quarantine(t.Context(), 10*many, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if item.Reason == "" || item.SHA256 == "" {
			t.Errorf("%s has no reason or no hash: %+v", item.Origin.Key, item)
		}
		delete(bad, item.Origin.Key)
	}
	left := map[string]int{}
	for _, kind := range bad {
		left[kind]++
	}
	if len(left) > 0 {
		t.Errorf("malformed objects without a reason: %v", left)
	}
	if counts.Stored != int64(good) || counts.Read != counts.Stored+counts.Duplicate+counts.Skipped+counts.Quarantined {
		t.Errorf("%d good ones written: %+v", good, counts)
	}
	t.Logf("%d kinds; %d read = %d stored + %d skipped + %d quarantined", len(kinds), counts.Read, counts.Stored, counts.Skipped, counts.Quarantined)
}

// readAll reads a bucket once by listing.
func readAll(t *testing.T, cloud *standin.Cloud, bucket string) (*memory.Store, pipeline.Counts) {
	t.Helper()
	store, err := memory.New(memory.Config{Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	cfg := s3.Config{BucketARN: "arn:aws:s3:::" + bucket}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	a := cloud.Account(t)
	src, err := s3.New(t.Context(), cfg, s3.Deps{Name: "listing", Account: a, Journal: store, Once: true})
	if err != nil {
		t.Fatal(err)
	}
	n, err := normalize.New(normalize.Config{})
	if err != nil {
		t.Fatal(err)
	}
	meter := &pipeline.Meter{}
	err = pipeline.Once(context.Background(), pipeline.Config{Name: "listing", Source: src, Decoder: decode.New(decode.DefaultLimits()),
		Normalize: n.Event, Finding: n.Finding, Enrich: func(*event.Event) {}}, store, pipeline.Limits{}, meter)
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return store, meter.Counts()
}

func call(i int) string { return malformed.Call(i) }
