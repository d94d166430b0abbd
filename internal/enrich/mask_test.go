package enrich

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Secrets of examples are put together here, so that nothing in this file looks
// like one to a scanner of repositories.
const (
	exampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" // of AWS's documentation
	exampleABSK   = "ABSK" + "QmVkcm9ja0FQSUtleS1leGFtcGxlLWF0LTExMTEyMjIyMzMzMzpleGFtcGxl"
	exampleShort  = "bedrock-api-key-" + "YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbg=="
	exampleGitHub = "ghp" + "_0123456789abcdefghijABCDEFGHIJ012345"
	exampleGitLab = "glpat" + "-ABCdefGHIjklMNOpqrST"
	exampleSlack  = "xoxb" + "-111111111111-222222222222-exampleExampleExample123"
	exampleJWT    = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLWV4YW1wbGU"
	pemLine       = "MIIEexampleexampleexampleexampleexampleexampleexampleexample0000"
	examplePEM    = "-----BEGIN RSA PRIVATE KEY-----\n" + pemLine + "\n" + pemLine + "\nabcd==\n-----END RSA PRIVATE KEY-----"
)

var masks = []struct{ name, text, want string }{
	{"access key", "key AKIAIOSFODNN7EXAMPLE, it", "key [masked:aws_access_key], it"},
	{"session's access key", "ASIAIOSFODNN7EXAMPLE", "[masked:aws_access_key]"},
	{"secret behind its name", "aws_secret_access_key = " + exampleSecret + "\n", "aws_secret_access_key = [masked:aws_secret_key]\n"},
	{"secret in JSON", `{"SecretAccessKey":"` + exampleSecret + `"}`, `{"SecretAccessKey":"[masked:aws_secret_key]"}`},
	{"secret in a variable", "AWS_SECRET_ACCESS_KEY=" + exampleSecret, "AWS_SECRET_ACCESS_KEY=[masked:aws_secret_key]"},
	{"secret with escaped slashes", `{"secret":"` + strings.ReplaceAll(exampleSecret, "/", `\/`) + `"}`, `{"secret":"[masked:aws_secret_key]"}`},
	{"key pair", "AKIAIOSFODNN7EXAMPLE," + exampleSecret + "\n", "[masked:aws_access_key],[masked:aws_secret_key]\n"},
	{"long-term Bedrock key", "export AWS_BEARER_TOKEN_BEDROCK=" + exampleABSK, "export AWS_BEARER_TOKEN_BEDROCK=[masked:bedrock_api_key]"},
	{"short-term Bedrock key", "use " + exampleShort + " now", "use [masked:bedrock_api_key] now"},
	{"GitHub", "token: " + exampleGitHub + ".", "token: [masked:github_token]."},
	{"GitHub, fine-grained", "github_pat_" + strings.Repeat("11ABCDEFG0", 6), "[masked:github_token]"},
	{"GitLab", `"` + exampleGitLab + `"`, `"[masked:gitlab_token]"`},
	{"Slack", exampleSlack, "[masked:slack_token]"},
	{"Slack webhook", "https://hooks.slack.com/services/T00000000/B00000000/exampleExample0123456789", "https://hooks.slack.com/services/[masked:slack_token]"},
	{"JWT", "cookie=" + exampleJWT + "; path=/", "cookie=[masked:jwt]; path=/"},
	{"JWT at a sentence's end", "It is " + exampleJWT + ". Then", "It is [masked:jwt]. Then"},
	{"encrypted JWT without a key", "eyJlbmMiOiJBMjU2R0NNIn0..aXZpdml2aXY.Y2lwaGVydGV4dA.dGFndGFn", "[masked:jwt]"},
	{"bearer", "Authorization: Bearer 0123abcd.example_token~x/y+z==\r\n", "Authorization: Bearer [masked:bearer_token]\r\n"},
	{"bearer of a known kind", "authorization: bearer " + exampleABSK, "authorization: bearer [masked:bedrock_api_key]"},
	{"private key", "a\n" + examplePEM + "\nb", "a\n[masked:private_key]\nb"},
	{"private key in JSON", `{"k":"` + strings.ReplaceAll(examplePEM, "\n", `\n`) + `\n"}`, `{"k":"[masked:private_key]\n"}`},
	{"private key in JSON in JSON", `"{\"k\":\"` + strings.ReplaceAll(examplePEM, "\n", `\\n`) + `\"}"`, `"{\"k\":\"[masked:private_key]\"}"`},
	{"private key cut off", `{"k":"-----BEGIN PRIVATE KEY-----\n` + pemLine + `\n` + pemLine[:20] + `"}`, `{"k":"[masked:private_key]"}`},
	{"private key with headers", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + pemLine + "\n-----END EC PRIVATE KEY-----", "[masked:private_key]"},

	{"e-mail", "write to alice.smith+x@mail.example.com.", "write to [masked:email]."},
	{"e-mail behind a line break", `"hi\nalice@example.com\n"`, `"hi\n[masked:email]\n"`},
	{"e-mail between escaped brackets", `"\u003calice@example.com\u003e"`, `"\u003c[masked:email]\u003e"`},
	{"e-mail in JSON in JSON", `"{\"to\":\"a\\nalice@example.com\"}"`, `"{\"to\":\"a\\n[masked:email]\"}"`},
	{"e-mail with an umlaut", "jürgen@example.com", "[masked:email]"},
	{"e-mail within Chinese", "联系alice@example.com吧", "联系[masked:email]吧"},
	{"two e-mails", "a@example.com,b@example.com", "[masked:email],[masked:email]"},
	{"e-mail as a member's name", `{"a@example.com":1}`, `{"[masked:email]":1}`},
	// Card numbers that issuers publish for tests; all end in the digit that Luhn's sum asks for.
	{"Visa", "4111 1111 1111 1111, 12/29", "[masked:payment_card], 12/29"},
	{"Visa and its date", "4111 1111 1111 1111 12/29", "[masked:payment_card] 12/29"},
	{"Mastercard", "5555-5555-5555-4444", "[masked:payment_card]"},
	{"American Express", "3782 822463 10005", "[masked:payment_card]"},
	{"Diners Club", "30569309025904.", "[masked:payment_card]."},
	{"card in a string", `{"card":"4111111111111111"}`, `{"card":"[masked:payment_card]"}`},
	{"card as a number", `{"card":4111111111111111,"n":1}`, `{"card":"[masked:payment_card]","n":1}`},
	{"card behind an escape", `["\u00204111111111111111"]`, `["\u0020[masked:payment_card]"]`},
	{"card in text with a bracket", "[1] 4111111111111111", "[1] [masked:payment_card]"},
	{"SSN", "SSN 123-45-6789", "SSN [masked:us_ssn]"},
	{"IBAN", "GB82WEST12345698765432", "[masked:iban]"}, // of ISO 13616
	{"IBAN in groups", "an DE89 3704 0044 0532 0130 00.", "an [masked:iban]."},
	{"IBAN behind a line break", `"\nDE89370400440532013000"`, `"\n[masked:iban]"`},
	{"phone", "call +1 (202) 555-0100!", "call [masked:phone]!"},
	{"phone in one piece", `"tel:+442079460000"`, `"tel:[masked:phone]"`},
	{"phone and a year", "+49 30 90182 0000 2026", "[masked:phone] 2026"}, // 13 digits; 17 would be too many
	{"e-mail before a secret", "secret of bob@example.com: " + exampleSecret, "secret of [masked:email]: [masked:aws_secret_key]"},
}

