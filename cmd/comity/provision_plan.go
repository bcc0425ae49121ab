package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"comity"
	"comity/internal/control"
	"comity/internal/provisioning"
)

// dryRun lists what would be sent, a line for each person and group. With --all it returns the error that the
// full sync would be refused with.
func (c *provisionCommand) dryRun(p *program, client *control.Client) (err error) {
	out := bufio.NewWriter(p.out)
	defer func() { err = errors.Join(err, out.Flush()) }()
	span := provisioning.Span{One: c.subject()}
	if c.All {
		if span.After, err = control.Do(p.ctx, client, control.GetFullSyncStart{TargetId: c.Target, Anew: c.Anew}); err != nil {
			return err
		}
		if span.After != (comity.Subject{}) {
			fmt.Fprintf(p.errOut, "the full sync would continue after %v, where one was stopped; --anew starts from the beginning\n", span.After)
		}
	}
	total := planCounts{cannot: map[string]int{}}
	for {
		page, err := control.Do(p.ctx, client, control.PlanDeliveries{TargetId: c.Target, Span: span, OnlyChanged: c.OnlyChanged})
		if p.ctx.Err() != nil {
			return errors.New("stopped: the list is not complete")
		}
		if err != nil {
			return err
		}
		for _, one := range page.Subjects {
			if line := planLine(one); line != "" {
				fmt.Fprintln(out, line)
			}
			total.add(one)
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if span.After = page.Next; page.Next == (comity.Subject{}) {
			break
		}
	}
	total.write(out)
	if !c.All {
		return nil
	}
	_, err = control.Do(p.ctx, client, control.CheckDeletes{TargetId: c.Target, MaxDeletes: int64(c.MaxDeletes)})
	return err
}

// planLine returns the line about what a subject would be sent, "" for nothing.
func planLine(one provisioning.SubjectPlan) string {
	var parts []string
	if one.Unchanged != "" {
		parts = append(parts, "unchanged "+quoted(one.Unchanged))
	}
	for _, m := range one.Messages {
		part := m.Method + " " + quoted(m.Identifier)
		if m.Delete && m.Method != "DELETE" {
			part += " deleted"
		}
		parts = append(parts, part)
	}
	if one.Problem != "" && len(parts) == 0 {
		parts = append(parts, "problem")
	}
	if len(parts) == 0 {
		return ""
	}
	line := fmt.Sprintf("%s (%v)", strings.Join(parts, ", "), one.Subject)
	if one.Problem != "" {
		line += ": " + one.Problem
	}
	return line
}

// quoted quotes an identifier unless it is one printable word, so that it cannot break a line or control a
// terminal.
func quoted(identifier string) string {
	if strings.ContainsFunc(identifier, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' || r == '"' }) {
		return strconv.Quote(identifier)
	}
	return identifier
}

// planCounts counts subjects by what would be sent about them, and by why they cannot be sent.
type planCounts struct {
	sent, deleted, unchanged int
	cannot                   map[string]int
}

func (t *planCounts) add(one provisioning.SubjectPlan) {
	switch {
	case slices.ContainsFunc(one.Messages, func(m provisioning.PlannedMessage) bool { return !m.Delete }):
		t.sent++
	case one.Unchanged != "":
		t.unchanged++
	case len(one.Messages) > 0:
		t.deleted++
	}
	if one.Problem != "" {
		t.cannot[one.Problem]++
	}
}

func (t *planCounts) write(w io.Writer) {
	fmt.Fprintf(w, "%d would be sent, %d deleted, %d unchanged\n", t.sent, t.deleted, t.unchanged)
	for _, why := range slices.Sorted(maps.Keys(t.cannot)) {
		fmt.Fprintf(w, "%d cannot be sent: %s\n", t.cannot[why], why)
	}
}
