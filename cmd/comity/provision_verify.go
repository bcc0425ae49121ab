package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"comity"
	"comity/internal/control"
	"comity/internal/provisioning"
)

// statusDrift is the exit status of a comparison that found drift which is not repaired.
const statusDrift = 2

// verify lists the drift of a target and what was repaired. The error has statusDrift if some is left.
func (c *provisionCommand) verify(p *program, client *control.Client) (err error) {
	out := bufio.NewWriter(p.out)
	defer func() { err = errors.Join(err, out.Flush()) }()
	options := provisioning.VerifyOptions{Span: provisioning.Span{One: c.subject()}, Repair: c.Repair, MaxDeletes: int64(c.MaxDeletes)}
	bar := progress{out: p.errOut, live: isTerminal(p.errOut)}
	total := driftCounts{found: map[string]int{}, repairing: map[string]int{}}
	for {
		page, err := control.Do(p.ctx, client, control.VerifyTarget{TargetId: c.Target, VerifyOptions: options})
		bar.end()
		if p.ctx.Err() != nil {
			total.write(out)
			return errors.New("stopped: the list is not complete")
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
			return fmt.Errorf("the comparison ended early because the target does not answer: %s", page.GaveUp)
		}
		if options.After = page.Next; page.Next == (comity.Subject{}) {
			break
		}
		if bar.live {
			fmt.Fprintf(p.errOut, "%v compared", total.all)
		}
	}
	total.write(out)
	if total.left != (subjectCount{}) {
		return &statusError{fmt.Errorf("target %d does not hold, or does not show, what it should hold of %v", c.Target, total.left), statusDrift}
	}
	return nil
}

func writeDrift(w io.Writer, one provisioning.SubjectDrift) {
	subject := fmt.Sprintf("(%v)", one.Subject)
	for _, f := range one.Findings {
		fmt.Fprintf(w, "%s %s %s", f.Kind, quoted(f.Identifier), subject)
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

// driftCounts counts the findings.
type driftCounts struct {
	// all counts the subjects that were compared, left those with drift that is not repaired.
	all, left        subjectCount
	waiting, cannot  int
	found, repairing map[string]int
}

func (t *driftCounts) add(one provisioning.SubjectDrift) {
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
	if one.Found() && one.Repair != provisioning.Repaired && one.Repair != provisioning.RepairQueued {
		t.left.add(one.Subject)
	}
}

func (t *driftCounts) write(w io.Writer) {
	fmt.Fprintf(w, "%v compared: %s\n", t.all,
		listCounts(t.found, "no drift", provisioning.Missing, provisioning.Surplus, provisioning.Different, provisioning.Unreadable))
	if t.waiting > 0 {
		fmt.Fprintf(w, "%d have a pending delivery and are not compared\n", t.waiting)
	}
	if t.cannot > 0 {
		fmt.Fprintf(w, "%d cannot be sent\n", t.cannot)
	}
	if len(t.repairing) > 0 {
		fmt.Fprintln(w, listCounts(t.repairing, "", provisioning.Repaired, provisioning.RepairQueued, provisioning.NotRepaired))
	}
}

// listCounts lists the counts of the words that are not 0, such as "1 missing, 2 surplus"; otherwise if all are 0.
func listCounts(counts map[string]int, otherwise string, words ...string) string {
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

// subjectCount counts people and groups.
type subjectCount struct{ people, groups int }

func (h *subjectCount) add(s comity.Subject) {
	if s.Kind == comity.KindGroup {
		h.groups++
	} else {
		h.people++
	}
}

// String returns such as "2 people and 1 group"; groups are left out if there are none.
func (h subjectCount) String() string {
	var parts []string
	if h.people > 0 || h.groups == 0 {
		parts = append(parts, plural(h.people, "person", "people"))
	}
	if h.groups > 0 {
		parts = append(parts, plural(h.groups, "group", "groups"))
	}
	return strings.Join(parts, " and ")
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
