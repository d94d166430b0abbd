package web

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\nhere":      "plain\ttext\nhere",
		"a\r\nb\rc":              "a\nb␍c",
		"\x1b[31mred\x1b[0m":     "␛[31mred␛[0m",
		"\x00\x7f\u0085":         "␀␡⟨U+0085⟩",
		"gnp.\u202eexe":          "gnp.⟨U+202E⟩exe",
		"zero\u200bwidth\ufeff":  "zero⟨U+200B⟩width⟨U+FEFF⟩",
		"\U000e0041":             "⟨U+E0041⟩",
		"soft\u00adhyphen":       "soft⟨U+00AD⟩hyphen",
		"می\u200cخواهم":          "می\u200cخواهم",
		"👩\u200d💻 ❤\ufe0f grüße": "👩\u200d💻 ❤\ufe0f grüße",
		"bad\xffbyte":            "bad\ufffdbyte",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
	if got := line("two\nlines\tand"); got != "two␊lines␉and" {
		t.Errorf("line: %q", got)
	}
}

func TestLongLineIsCut(t *testing.T) {
	got := line(strings.Repeat("ä", 1_000_000))
	if len(got) > lineMost+60 || !strings.HasSuffix(got, "ä… (1,000,000 characters in all)") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-60:])
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range payloads() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := visible(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if hidden(r) || r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
				t.Fatalf("%U stays hidden in %q", r, got)
			}
		}
		if again := visible(got); again != got {
			t.Fatalf("%q becomes %q", got, again)
		}
	})
}

// However a text is cut for a page, nothing of it is lost or doubled.
func FuzzPassage(f *testing.F) {
	f.Add("short", 10)
	f.Add(strings.Repeat("ä line\n", 3000), 15_000)
	f.Fuzz(func(t *testing.T, s string, left int) {
		b := budget{left: left}
		p := b.passage(s)
		shown := s[:len(s)-int(p.Cut)]
		if p.Head+p.Rest != visible(shown) && !strings.Contains(s, "\r") && utf8.ValidString(s) {
			t.Fatalf("%d of %d bytes: %q + %q", len(shown), len(s), p.Head, p.Rest)
		}
		if p.Cut < 0 || len(shown) > max(left, 0) && p.Cut == 0 {
			t.Fatalf("cut %d of %d with %d left", p.Cut, len(s), left)
		}
	})
}

func TestFormats(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{whole(0), "0"}, {whole(-1234567), "-1,234,567"}, {whole(999), "999"}, {whole(1000), "1,000"},
		{short(9999), "9,999"}, {short(10_000), "10.0 k"}, {short(999_949), "1000 k"}, {short(999_950), "1.0 M"},
		{short(123_456_789), "123 M"}, {short(-20_000), "-20.0 k"},
		{dollars(0), "$0.00"}, {dollars(1234.565), "$1,234.57"}, {dollars(0.01), "$0.01"}, {dollars(0.0042), "$0.0042"},
		{dollars(0.000012), "$0.000012"}, {dollars(-3), "-$3.00"}, {dollars(999.999), "$1,000.00"}, {dollars(0.009999), "$0.0100"},
		{price(0.0347334), "$0.0347"}, {price(12.5), "$12.50"}, {price(0.00012), "$0.00012"},
		{precise(0.0151308), "$0.015131"}, {precise(0), "$0.000000"}, {precise(0.00000012), "$0.000000120"},
		{duration(0), "0 ms"}, {duration(999.6), "1.00 s"}, {duration(8421), "8.42 s"}, {duration(59_000), "59.0 s"}, {duration(125_000), "2 min 5 s"},
		{percent(0, 0), unknown}, {percent(0, 9), "0 %"}, {percent(1, 100_000), "<0.1 %"}, {percent(99_999, 100_000), ">99.9 %"},
		{percent(9, 9), "100 %"}, {percent(1, 8), "12.5 %"},
		{size(1023), "1,023 B"}, {size(48213), "47.1 KiB"}, {size(5 << 30), "5.0 GiB"},
		{quantity(41208), "41,208"}, {quantity(1.5), "1.5"}, {exact(1e-7), "0.0000001"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
