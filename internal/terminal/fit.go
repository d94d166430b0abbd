package terminal

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// What a column takes beside its text: a space on both sides, or one where room is
// scarce.
const (
	padding = 2
	tight   = 1
)

// Widths that text is cut to in turn: what is shorter than short (a time, a Region,
// a name) is better left whole as long as others can give.
const (
	long  = 40
	short = 19
	least = 10
)

// extent is how wide a column is, and how narrow it may become.
type extent struct {
	whole int  // as it is
	head  int  // longest part of its name
	cells int  // widest cell
	fixed bool // its cells are never cut
}

func extents(columns []Column, rows [][]string) []extent {
	list := make([]extent, len(columns))
	for i, c := range columns {
		e := extent{whole: text.StringWidth(c.Name), fixed: c.Number || c.Whole}
		for _, part := range parts(c.Name) {
			e.head = max(e.head, text.StringWidth(strings.TrimSpace(part)))
		}
		for _, row := range rows {
			e.cells = max(e.cells, text.StringWidth(row[i]))
		}
		if c.Most > 0 {
			e.cells = min(e.cells, c.Most)
		}
		e.whole = max(e.whole, e.cells)
		list[i] = e
	}
	return list
}

// floors are the widths that the columns may shrink to, one after the other: long
// text gives first, then names of columns go on in the next line, then all text
// gives. A number never does.
func floors(list []extent) (steps [4][]int) {
	for _, e := range list {
		narrow := max(e.head, e.cells) // the name on several lines, the cells whole
		for step, text := range []int{long, long, short, least} {
			floor := narrow
			if !e.fixed {
				floor = min(narrow, max(text, min(e.head, short)))
			}
			if step == 0 {
				floor = min(e.whole, max(text, floor))
			}
			steps[step] = append(steps[step], floor)
		}
	}
	return steps
}

// parts are the pieces at which the name of a column may go on in the next line.
func parts(name string) (list []string) {
	for word := range strings.FieldsSeq(name) {
		for {
			at := strings.IndexAny(word, "._")
			if at < 0 || at == len(word)-1 {
				break
			}
			list, word = append(list, word[:at+1]), word[at+1:]
		}
		list = append(list, word+" ")
	}
	return list
}

// heading writes the name of a column on as many lines as it takes.
func heading(name string, width int) string {
	var lines []string
	line := ""
	for _, part := range parts(name) {
		if line != "" && text.StringWidth(line+strings.TrimSpace(part)) > width {
			lines, line = append(lines, strings.TrimSpace(line)), ""
		}
		line += part
	}
	lines = append(lines, strings.TrimSpace(line))
	for i := range lines {
		lines[i] = middle(lines[i], width)
	}
	return strings.Join(lines, "\n")
}

// fit gives each column a width so that all have room beside so much padding each;
// nil when they cannot.
func fit(list []extent, room, padding int) []int {
	widths := make([]int, len(list))
	over := -room
	for i, e := range list {
		widths[i] = e.whole
		over += e.whole + padding
	}
	for _, floor := range floors(list) {
		for ; over > 0; over-- {
			widest := -1
			for i := range widths {
				if widths[i] > floor[i] && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
		}
	}
	if over > 0 {
		return nil
	}
	return widths
}

// mostLines is on how many lines at most a cell is written.
const mostLines = 3

// shape writes a cell in so much width: words on several lines, names and addresses
// with their middle left out, since they differ at both ends.
func shape(cell string, width int) string {
	if text.StringWidth(cell) <= width {
		return cell
	}
	words := strings.Fields(cell)
	if len(words) < 2 {
		return middle(cell, width)
	}
	var lines []string
	line := ""
	for _, word := range words {
		word = middle(word, width)
		switch {
		case line == "":
			line = word
		case text.StringWidth(line)+1+text.StringWidth(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	lines = append(lines, line)
	if len(lines) > mostLines {
		last := lines[mostLines-1]
		lines = append(slices.Clone(lines[:mostLines-1]), text.Trim(last, min(text.StringWidth(last), width-1))+"…")
	}
	return strings.Join(lines, "\n")
}

// middle leaves out the middle of a word that is too long.
func middle(word string, width int) string {
	if text.StringWidth(word) <= width {
		return word
	}
	runes := []rune(word)
	tail, from := 0, len(runes)
	for from > 0 && tail+text.RuneWidth(runes[from-1]) <= (width-1)/2 {
		from--
		tail += text.RuneWidth(runes[from])
	}
	head, to := 0, 0
	for to < from && head+text.RuneWidth(runes[to]) <= width-1-tail {
		head += text.RuneWidth(runes[to])
		to++
	}
	return string(runes[:to]) + "…" + string(runes[from:])
}
