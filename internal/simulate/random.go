package simulate

import "math/bits"

// random is a splitmix64 sequence. The standard library's generators would do,
// but their derived methods may change between releases, and the month must not.
type random struct{ state uint64 }

// derive starts a sequence that depends on all parts and on nothing else, so
// that any piece of the month can be made without making what comes before it.
func derive(parts ...uint64) random {
	r := random{state: 0x9e3779b97f4a7c15}
	for _, p := range parts {
		r.state = r.next() ^ (p * 0xd1342543de82ef95)
	}
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// below returns a number from 0 to n-1.
func (r *random) below(n int) int {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int(hi)
}

// between returns a number from low to high, both included.
func (r *random) between(low, high int) int { return low + r.below(high-low+1) }

// permille is true in n of 1,000 cases. There is no floating point here: fused
// multiplication would make the month differ between processors.
func (r *random) permille(n int) bool { return r.below(1000) < n }

func pick[T any](r *random, from []T) T { return from[r.below(len(from))] }

// characters appends n characters of alphabet, which has at most 64 of them.
func (r *random) characters(b []byte, n int, alphabet string) []byte {
	for range n {
		b = append(b, alphabet[r.below(len(alphabet))])
	}
	return b
}

const (
	hexDigits    = "0123456789abcdef"
	upperDigits  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	base62       = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	base64Digits = base62 + "+/"
)

func (r *random) text(n int, alphabet string) string {
	return string(r.characters(make([]byte, 0, n), n, alphabet))
}

// uuid returns a random UUID of version 4.
func (r *random) uuid() string {
	const form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx"
	bits, left := r.next(), 16
	out := make([]byte, len(form))
	for i := range out {
		if left == 0 {
			bits, left = r.next(), 16
		}
		switch form[i] {
		case 'x':
			out[i] = hexDigits[bits&15]
		case 'y':
			out[i] = hexDigits[8|bits&3]
		default:
			out[i] = form[i]
			continue
		}
		bits, left = bits>>4, left-1
	}
	return string(out)
}
