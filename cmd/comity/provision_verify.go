package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"comity/internal/outbox"
)

// statusDrift is the exit status of a comparison that found a target to hold something else than it
// should, which is not mended.
const statusDrift = 2

// compare lists where the target holds something else than it should, and what was mended.
func (c *provisionCommand) compare(p *program, t teller) (err error) {
	out := bufio.NewWriter(p.out)
	defer func() { err = errors.Join(err, out.Flush()) }()
	look := outbox.Look{Span: outbox.Span{Person: c.Person}, Mend: c.Mend, MaxDeletes: int64(c.MaxDeletes)}
	bar := progress{out: p.errOut, live: isTerminal(p.errOut)}
	total := driftTotal{found: map[string]int{}, mending: map[string]int{}}
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
		for _, one := range page.People {
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
		if look.After = page.Next; page.Next == 0 {
			break
		}
		if bar.live {
			fmt.Fprintf(p.errOut, "%d people compared", total.people)
		}
	}
	total.write(out)
	if total.left > 0 {
		return &statusError{fmt.Errorf("target %d does not hold, or does not show, what it should of %s", c.Target, people(total.left)), statusDrift}
	}
	return nil
}

func writeDrift(w io.Writer, one outbox.Verified) {
	person := fmt.Sprintf("(person %d)", one.PersonId)
	for _, f := range one.Findings {
		fmt.Fprintf(w, "%s %s %s", f.Kind, shown(f.Identifier), person)
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
		fmt.Fprintln(w, "waiting", person)
	case one.Problem != "":
		fmt.Fprintf(w, "problem %s: %s\n", person, one.Problem)
	}
	if one.Mending != "" {
		fmt.Fprintf(w, "%s %s", one.Mending, person)
		if one.Answer != "" {
			fmt.Fprint(w, ": ", one.Answer)
		}
		fmt.Fprintln(w)
	}
}

// driftTotal counts what was found.
type driftTotal struct {
	people, waiting, cannot int
	// left are the people of whom something is not as it should be, and not mended.
	left           int
	found, mending map[string]int
}

func (t *driftTotal) add(one outbox.Verified) {
	t.people++
	for _, f := range one.Findings {
		t.found[f.Kind]++
	}
	if one.Waiting {
		t.waiting++
	}
	if one.Problem != "" {
		t.cannot++
	}
	if one.Mending != "" {
		t.mending[one.Mending]++
	}
	if one.Drift() && one.Mending != outbox.Mended && one.Mending != outbox.MendedYet {
		t.left++
	}
}

func (t *driftTotal) write(w io.Writer) {
	fmt.Fprintf(w, "%s compared: %s\n", people(t.people),
		counted(t.found, "nothing is otherwise than it should be", outbox.Missing, outbox.Surplus, outbox.Different, outbox.Unreadable))
	if t.waiting > 0 {
		fmt.Fprintf(w, "%d wait to be told and say nothing yet\n", t.waiting)
	}
	if t.cannot > 0 {
		fmt.Fprintf(w, "%d cannot be sent\n", t.cannot)
	}
	if len(t.mending) > 0 {
		fmt.Fprintln(w, counted(t.mending, "", outbox.Mended, outbox.MendedYet, outbox.NotMended))
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

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
