package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The verdicts on a figure that has an aim.
const (
	met       = "met"
	missed    = "missed"
	notJudged = "not judged: the machine was busy"
)

// table is a table of the report. Its last heading is "" if its rows are judged.
type table struct {
	title string
	head  []string
	rows  []row
	// begun is how many rows there were when the part under way began.
	begun int
}

// row has a verdict, met or missed, if it is about an aim.
type row struct {
	cells   []string
	verdict string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, row{cells: cells}) }

// judge adds a row whose last column says whether an aim is met.
func (t *table) judge(ok bool, cells ...string) {
	verdict := missed
	if ok {
		verdict = met
	}
	t.rows = append(t.rows, row{cells, verdict})
}

// print writes the table, if it has rows, its columns as wide as their widest cell.
func (t *table) print(b *strings.Builder) {
	if len(t.rows) == 0 {
		return
	}
	lines := [][]string{t.head}
	for _, r := range t.rows {
		cells := r.cells
		if r.verdict != "" {
			cells = append(cells[:len(cells):len(cells)], r.verdict)
		}
		lines = append(lines, cells)
	}
	widths := make([]int, len(t.head))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := make([]string, len(t.head))
	for i, n := range widths {
		rule[i] = strings.Repeat("-", n)
	}
	lines = append(lines[:1], append([][]string{rule}, lines[1:]...)...)
	fmt.Fprintf(b, "\n### %s\n\n", t.title)
	for _, cells := range lines {
		for i, cell := range cells {
			fmt.Fprintf(b, "| %s%s ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		b.WriteString("|\n")
	}
}
