package digest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/test/standin"
)

// validated runs a validation to the end of the hours that were written, and
// returns its lines other than those of valid files, sorted.
func validated(t *testing.T, shelf *memory, change func(*Config)) (Summary, []string) {
	t.Helper()
	var lines []string
	cfg := Config{Shelf: shelf, Keys: testKeys(t), Bucket: bucket, From: noon.Add(-24 * time.Hour), To: noon.Add(5 * time.Hour),
		Tell: func(v Verdict) {
			if v.State != Valid {
				lines = append(lines, v.String())
			}
		}}
	if change != nil {
		change(&cfg)
	}
	summary, err := Validate(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return summary, lines
}

func digestLine(key, what string) string {
	return "Digest file\ts3://" + bucket + "/" + key + "\t" + what
}
func logLine(key, what string) string { return "Log file\ts3://" + bucket + "/" + key + "\t" + what }

func TestUntouchedChainIsValid(t *testing.T) {
	for name, place := range map[string]struct{ prefix, org, ask string }{
		"bucket":         {"", "", ""},
		"prefix":         {"trails/", "", "trails"},
		"above a prefix": {"trails/", "", ""},
		"organization":   {"", "o-exampleorg/", ""},
		"logs folder":    {"trails/", "o-exampleorg/", "trails/AWSLogs/"},
		"digest folder":  {"", "", "AWSLogs/111122223333/CloudTrail-Digest"},
		"region":         {"", "", "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/"},
		"day":            {"", "", "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/"},
	} {
		t.Run(name, func(t *testing.T) {
			shelf := newMemory()
			tr := newTrail(t, shelf)
			tr.Prefix, tr.Org = place.prefix, place.org
			tr.Hours(noon, 6)
			got, lines := validated(t, shelf, func(c *Config) { c.Prefix = place.ask })
			if len(lines) > 0 {
				t.Errorf("%s", lines)
			}
			got.Bytes = 0
			want := Summary{From: noon.Add(-24 * time.Hour), To: noon.Add(5 * time.Hour), FoundFrom: noon.Add(-time.Hour), FoundTo: noon.Add(5 * time.Hour),
				Chains: 1, Digests: Count{Valid: 6}, Logs: Count{Valid: 10}, Empty: 1, Starting: 1}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTampering changes one thing of a valid chain of six hours at a time, and
// wants exactly the lines that tell of it.
func TestTampering(t *testing.T) {
	type world struct {
		*memory
		d []written
	}
	flip := func(w world, key string, at int) {
		f := w.files[key]
		f.body = bytes.Clone(f.body)
		f.body[at] ^= 0x20
		w.files[key] = f
	}
	rewrite := func(w world, key, old, new string) {
		f := w.files[key]
		text := unzip(t, f.body)
		if !strings.Contains(text, old) {
			t.Fatalf("%s holds no %q", key, old)
		}
		f.body = standin.Zip(strings.Replace(text, old, new, 1))
		w.files[key] = f
	}
	for name, tt := range map[string]struct {
		change func(w world)
		want   func(w world) []string
	}{
		"log file changed": {
			func(w world) { rewrite(w, w.d[3].Logs[1], "15-1", "15-9") },
			func(w world) []string { return []string{logLine(w.d[3].Logs[1], "INVALID: hash value doesn't match")} },
		},
		"record added behind the log file": {
			func(w world) {
				f := w.files[w.d[3].Logs[1]]
				w.put(w.d[3].Logs[1], slices.Concat(f.body, standin.Zip("more")), nil)
			},
			func(w world) []string { return []string{logLine(w.d[3].Logs[1], "INVALID: hash value doesn't match")} },
		},
		"byte of a log file flipped": {
			func(w world) { flip(w, w.d[3].Logs[0], 0) },
			func(w world) []string { return []string{logLine(w.d[3].Logs[0], "INVALID: invalid format")} },
		},
		"log file cut": {
			func(w world) {
				f := w.files[w.d[2].Logs[0]]
				w.put(w.d[2].Logs[0], f.body[:len(f.body)-6], nil)
			},
			func(w world) []string { return []string{logLine(w.d[2].Logs[0], "INVALID: invalid format")} },
		},
		"log file emptied": {
			func(w world) { w.put(w.d[2].Logs[0], nil, nil) },
			func(w world) []string { return []string{logLine(w.d[2].Logs[0], "INVALID: invalid format")} },
		},
		"log file deleted": {
			func(w world) { delete(w.files, w.d[4].Logs[0]) },
			func(w world) []string { return []string{logLine(w.d[4].Logs[0], "INVALID: not found")} },
		},
		"two log files swapped": {
			func(w world) {
				a, b := w.d[4].Logs[0], w.d[4].Logs[1]
				w.files[a], w.files[b] = w.files[b], w.files[a]
			},
			func(w world) []string {
				return []string{logLine(w.d[4].Logs[0], "INVALID: hash value doesn't match"), logLine(w.d[4].Logs[1], "INVALID: hash value doesn't match")}
			},
		},
		"digest deleted": {
			func(w world) { delete(w.files, w.d[3].Key) },
			func(w world) []string { return []string{digestLine(w.d[3].Key, "INVALID: not found")} },
		},
		"digest and its log files deleted": {
			func(w world) {
				for _, key := range append(w.d[3].Logs, w.d[3].Key) {
					delete(w.files, key)
				}
			},
			func(w world) []string { return []string{digestLine(w.d[3].Key, "INVALID: not found")} },
		},
		"log file taken out of the digest": {
			func(w world) { rewrite(w, w.d[3].Key, w.d[3].Logs[0], w.d[3].Logs[1]) },
			func(w world) []string {
				return []string{digestLine(w.d[3].Key, "INVALID: signature verification failed")}
			},
		},
		"digest cut": {
			func(w world) {
				f := w.files[w.d[3].Key]
				w.put(w.d[3].Key, f.body[:len(f.body)/2], f.meta)
			},
			func(w world) []string { return []string{digestLine(w.d[3].Key, "INVALID: invalid format")} },
		},
		"digest is no digest": {
			func(w world) { w.put(w.d[3].Key, standin.Zip(`{"Records":[]}`), w.files[w.d[3].Key].meta) },
			func(w world) []string { return []string{digestLine(w.d[3].Key, "INVALID: invalid format")} },
		},
		"two digests swapped": {
			func(w world) {
				a, b := w.d[3].Key, w.d[2].Key
				w.files[a], w.files[b] = w.files[b], w.files[a]
			},
			func(w world) []string {
				return []string{digestLine(w.d[2].Key, "INVALID: has been moved from its original location"),
					digestLine(w.d[3].Key, "INVALID: has been moved from its original location")}
			},
		},
		"signatures swapped": {
			func(w world) {
				a, b := w.files[w.d[3].Key], w.files[w.d[2].Key]
				w.put(w.d[3].Key, a.body, b.meta)
				w.put(w.d[2].Key, b.body, a.meta)
			},
			func(w world) []string {
				return []string{digestLine(w.d[2].Key, "INVALID: signature verification failed"), digestLine(w.d[3].Key, "INVALID: signature verification failed")}
			},
		},
		"signature taken away": {
			func(w world) { w.put(w.d[3].Key, w.files[w.d[3].Key].body, nil) },
			func(w world) []string {
				return []string{digestLine(w.d[3].Key, "INVALID: signature verification failed")}
			},
		},
		"signature is no hex": {
			func(w world) {
				w.put(w.d[3].Key, w.files[w.d[3].Key].body, map[string]string{metaSignature: "zz", metaAlgorithm: signatureAlgorithm})
			},
			func(w world) []string {
				return []string{digestLine(w.d[3].Key, "INVALID: signature verification failed")}
			},
		},
		"unknown key": {
			func(w world) { rewrite(w, w.d[3].Key, standin.KeyFingerprint, "ffff") },
			func(w world) []string {
				return []string{digestLine(w.d[3].Key, "INVALID: public key not found in region eu-west-1 for fingerprint ffff")}
			},
		},
		"digest replaced by another that is signed": {
			func(w world) { // as by somebody who has two genuine digests of one hour
				tr := newTrail(t, w.memory)
				tr.Last = &w.d[2]
				tr.Hour(w.d[3].End, 1)
			},
			func(w world) []string {
				return []string{digestLine(w.d[3].Key, "INVALID: hash value doesn't match the one in the digest that follows")}
			},
		},
		"newest digests deleted": {
			func(w world) {
				for _, d := range w.d[1:] {
					delete(w.files, d.Key)
				}
			},
			func(world) []string {
				return []string{"No digest file vouches for the time between 2026-03-01T12:00:00Z and 2026-03-01T17:00:00Z: there is no newer digest"}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{memory: newMemory()}
			w.d = newTrail(t, w.memory).Hours(noon, 6)
			tt.change(w)
			got, lines := validated(t, w.memory, nil)
			want := tt.want(w)
			slices.Sort(want)
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Error(diff)
			}
			if !got.Invalid() && got.Gaps == 0 {
				t.Errorf("the summary says that all is well: %+v", got)
			}
		})
	}
}

// TestEveryByteCounts flips each byte of a digest and of a log file, one at a
// time: nothing may pass. Bytes of gzip's own header that say nothing of the
// content do.
func TestEveryByteCounts(t *testing.T) {
	const header = 10 // of gzip: time and system say nothing
	shelf := newMemory()
	d := newTrail(t, shelf).Hours(noon, 2)
	for _, key := range []string{d[1].Key, d[1].Logs[0]} {
		whole := shelf.files[key]
		for at := header; at < len(whole.body); at++ {
			body := bytes.Clone(whole.body)
			body[at] ^= 1 << (at % 8)
			shelf.put(key, body, whole.meta)
			got, _ := validated(t, shelf, func(c *Config) { c.To = noon.Add(time.Hour) })
			if !got.Invalid() && !sameContent(body, whole.body) {
				t.Fatalf("byte %d of %s: %+v", at, key, got)
			}
		}
		shelf.files[key] = whole
	}
}

// sameContent says whether two gzip streams hold the same text: a few bits of a
// stream can be written otherwise.
func sameContent(a, b []byte) bool {
	first, errA := inflate(bytes.NewReader(a))
	second, errB := inflate(bytes.NewReader(b))
	return errA == nil && errB == nil && bytes.Equal(first, second)
}

func TestGapWhereValidationWasOff(t *testing.T) {
	shelf := newMemory()
	tr := newTrail(t, shelf)
	tr.Hour(noon, 1)
	tr.Last = nil // turned off, and on again
	tr.Hour(noon.Add(4*time.Hour), 1)
	tr.Hour(noon.Add(5*time.Hour), 1)
	got, lines := validated(t, shelf, nil)
	want := []string{"No log files were delivered by CloudTrail between 2026-03-01T12:00:00Z and 2026-03-01T15:00:00Z"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got.Digests.Valid != 3 || got.Starting != 2 || got.Gaps != 1 || got.Invalid() {
		t.Errorf("%+v", got)
	}
}

func TestGapInsideOfTheChain(t *testing.T) {
	shelf := newMemory()
	tr := newTrail(t, shelf)
	tr.Hour(noon, 1)
	tr.Hour(noon.Add(5*time.Hour), 1)
	_, lines := validated(t, shelf, nil)
	want := []string{"No digest file vouches for the time between 2026-03-01T12:00:00Z and 2026-03-01T16:00:00Z: the digests do not join"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// A digest that no other one names is checked all the same, and said to be so.
func TestDigestOutsideOfTheChain(t *testing.T) {
	shelf := newMemory()
	tr := newTrail(t, shelf)
	tr.Hour(noon, 1)
	named := *tr.Last
	tr.Hour(noon.Add(30*time.Minute), 1)
	tr.Last = &named
	tr.Hour(noon.Add(time.Hour), 1)
	got, lines := validated(t, shelf, func(c *Config) { c.To = noon.Add(time.Hour) })
	if len(lines) > 0 || got.Unlinked != 1 || got.Digests.Valid != 3 || got.Logs.Valid != 3 {
		t.Errorf("%s %+v", lines, got)
	}
}

func TestBackfillsAreOutsideOfTheChain(t *testing.T) {
	shelf := newMemory()
	tr := newTrail(t, shelf)
	tr.Hours(noon, 6)
	good := tr.Digest(written{End: noon.Add(2 * time.Hour)}, "", "_backfill")
	bad := tr.Digest(written{End: noon.Add(3 * time.Hour)}, "", "_backfill")
	delete(shelf.files[bad.Key].meta, metaBackfill)
	got, lines := validated(t, shelf, nil)
	want := []string{"(backfill) Digest file\ts3://" + bucket + "/" + bad.Key + "\tINVALID: invalid format"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got.Digests.Valid != 6 || got.Backfills != (Count{Valid: 1, Invalid: 1}) || good.Key == bad.Key {
		t.Errorf("%+v", got)
	}
}

// Only what could be read is judged: a cut connection is no tampering.
func TestUnreadableIsNotInvalid(t *testing.T) {
	shelf := newMemory()
	d := newTrail(t, shelf).Hours(noon, 6)
	cut := errors.New("connection reset by peer")
	shelf.fails[d[3].Logs[0]] = cut
	shelf.fails[d[2].Key] = cut
	got, lines := validated(t, shelf, nil)
	want := []string{digestLine(d[2].Key, "NOT CHECKED: connection reset by peer"), logLine(d[3].Logs[0], "NOT CHECKED: connection reset by peer")}
	slices.Sort(want)
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got.Invalid() || !got.Unchecked() || got.Digests.Valid != 5 {
		t.Errorf("%+v", got)
	}
}

func TestRangeAndFilter(t *testing.T) {
	shelf := newMemory()
	newTrail(t, shelf).Hours(noon, 6)
	other := newTrail(t, shelf)
	other.Account, other.Region = "444455556666", "us-east-1"
	other.Hours(noon, 6)
	all, _ := validated(t, shelf, nil)
	part, _ := validated(t, shelf, func(c *Config) { c.From, c.To = noon.Add(90*time.Minute), noon.Add(150*time.Minute) })
	one, _ := validated(t, shelf, func(c *Config) { c.Chain = Chain{Account: "444455556666"} })
	none, _ := validated(t, shelf, func(c *Config) { c.Chain = Chain{Trail: "another"} })
	if all.Chains != 2 || all.Digests.Valid != 12 || one.Chains != 1 || one.Digests.Valid != 6 || none.Chains != 0 {
		t.Errorf("all %+v\none %+v\nnone %+v", all, one, none)
	}
	// Asked for 13:30 to 14:30: the digests that end at 14:00, and at 15:00 since
	// it may list what came until then, and no more.
	if part.Digests.Valid != 4 {
		t.Errorf("part: %+v", part)
	}
	cfg := Config{Shelf: shelf, Keys: testKeys(t), From: noon, To: noon}
	if _, err := Validate(t.Context(), cfg, nil); !errors.Is(err, ErrTimes) {
		t.Errorf("an empty time: %v", err)
	}
}