// misses look like secrets and are none.
var misses = []struct{ name, text string }{
	{"id of a user", "AIDACKCEVSQ6C2EXAMPLE AROACKCEVSQ6C2EXAMPLE"},
	{"access key too short", "AKIAIOSFODNN7EXAMPL"},
	{"access key too long", "AKIAIOSFODNN7EXAMPLEX"},
	{"access key within a word", "xAKIAIOSFODNN7EXAMPLE"},
	{"40 characters without a name", "see " + exampleSecret},
	{"hash behind the word", "secret hash da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{"secret's name only", "put the secret access key into AWS Secrets Manager"},
	{"GitHub too short", "ghp" + "_tooShort123"},
	{"word with gh", "high_level ghp_ ghost"},
	{"GitLab too short", "glpat-short"},
	{"xox in prose", "xoxo- and xoxb-your-token-goes-here"},
	{"JWT's beginning", "eyJhbGciOiJIUzI1NiJ9 and eyJson.config.js"},
	{"bearer in prose", "the bearer of bad news; Bearer authentication is; Bearer <token>"},
	{"bearer without a digit", "bearer internationalization-and-localization"},
	{"header of a key", "a file that begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----"},
	{"certificate", "-----BEGIN CERTIFICATE-----\n" + pemLine + "\n-----END CERTIFICATE-----"},
	{"public key", "-----BEGIN PUBLIC KEY-----\n" + pemLine + "\n-----END PUBLIC KEY-----"},
	{"handle", "thanks @alice and root@localhost"},
	{"package", "npm i left-pad@1.3.0 @scope/name@2.0"},
	{"picture", "icon@2x.png"},
	{"clone", "git clone git@github.com:org/repo.git"},
	{"card with a wrong check digit", "4111111111111112"},
	{"card of no issuer", "9111111111111113"},
	{"milliseconds and nanoseconds", `{"t":1767225600000,"n":1767225600000000000}`},
	{"fraction", "0.4111111111111111 4111111111111111.5"},
	{"UUID", "00000000-4111-4111-8111-111111111111"},
	{"digits in other groups", "41111 11111 11111 1"},
	{"longer number", "41111111111111110000000"},
	{"SSN of no area", "000-12-3456 666-12-3456 912-12-3456 123-00-4567 123-45-0000"},
	{"date", "2026-03-01 and 123-45-67890"},
	{"IBAN with wrong check digits", "GB83WEST12345698765432"},
	{"IBAN of no country", "ZZ82WEST12345698765432"},
	{"time zone", "2026-03-01T08:30:01+0100 and +1"},
	{"sum", "x+123456789 1e+4912345678"},
	{"national number", "call 555-0100"},
}

func TestMask(t *testing.T) {
	for _, c := range masks {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Mask([]byte(c.text))); got != c.want {
				t.Errorf("Mask(%q)\ngot  %q\nwant %q", c.text, got, c.want)
			}
			if got := string(Mask([]byte(c.want))); got != c.want {
				t.Errorf("masked again: %q", got)
			}
		})
	}
}

