package enrich

import "strings"

// card finds the number of a payment card: the issuer's first digits, the length
// that the issuer uses, in one piece or in the groups that are printed on cards,
// and a right check digit.
func (m *masker) card(i int) hit {
	var digits [20]byte
	var groups [6]int
	count, group, at := 0, 0, i
	gap := byte(0)
	for ; at < len(m.text); at++ {
		c := m.text[at]
		if digit(c) {
			if count == len(digits) {
				return hit{}
			}
			digits[count] = c - '0'
			count++
			groups[group]++
			continue
		}
		separates := (c == ' ' || c == '-') && (gap == 0 || c == gap) && group < len(groups)-1 &&
			at+1 < len(m.text) && digit(m.text[at+1])
		if !separates || issued(digits[:count], groups[:group+1]) {
			break
		}
		gap = c
		group++
	}
	if !issued(digits[:count], groups[:group+1]) || !luhn(digits[:count]) || !m.numberEnds(at) {
		return hit{}
	}
	return hit{i, at, kindCard}
}

// issued tells whether issuers give out numbers of this length, with these first
// digits and in these groups.
func issued(digits []byte, groups []int) bool {
	if len(digits) < 14 || len(digits) > 19 || !printed(len(digits), groups) {
		return false
	}
	four := int(digits[0])*1000 + int(digits[1])*100 + int(digits[2])*10 + int(digits[3])
	within := func(low, high int) bool { return four >= low && four <= high }
	switch len(digits) {
	case 14: // Diners Club
		return within(3000, 3059) || within(3600, 3699) || within(3800, 3999)
	case 15: // American Express
		return within(3400, 3499) || within(3700, 3799)
	case 16: // Visa, Mastercard, Discover, JCB, UnionPay
		return within(4000, 4999) || within(5100, 5599) || within(2221, 2720) || within(6011, 6011) ||
			within(6440, 6599) || within(3528, 3589) || within(6200, 6299)
	case 19: // Visa, UnionPay
		return within(4000, 4999) || within(6200, 6299)
	}
	return within(6200, 6299)
}

// printed tells whether the groups are one, or fours with a rest, or 4-6-5 and
// 4-6-4.
func printed(count int, groups []int) bool {
	if len(groups) == 1 {
		return true
	}
	if count < 16 {
		return len(groups) == 3 && groups[0] == 4 && groups[1] == 6
	}
	for _, group := range groups[:len(groups)-1] {
		if group != 4 {
			return false
		}
	}
	return groups[len(groups)-1] <= 4
}

// luhn checks the last digit as ISO/IEC 7812-1 computes it.
func luhn(digits []byte) bool {
	sum, zero := 0, true
	for k := range digits {
		d := int(digits[len(digits)-1-k])
		zero = zero && d == 0
		if k%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0 && !zero
}

// ibanLengths are the countries that have IBANs and how long these are, from the
// registry of ISO 13616.
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18" +
	"FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27" +
	"MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27" +
	"SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

func ibanLength(country string) int {
	for k := 0; k+4 <= len(ibanLengths); k += 4 {
		if ibanLengths[k:k+2] == country {
			return int(ibanLengths[k+2]-'0')*10 + int(ibanLengths[k+3]-'0')
		}
	}
	return 0
}

// iban finds an IBAN, in one piece or in groups of four, with right check digits.
func (m *masker) iban(i int) hit {
	length := ibanLength(string(m.text[i : i+2]))
	if length == 0 || i < m.done || !m.edge(i) {
		return hit{}
	}
	var word strings.Builder
	at := i
	for ; at < len(m.text) && word.Len() < length; at++ {
		c := m.text[at]
		switch {
		case digit(c) || upper(c):
			word.WriteByte(c)
		case c == ' ' && word.Len()%4 == 0:
		default:
			return hit{}
		}
	}
	if word.Len() < length || !m.ends(at) || !mod97(word.String()) {
		return hit{}
	}
	return hit{i, at, kindIBAN}
}

// mod97 checks an IBAN: with its first four characters moved to the end and
// letters written as 10 to 35 it leaves 1 when divided by 97.
func mod97(iban string) bool {
	rest := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		if digit(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest == 1
}
