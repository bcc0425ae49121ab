package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"comity"
	"comity/internal/outbox"
)

// statusDrift is the exit status of a comparison that found a target to hold something else than it
// should, which is not mended.
const statusDrift = 2

// compare lists where the target holds something else than it should, and what was mended.
func (c *provisionCommand) compare(p *program, t provisioner) (err error) {
	out := bufio.NewWriter(p.out)
	defer func() { err = errors.Join(err, out.Flush()) }()
	look := outbox.Look{Span: outbox.Span{One: c.subject()}, Repair: c.Repair, MaxDeletes: int64(c.MaxDeletes)}
	bar := progress{out: p.errOut, live: isTerminal(p.errOut)}
	total := driftTotal{found: map[string]int{}, repairing: map[string]int{}}
	for {
		page, err := t.verify(p.ctx, c.Target, look)
		bar.end()
		if p.ctx.Err() != nil {
			total.write(out)
			return errors.New("stopped: that is not all")
		}
		if err != nil {
			return err
		}
		for _, one := range page.Subjects {
			writeDrift(out, one)
			total.add(one)
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if page.GaveUp != "" {
			total.write(out)
			return fmt.Errorf("given up, as the target does not answer: %s", page.GaveUp)
		}
		if look.After = page.Next; page.Next == (comity.Subject{}) {
			break
		}
		if bar.live {
			fmt.Fprintf(p.errOut, "%v compared", total.all)
		}
	}
	total.write(out)
	if total.left != (headcount{}) {
		return &statusError{fmt.Errorf("target %d does not hold, or does not show, what it should of %v", c.Target, total.left), statusDrift}
	}
	return nil
}

func writeDrift(w io.Writer, one outbox.Verified) {
	subject := fmt.Sprintf("(%v)", one.Subject)
	for _, f := range one.Findings {
		fmt.Fprintf(w, "%s %s %s", f.Kind, shown(f.Identifier), subject)
		var paths []string
		for _, d := range f.Differences {
			paths = append(paths, cmp.Or(d.Path, "all of it"))
		}
		if text := f.Answer + strings.Join(paths, ", "); text != "" {
			fmt.Fprint(w, ": ", text)
		}
		fmt.Fprintln(w)
	}
	switch {
	case one.Waiting:
		fmt.Fprintln(w, "waiting", subject)
	case one.Problem != "":
		fmt.Fprintf(w, "problem %s: %s\n", subject, one.Problem)
	}
	if one.Repair != "" {
		fmt.Fprintf(w, "%s %s", one.Repair, subject)
		if one.Answer != "" {
			fmt.Fprint(w, ": ", one.Answer)
		}
		fmt.Fprintln(w)
	}
}

// driftTotal counts what was found.
type driftTotal struct {
	// all are those that were compared, left those of which something is not as it should be, and not
	// mended.
	all, left        headcount
	waiting, cannot  int
	found, repairing map[string]int
}

func (t *driftTotal) add(one outbox.Verified) {
	t.all.add(one.Subject)
	for _, f := range one.Findings {
		t.found[f.Kind]++
	}
	if one.Waiting {
		t.waiting++
	}
	if one.Problem != "" {
		t.cannot++
	}
	if one.Repair != "" {
		t.repairing[one.Repair]++
	}
	if one.Drift() && one.Repair != outbox.Repaired && one.Repair != outbox.RepairQueued {
		t.left.add(one.Subject)
	}
}

func (t *driftTotal) write(w io.Writer) {
	fmt.Fprintf(w, "%v compared: %s\n", t.all,
		counted(t.found, "nothing is otherwise than it should be", outbox.Missing, outbox.Surplus, outbox.Different, outbox.Unreadable))
	if t.waiting > 0 {
		fmt.Fprintf(w, "%d wait to be told and say nothing yet\n", t.waiting)
	}
	if t.cannot > 0 {
		fmt.Fprintf(w, "%d cannot be sent\n", t.cannot)
	}
	if len(t.repairing) > 0 {
		fmt.Fprintln(w, counted(t.repairing, "", outbox.Repaired, outbox.RepairQueued, outbox.NotRepaired))
	}
}

// counted writes how many there are of each word, or otherwise where there is nothing.
func counted(counts map[string]int, otherwise string, words ...string) string {
	var parts []string
	for _, word := range words {
		if n := counts[word]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	if len(parts) == 0 {
		return otherwise
	}
	return strings.Join(parts, ", ")
}

// headcount counts people and groups.
type headcount struct{ people, groups int }

func (h *headcount) add(s comity.Subject) {
	if s.Kind == comity.KindGroup {
		h.groups++
	} else {
		h.people++
	}
}

// String names them, groups only where there are some.
func (h headcount) String() string {
	var parts []string
	if h.people > 0 || h.groups == 0 {
		parts = append(parts, several(h.people, "person", "people"))
	}
	if h.groups > 0 {
		parts = append(parts, several(h.groups, "group", "groups"))
	}
	return strings.Join(parts, " and ")
}

func several(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
