package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/client"
)

// load is a client that hires people, changes what is known of them and dismisses them, one call at a
// time, and keeps account of what the registry has to say of each record because of that.
type load struct {
	t        *testing.T
	number   int
	registry *registry
	http     *http.Client
	// acknowledged counts the calls of all clients that were answered with success.
	acknowledged *atomic.Int64
	co           int64
	// outages says that the database may be away, which no call is refused for.
	outages bool

	staff   []*employee
	records []*account
	hired   int
	unknown int
}

// employee is a person with what hangs on it. One about whom a call got no answer is left alone.
type employee struct {
	number, changes                int
	person, identifier, name, role *account
	lost                           bool
}

func (e *employee) all() []*account { return []*account{e.identifier, e.name, e.role, e.person} }

// account says what one field of a record may be by now: one value, or two after a call that got no answer.
type account struct {
	field *comity.Field
	id    int64
	may   map[string]bool
}

// gone is the value of a record that is not there.
const gone = "(gone)"

// run calls until the context ends.
func (l *load) run(ctx context.Context) {
	for ctx.Err() == nil {
		switch n := rand.IntN(10); {
		case len(l.staff) < 3, n < 3 && len(l.staff) < 60:
			l.hire(ctx)
		case n == 9:
			l.dismiss(ctx)
		default:
			l.change(ctx)
		}
	}
}

// call makes one call and says whether it was answered. A refusal is no answer that is expected.
func (l *load) call(ctx context.Context, call func(*client.Client) error) bool {
	c := client.New(l.registry.api(), l.registry.user, l.registry.key, client.WithHTTPClient(l.http))
	err := call(c)
	var refusal *comity.Error
	switch {
	case err == nil:
		l.acknowledged.Add(1)
		return true
	case errors.As(err, &refusal) && (refusal.Code != comity.NotNow || !l.outages):
		l.t.Errorf("client %d: %v", l.number, err)
	}
	l.unknown++
	for ctx.Err() == nil && getStatus(l.registry.page("/readyz")) != http.StatusOK {
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

// add adds a record and opens its account; it is nil when there was no answer.
func (l *load) add(ctx context.Context, f *comity.Field, values fields) *account {
	var added client.Added
	if !l.call(ctx, func(c *client.Client) (err error) {
		added, err = c.Add(context.WithoutCancel(ctx), record(values))
		return err
	}) {
		return nil
	}
	a := &account{f, added.Id, map[string]bool{fmt.Sprint(values[f]): true}}
	l.records = append(l.records, a)
	return a
}

// hire adds a person with an identifier, a name and a role.
func (l *load) hire(ctx context.Context) {
	l.hired++
	e := &employee{number: l.hired}
	e.person = l.add(ctx, comity.CoPerson.Status, fields{comity.CoPerson.CoId: l.co, comity.CoPerson.Status: comity.Active})
	if e.person == nil {
		return
	}
	of := owner{comity.OwnerCO, e.person.id}
	for _, part := range []struct {
		account **account
		field   *comity.Field
		values  fields
	}{
		{&e.identifier, comity.Identifier.Identifier, fields{
			comity.Identifier.Identifier: l.uid(e), comity.Identifier.Type: "uid",
			comity.Identifier.Status: comity.Active, comity.Identifier.Person: of,
		}},
		{&e.name, comity.Name.Family, fields{
			comity.Name.Given: "Employee", comity.Name.Family: "First", comity.Name.Type: "official", comity.Name.Person: of,
		}},
		{&e.role, comity.CoPersonRole.Title, fields{
			comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Title: "First",
			comity.CoPersonRole.Status: comity.Active, comity.CoPersonRole.Person: of,
		}},
	} {
		if *part.account = l.add(ctx, part.field, part.values); *part.account == nil {
			return
		}
	}
	l.staff = append(l.staff, e)
}

// uid returns an identifier that shows whose it is, and after how many changes it was made.
func (l *load) uid(e *employee) string {
	return fmt.Sprintf("c%d-p%d.%d", l.number, e.number, e.changes)
}

// change gives one of a person's records a new value.
func (l *load) change(ctx context.Context) {
	e := l.staff[rand.IntN(len(l.staff))]
	e.changes++
	a := []*account{e.identifier, e.name, e.role}[rand.IntN(3)]
	value := fmt.Sprintf("Change %d", e.changes)
	if a == e.identifier {
		value = l.uid(e)
	}
	answered := l.call(ctx, func(c *client.Client) error {
		rec, err := c.View(context.WithoutCancel(ctx), a.field.Resource(), a.id)
		if err != nil {
			return err
		}
		rec.SetText(a.field, value)
		return c.Edit(context.WithoutCancel(ctx), rec)
	})
	l.expect(e, answered, value, a)
}

// dismiss deletes a role and then its person.
func (l *load) dismiss(ctx context.Context) {
	e := l.staff[rand.IntN(len(l.staff))]
	remove := func(a *account) bool {
		return l.call(ctx, func(c *client.Client) error { return c.Delete(context.WithoutCancel(ctx), a.field.Resource(), a.id) })
	}
	answered := remove(e.role)
	l.expect(e, answered, gone, e.role)
	if !answered {
		return
	}
	l.expect(e, remove(e.person), gone, e.all()...)
	e.lost = true
	l.keepStaff()
}

// expect notes what records may be after a call that would give them a value.
func (l *load) expect(e *employee, answered bool, value string, accounts ...*account) {
	for _, a := range accounts {
		if answered {
			clear(a.may)
		}
		a.may[value] = true
	}
	e.lost = e.lost || !answered
	l.keepStaff()
}

func (l *load) keepStaff() {
	kept := l.staff[:0]
	for _, e := range l.staff {
		if !e.lost {
			kept = append(kept, e)
		}
	}
	l.staff = kept
}
