package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// report is what is printed at the end, in Markdown, so that it can be kept as it is.
type report struct {
	rates, lists, reconciles, lookups table

	messages, besideSilentTarget, arrivals, fullSync, pages table
	notes                                                   []string
}

func newReport() *report {
	return &report{
		rates: table{
			title: "Requests per second, beside the bare limit in turns",
			head:  []string{"database", "request", "per second", "bare limit", "ratio", "lowest to highest", "aim", "", "median", "99 %"},
		},
		lists: table{
			title: "Listing people, and the most memory the server had",
			head:  []string{"database", "people", "a list takes", "a person", "before", "peak"},
		},
		reconciles: table{
			title: fmt.Sprintf("Reconciling a group that lacks %d members", groupPeople),
			head:  []string{"database", "takes", "the rows alone, by SQL", "times", "aim", ""},
		},
		lookups: table{
			title: "Look-ups per second, in a registry of few people and in one of many, in turns",
			head:  []string{"database", "request", "people", "per second", "people", "per second", "times slower", "lowest to highest", "aim", ""},
		},
		messages: table{
			title: "Messages per second to a receiver, beside as many prepared requests in turns",
			head:  []string{"database", "messages", "per second", "bare limit", "ratio", "lowest to highest", "aim", ""},
		},
		besideSilentTarget: table{
			title: "One client's writes, in a CO without a target and in one whose target never answers, in turns",
			head:  []string{"database", "writes", "without", "with", "more", "aim", ""},
		},
		arrivals: table{
			title: "From the answer to a write until its message arrives",
			head:  []string{"database", "writes", "median", "99 %", "aim", ""},
		},
		fullSync: table{
			title: "Full syncs, and the most memory the server had",
			head:  []string{"database", "people", "takes", "per second", "before", "peak"},
		},
		pages: table{
			title: "Pages of the console",
			head:  []string{"database", "page", "people", "fastest", "median", "slowest", "aim", ""},
		},
	}
}

func (r *report) rate(database, request string, aim float64, c compared) {
	r.rates.add(database, request, fmt.Sprintf("%.0f", c.ours), fmt.Sprintf("%.0f", c.bare), fmt.Sprintf("%.2f", c.ratio),
		fmt.Sprintf("%.2f to %.2f", c.least, c.top), fmt.Sprintf("%.2f", aim), verdict(c.ratio >= aim), millis(c.usual), millis(c.slow))
}

func (r *report) list(database string, all ...listed) {
	for _, l := range all {
		r.lists.add(database, fmt.Sprint(l.people), millis(l.took), fmt.Sprintf("%.2f µs", float64(l.took.Nanoseconds())/1e3/float64(l.people)),
			fmt.Sprintf("%.0f MiB", l.before), fmt.Sprintf("%.0f MiB", l.peak))
	}
}

func (r *report) reconcile(database string, took, bare time.Duration) {
	r.reconciles.add(database, millis(took), millis(bare), fmt.Sprintf("%.1f", float64(took)/float64(bare)), millis(aimReconcile), verdict(took <= aimReconcile))
}

// lookup is about a registry of many people beside one of few: its rates are the program's, the
// other's those that it is compared with.
func (r *report) lookup(database, request string, people int, c compared) {
	r.lookups.add(database, request, fmt.Sprint(fewPeople), fmt.Sprintf("%.0f", c.bare), fmt.Sprint(people), fmt.Sprintf("%.0f", c.ours),
		fmt.Sprintf("%.2f", 1/c.ratio), fmt.Sprintf("%.2f to %.2f", 1/c.top, 1/c.least), fmt.Sprintf("%.1f", aimLookup), verdict(1/c.ratio <= aimLookup))
}

func (r *report) message(database string, count int, c compared) {
	r.messages.add(database, fmt.Sprint(count), fmt.Sprintf("%.0f", c.ours), fmt.Sprintf("%.0f", c.bare), fmt.Sprintf("%.2f", c.ratio),
		fmt.Sprintf("%.2f to %.2f", c.least, c.top), fmt.Sprintf("%.2f", aimMessages), verdict(c.ratio >= aimMessages))
}

func (r *report) hold(database string, count int, without, with time.Duration) {
	more := float64(with)/float64(without) - 1
	r.besideSilentTarget.add(database, fmt.Sprint(count), millis(without), millis(with), fmt.Sprintf("%.0f %%", 100*more),
		fmt.Sprintf("%.0f %%", 100*aimHeld), verdict(more < aimHeld))
}

func (r *report) arrival(database string, took []time.Duration) {
	r.arrivals.add(database, fmt.Sprint(len(took)), millis(median(took)), millis(share(took, 0.99)), millis(aimArrival), verdict(median(took) < aimArrival))
}

func (r *report) all(database string, people int, took time.Duration, before, peak float64) {
	r.fullSync.add(database, fmt.Sprint(people), took.Round(10*time.Millisecond).String(), fmt.Sprintf("%.0f", float64(people)/took.Seconds()),
		fmt.Sprintf("%.0f MiB", before), fmt.Sprintf("%.0f MiB", peak))
}

func (r *report) page(database, page string, people int, fastest, usual, slowest time.Duration) {
	r.pages.add(database, page, fmt.Sprint(people), millis(fastest), millis(usual), millis(slowest), millis(aimPage), verdict(usual <= aimPage))
}

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *report) print(w io.Writer) error {
	var b strings.Builder
	for _, t := range []*table{&r.rates, &r.lists, &r.reconciles, &r.lookups, &r.messages, &r.besideSilentTarget, &r.arrivals, &r.fullSync, &r.pages} {
		t.print(&b)
	}
	for _, n := range r.notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func verdict(ok bool) string {
	if ok {
		return "met"
	}
	return "missed"
}

func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return fmt.Sprintf("%.2f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

type table struct {
	title string
	head  []string
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print writes the table, if it has rows, its columns as wide as their widest cell.
func (t *table) print(b *strings.Builder) {
	if len(t.rows) == 0 {
		return
	}
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := make([]string, len(t.head))
	for i, n := range widths {
		rule[i] = strings.Repeat("-", n)
	}
	fmt.Fprintf(b, "\n### %s\n\n", t.title)
	for _, row := range append([][]string{t.head, rule}, t.rows...) {
		for i, cell := range row {
			fmt.Fprintf(b, "| %s%s ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		b.WriteString("|\n")
	}
}
