package outbox_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"comity"
)

// end is a receiver of the model with its target.
type end struct {
	*receiver
	model  *model
	target target
	// calm receivers accept everything.
	calm atomic.Bool
	// missedSome says that the target was in a mode in which changes are not enqueued.
	missedSome atomic.Bool

	// The receiver's lock guards the fields below.
	seen  map[comity.Subject]sight
	wrong []string
}

// sight is the newest state of a subject that the receiver has seen.
type sight struct {
	sequence int64
	day      string
}

// misbehave checks a message and returns how the receiver reacts to it.
func (e *end) misbehave(a arrival) reaction {
	e.look(a)
	if e.calm.Load() {
		return reaction{}
	}
	kept := e.model.random.roll(2) == 0
	switch e.model.random.roll(40) {
	case 0, 1, 2:
		return reaction{status: 500, kept: kept}
	case 3, 4:
		return reaction{status: 400}
	case 5:
		return reaction{status: 429, retryAfter: "1", kept: kept}
	case 6:
		return reaction{silent: true, kept: kept}
	case 7, 8:
		return reaction{cut: true, kept: kept}
	case 9, 10:
		return reaction{cutBefore: true, kept: kept}
	}
	return reaction{}
}

// look compares a message with earlier ones of its subject. It finds the person by the last part of their
// only URL, in a delete by the identifier unless several people have had it, and a group by its id.
func (e *end) look(a arrival) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id, ofGroup := strings.CutPrefix(a.id, "groups/"); ofGroup {
		e.lookAtGroup(a, id)
		return
	}
	var person int64
	_, url, found := strings.Cut(a.body, `"url":"https://example.org/`)
	if found {
		if _, err := fmt.Sscanf(url, "%d", &person); err != nil {
			e.wrong = append(e.wrong, err.Error())
			return
		}
	}
	if a.deleted {
		person = e.model.only(a.id)
	}
	if person == 0 {
		return
	}
	last := e.seen[comity.PersonSubject(person)]
	now := sight{a.sequence, last.day}
	if !a.deleted {
		_, now.day, _ = strings.Cut(a.body, `"dateOfBirth":"`)
		now.day, _, _ = strings.Cut(now.day, `"`)
	}
	if now.sequence < last.sequence || now.day < last.day {
		e.wrong = append(e.wrong, fmt.Sprintf("%s about person %d: %+v came after %+v", a, person, now, last))
	}
	e.seen[comity.PersonSubject(person)] = now
}

// lookAtGroup does the same for a group. The time of the last edit distinguishes its states.
func (e *end) lookAtGroup(a arrival, id string) {
	group, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		e.wrong = append(e.wrong, err.Error())
	}
	last := e.seen[comity.GroupSubject(group)]
	now := sight{a.sequence, last.day}
	if !a.deleted {
		_, now.day, _ = strings.Cut(a.body, `"lastModified":"`)
		now.day, _, _ = strings.Cut(now.day, `"`)
	}
	if now.sequence < last.sequence || now.day < last.day {
		e.wrong = append(e.wrong, fmt.Sprintf("%s: %+v came after %+v", a, now, last))
	}
	e.seen[comity.GroupSubject(group)] = now
}

// report fails the test with the messages that came in the wrong order.
func (e *end) report() {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.wrong {
		e.t.Errorf("target %d: %s", e.target.id, w)
	}
}

// serve sets the status of a target's server.
func (m *model) serve(to target, status string) {
	m.t.Helper()
	if f := comity.Server; m.view(f.Resource, to.server).Text(f.Status) != status {
		m.edit(f.Resource, to.server, values{f.Status: status})
	}
}
