package logging

// Line is one line of a diff: Mark is '+' of what comes, '-' of what goes, ' ' of
// what stays.
type Line struct {
	Mark byte
	Text string
}

// Diff is how a step's text changes, line by line.
func (s Step) Diff() []Line { return diff(lines(s.Before), lines(s.After)) }

// diff is the shortest by the longest common subsequence; texts of settings are
// short enough for the plain table.
func diff(a, b []string) []Line {
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []Line
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Line{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || longest[i+1][j] >= longest[i][j+1]):
			out = append(out, Line{'-', a[i]})
			i++
		default:
			out = append(out, Line{'+', b[j]})
			j++
		}
	}
	return out
}