func TestMaskLeavesAlone(t *testing.T) {
	for _, c := range misses {
		t.Run(c.name, func(t *testing.T) {
			text := []byte(c.text)
			if got := Mask(text); string(got) != c.text {
				t.Errorf("Mask(%q) = %q", c.text, got)
			} else if &got[0] != &text[0] {
				t.Error("the text was copied though nothing was masked")
			}
		})
	}
}

// TestMaskedInJSON holds that every example is found in a JSON string, and in a
// JSON string inside of one, and says the same there.
func TestMaskedInJSON(t *testing.T) {
	for _, c := range masks {
		if jsontext.Value(c.text).IsValid() {
			continue
		}
		for depth, text := 1, c.text; depth <= 2; depth++ {
			text = quoted(t, text)
			got := string(Mask([]byte(text)))
			for range depth {
				var inner string
				if err := json.Unmarshal([]byte(got), &inner); err != nil {
					t.Fatalf("%s, depth %d: %v in %s", c.name, depth, err, got)
				}
				got = inner
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, depth %d (-want +got):\n%s", c.name, depth, diff)
			}
		}
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	value, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func isJSON(text []byte) bool {
	return jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// TestMaskKeepsJSON puts examples, escapes and odds and ends together at random.
func TestMaskKeepsJSON(t *testing.T) {
	pieces := []string{`\n`, `\\`, `\"`, `\u003c`, `\/`, `\\n`, " ", "a", "1", "ü", "联", "@", "+", "-", ",", ":", "secret", "Bearer "}
	for _, c := range masks {
		raw := quoted(t, c.text)
		pieces = append(pieces, raw[1:len(raw)-1])
	}
	rapid.Check(t, func(r *rapid.T) {
		var text strings.Builder
		text.WriteByte('[')
		for range rapid.IntRange(1, 4).Draw(r, "values") {
			if rapid.Bool().Draw(r, "number") {
				text.WriteString(rapid.SampledFrom([]string{"4111111111111111", "5555555555554444", "123456789012"}).Draw(r, "digits"))
			} else {
				text.WriteString(`"` + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(r, "pieces"), "") + `"`)
			}
			text.WriteByte(',')
		}
		text.WriteString("0]")
		checkMask(r, []byte(text.String()))
	})
}

type fataler interface{ Fatalf(string, ...any) }

func checkMask(t fataler, text []byte) {
	before := bytes.Clone(text)
	got := Mask(text)
	if !bytes.Equal(before, text) {
		t.Fatalf("Mask changed its input from %q to %q", before, text)
	}
	if isJSON(text) && !isJSON(got) {
		t.Fatalf("%q is JSON, masked it is not: %q", text, got)
	}
}

func FuzzMask(f *testing.F) {
	for _, c := range masks {
		f.Add([]byte(c.text))
	}
	for _, c := range misses {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkMask(t, text) })
}

// clean is prose and code with numbers, quotes and names, of about 4 kB.
var clean = []byte(strings.Repeat(`{"role":"user","content":[{"text":"Please summarise the attached report for the board, `+
	`in 3 paragraphs.\nfunc main() { fmt.Println(\"total\", 1024+len(args)) }\nSales rose by 4.7 % to 1,203,400 in Q3; see page 12. `+
	`The base case assumes EUR 12.50 per unit and a growth of 0.031 each month."}]}`+"\n", 12))

func BenchmarkMaskClean(b *testing.B) {
	b.SetBytes(int64(len(clean)))
	b.ReportAllocs()
	for b.Loop() {
		if out := Mask(clean); &out[0] != &clean[0] {
			b.Fatal("clean text was masked")
		}
	}
}

func BenchmarkMaskDirty(b *testing.B) {
	text := append(bytes.Clone(clean), examplePEM+" alice@example.com AKIAIOSFODNN7EXAMPLE"...)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Mask(text)
	}
}
