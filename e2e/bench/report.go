package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// report is what is printed at the end, in Markdown, so that it can be kept as it is.
type report struct {
	rates, peers, bulks, lists, reconciles, lookups table

	messages, besideSilentTarget, arrivals, fullSync, pages, largest, several, conditions table
	notes                                                                                 []string
}

// tables returns the tables in the order of docs/benchmarks.md.
func (r *report) tables() []*table {
	return []*table{
		&r.rates, &r.peers, &r.lists, &r.lookups, &r.largest, &r.pages, &r.messages,
		&r.arrivals, &r.besideSilentTarget, &r.fullSync, &r.bulks, &r.reconciles, &r.several, &r.conditions,
	}
}

func newReport() *report {
	return &report{
		rates: table{
			title: "Requests per second, beside the bare limit in turns",
			head:  []string{"database", "request", "clients", "per second", "bare limit", "ratio", "lowest to highest", "median", "99 %", "aim", ""},
		},
		peers: table{
			title: "Records with a unique field created per second, beside another program in turns",
			head:  []string{"database", "beside", "clients", "per second", "the other", "ratio", "lowest to highest", "median", "99 %", "aim", ""},
		},
		bulks: table{
			title: fmt.Sprintf("Records added per second in bulks of %d, and by single requests in turns", bulkRecords),
			head:  []string{"database", "records", "clients", "in bulks", "singly", "times", "lowest to highest", "a bulk takes", "99 %", "aim", ""},
		},
		lists: table{
			title: "Listing people, and the most memory the server had",
			head:  []string{"database", "people", "a list takes", "a person", "before", "peak"},
		},
		reconciles: table{
			title: fmt.Sprintf("Reconciling a group that lacks %d members, while one client adds people to another CO", manyPeople),
			head:  []string{"database", "takes", "the rows alone, by SQL", "times", "aim", "longest wait of the other", "aim", ""},
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
		largest: table{
			title: "Registries of three sizes",
			head:  []string{"database", "people", "request", "per second", "median", "99 %"},
		},
		pages: table{
			title: "Pages of the console",
			head:  []string{"database", "page", "people", "fastest", "median", "slowest", "aim", ""},
		},
		several: table{
			title: "Instances on one database, each on one processor, in turns",
			head:  []string{"database", "instances", "work", "per second", "times one instance", "lowest to highest", "processors used", "aim", ""},
		},
		conditions: table{
			title: "The parts, what other programs used meanwhile, and the most memory a server had",
			head:  []string{"database", "part", "takes", "load before", "load after", "other programs, of a processor", "memory", "aim", ""},
		},
	}
}

// begin begins a part: end is about the rows that are added from here on.
func (r *report) begin() {
	for _, t := range r.tables() {
		t.begun = len(t.rows)
	}
}

// end ends a part with what was seen of the machine meanwhile and the most memory that a server had, in MiB. Nothing
// that was measured beside other programs is judged.
func (r *report) end(database, part string, seen watched, peak, most float64) {
	r.conditions.judge(peak <= most, database, part, seen.elapsed.Round(time.Second).String(), seen.before, seen.after,
		fmt.Sprintf("%.0f %%", 100*seen.others), mib(peak), mib(most))
	for _, t := range r.tables() {
		for i := range t.rows[t.begun:] {
			if row := &t.rows[t.begun+i]; !seen.quiet() && row.verdict != "" {
				row.verdict = notJudged
			}
		}
	}
}

// rate is judged if there is an aim, which is not nothing.
func (r *report) rate(database, request string, clients int, aim float64, c compared) {
	cells := []string{
		database, request, fmt.Sprint(clients), fmt.Sprintf("%.0f", c.ours), fmt.Sprintf("%.0f", c.bare), fmt.Sprintf("%.2f", c.ratio),
		fmt.Sprintf("%.2f to %.2f", c.least, c.top), millis(c.usual), millis(c.slow),
	}
	if aim == 0 {
		r.rates.add(append(cells, "", "")...)
		return
	}
	r.rates.judge(c.ratio >= aim, append(cells, fmt.Sprintf("%.2f", aim))...)
}

func (r *report) peer(database, peer string, clients int, aim float64, c compared) {
	r.peers.judge(c.ratio >= aim, database, peer, fmt.Sprint(clients), fmt.Sprintf("%.0f", c.ours), fmt.Sprintf("%.0f", c.bare), fmt.Sprintf("%.2f", c.ratio),
		fmt.Sprintf("%.2f to %.2f", c.least, c.top), millis(c.usual), millis(c.slow), fmt.Sprintf("%.2f", aim))
}

// bulk adds the rates of bulks, beside single requests.
func (r *report) bulk(database, records string, clients int, aim float64, c compared) {
	r.bulks.judge(bulkRecords*c.ratio >= aim, database, records, fmt.Sprint(clients), fmt.Sprintf("%.0f", bulkRecords*c.ours), fmt.Sprintf("%.0f", c.bare),
		fmt.Sprintf("%.1f", bulkRecords*c.ratio), fmt.Sprintf("%.1f to %.1f", bulkRecords*c.least, bulkRecords*c.top), millis(c.usual), millis(c.slow), fmt.Sprintf("%.0f", aim))
}

func (r *report) list(database string, all ...listed) {
	for _, l := range all {
		r.lists.add(database, fmt.Sprint(l.people), millis(l.took), fmt.Sprintf("%.2f µs", float64(l.took.Nanoseconds())/1e3/float64(l.people)),
			mib(l.before), mib(l.peak))
	}
}

// reconcile is judged by the time and by the longest wait of another client.
func (r *report) reconcile(database string, aim float64, took, bare, wait, longest time.Duration) {
	times := float64(took) / float64(bare)
	r.reconciles.judge(times <= aim && wait <= longest, database, millis(took), millis(bare), fmt.Sprintf("%.1f", times), fmt.Sprintf("%.1f", aim),
		millis(wait), millis(longest))
}

// lookup is about a registry of many people beside one of few: its rates are the program's, the
// other's those that it is compared with.
func (r *report) lookup(database, request string, people int, aim float64, c compared) {
	r.lookups.judge(1/c.ratio <= aim, database, request, fmt.Sprint(fewPeople), fmt.Sprintf("%.0f", c.bare), fmt.Sprint(people), fmt.Sprintf("%.0f", c.ours),
		fmt.Sprintf("%.2f", 1/c.ratio), fmt.Sprintf("%.2f to %.2f", 1/c.top, 1/c.least), fmt.Sprintf("%.1f", aim))
}

func (r *report) message(database string, count int, aim float64, c compared) {
	r.messages.judge(c.ratio >= aim, database, fmt.Sprint(count), fmt.Sprintf("%.0f", c.ours), fmt.Sprintf("%.0f", c.bare), fmt.Sprintf("%.2f", c.ratio),
		fmt.Sprintf("%.2f to %.2f", c.least, c.top), fmt.Sprintf("%.2f", aim))
}

func (r *report) hold(database string, aim float64, count int, without, with time.Duration) {
	more := float64(with)/float64(without) - 1
	r.besideSilentTarget.judge(more < aim, database, fmt.Sprint(count), millis(without), millis(with), fmt.Sprintf("%.0f %%", 100*more),
		fmt.Sprintf("%.0f %%", 100*aim))
}

func (r *report) arrival(database string, took []time.Duration) {
	r.arrivals.judge(median(took) <= aims.arrival, database, fmt.Sprint(len(took)), millis(median(took)), millis(share(took, 0.99)), millis(aims.arrival))
}

func (r *report) all(database string, people int, took time.Duration, before, peak float64) {
	r.fullSync.add(database, fmt.Sprint(people), took.Round(10*time.Millisecond).String(), fmt.Sprintf("%.0f", float64(people)/took.Seconds()),
		mib(before), mib(peak))
}

// instances compares turns of several instances with those of one, taken in the same rounds. Views are to grow with
// the instances until the processors are full.
func (r *report) instances(database string, n int, aim float64, turns, ofOne []instancesTurn) {
	used := make([]float64, len(turns))
	for i, t := range turns {
		used[i] = t.used
	}
	for _, work := range []struct {
		name string
		rate func(instancesTurn) float64
		// full is what share of the processors the work used, if it is to grow until that is all of them.
		full float64
	}{
		{"view a person", func(t instancesTurn) float64 { return t.views }, median(used)},
		{"add a person", func(t instancesTurn) float64 { return t.adds }, 0},
		{"messages", func(t instancesTurn) float64 { return t.messages }, 0},
	} {
		var rates, times []float64
		for i, t := range turns {
			rates, times = append(rates, work.rate(t)), append(times, work.rate(t)/work.rate(ofOne[i]))
		}
		cells := []string{database, fmt.Sprint(n), work.name, fmt.Sprintf("%.0f", median(rates)), fmt.Sprintf("%.2f", median(times)), fmt.Sprintf("%.2f to %.2f", slices.Min(times), slices.Max(times))}
		share, least := "", aim
		if work.full > 0 {
			share = fmt.Sprintf("%.0f %%", 100*work.full)
			if work.full < fullProcessors {
				least = float64(n) * fullProcessors
			}
		}
		if n == 1 {
			r.several.add(append(cells, share, "", "")...)
			continue
		}
		r.several.judge(median(times) >= least, append(cells, share, fmt.Sprintf("%.2f", least))...)
	}
}

func (r *report) large(database string, people int, request string, rate float64, usual, slow time.Duration) {
	r.largest.add(database, fmt.Sprint(people), request, fmt.Sprintf("%.0f", rate), millis(usual), millis(slow))
}

// looked is a page of the console that was looked at again and again, and what that took.
type looked struct {
	page                    string
	fastest, usual, slowest time.Duration
}

// slowestPages is how many of the pages that meet their aim are in the report, the slowest.
const slowestPages = 8

// looks reports the pages that miss the aim and the slowest of those that meet it.
func (r *report) looks(database string, people int, all []looked) {
	slices.SortStableFunc(all, func(a, b looked) int { return int(b.usual - a.usual) })
	meet := 0
	for _, l := range all {
		if l.usual <= aims.page {
			meet++
		}
		if meet <= slowestPages {
			r.pages.judge(l.usual <= aims.page, database, l.page, fmt.Sprint(people), millis(l.fastest), millis(l.usual), millis(l.slowest), millis(aims.page))
		}
	}
	if rest := meet - slowestPages; rest > 0 {
		r.note("%s: the other %d pages of the console take %s at most (median).", database, rest, millis(all[len(all)-rest].usual))
	}
}

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *report) print(w io.Writer) error {
	var b strings.Builder
	counts := map[string]int{}
	for _, t := range r.tables() {
		t.print(&b)
		for _, row := range t.rows {
			counts[row.verdict]++
		}
	}
	for _, n := range r.notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	fmt.Fprintf(&b, "\n%d figures meet their aims, %d miss them.\n", counts[met], counts[missed])
	if n := counts[notJudged]; n > 0 {
		fmt.Fprintf(&b, "\n%d figures are not judged: other programs used more than %.0f %% of a processor while they were measured.\n", n, 100*quiet)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return fmt.Sprintf("%.2f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

func mib(n float64) string { return fmt.Sprintf("%.0f MiB", n) }

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
