package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
)

// The receiver holds a person under one identifier, and is sent a delete for every other one that it was,
// or may have been, sent.
func TestIdentifierChanges(t *testing.T) {
	f := comity.Identifier
	tests := []struct {
		name   string
		change func(w *fixture, person, uid int64)
		put    []string
		post   []string
		answer string
	}{
		{
			name:   "changed: the new one is there before the old one goes",
			change: func(w *fixture, _, uid int64) { w.edit(f.Resource, uid, values{f.Identifier: "hopper"}) },
			put:    []string{"PUT hopper", "DELETE ghopper deleted"},
			post:   []string{"POST hopper", "POST ghopper deleted"},
			answer: "OK",
		},
		{
			name:   "deleted",
			change: func(w *fixture, _, uid int64) { w.delete(f.Resource, uid) },
			put:    []string{"DELETE ghopper deleted"},
			post:   []string{"POST ghopper deleted"},
			answer: "no identifier of type uid",
		},
		{
			name:   "suspended",
			change: func(w *fixture, _, uid int64) { w.edit(f.Resource, uid, values{f.Status: comity.Suspended}) },
			put:    []string{"DELETE ghopper deleted"},
			post:   []string{"POST ghopper deleted"},
			answer: "no identifier of type uid",
		},
		{
			name:   "of another type from now on",
			change: func(w *fixture, _, uid int64) { w.edit(f.Resource, uid, values{f.Type: "eppn"}) },
			put:    []string{"DELETE ghopper deleted"},
			post:   []string{"POST ghopper deleted"},
			answer: "no identifier of type uid",
		},
		{
			name:   "a second one: the first is the one",
			change: func(w *fixture, person, _ int64) { w.identifier(person, "aardvark") },
			put:    []string{"PUT ghopper"},
			post:   []string{"POST ghopper"},
			answer: "OK",
		},
		{
			name: "suspended, with another one to take its place",
			change: func(w *fixture, person, uid int64) {
				w.identifier(person, "hopper")
				w.edit(f.Resource, uid, values{f.Status: comity.Suspended})
			},
			put:    []string{"PUT hopper", "DELETE ghopper deleted"},
			post:   []string{"POST hopper", "POST ghopper deleted"},
			answer: "OK",
		},
		{
			name:   "one that needs escaping",
			change: func(w *fixture, _, uid int64) { w.edit(f.Resource, uid, values{f.Identifier: "../ä ?#%2F"}) },
			put:    []string{"PUT ../ä ?#%2F", "DELETE ghopper deleted"},
			post:   []string{"POST ../ä ?#%2F", "POST ghopper deleted"},
			answer: "OK",
		},
	}
	onBoth(t, func(t *testing.T, w *fixture) {
		byPut, byPost := newReceiver(t), newReceiver(t)
		put, post := w.target(byPut, comity.ModeAutomatic), w.target(byPost, comity.ModeAutomatic, byPOST)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				person := w.person("")
				uid := w.identifier(person, "ghopper")
				q, stop := w.start(outbox.Options{})
				w.awaitDelivered(put)
				w.awaitDelivered(post)
				stop()
				byPut.forget()
				byPost.forget()

				tt.change(w, person, uid)
				stop = w.run(q)
				w.awaitDelivered(put)
				w.awaitDelivered(post)
				byPut.expectLines(t, tt.put...)
				byPost.expectLines(t, tt.post...)
				w.expectPresent(t, put, byPut)
				w.expectPresent(t, post, byPost)
				for _, to := range []target{put, post} {
					if row, _ := w.row(to, person); row.answer != tt.answer || row.deadLettered != (tt.answer != "OK") {
						t.Errorf("noted as %+v, want the answer %q", row, tt.answer)
					}
				}
				w.delete(comity.CoPerson.Resource, person)
				w.awaitDelivered(put)
				w.awaitDelivered(post)
				stop()
			})
		}
	})
}

// The delivery of a person without an identifier is dead-lettered until one is added.
func TestIdentifierComesLater(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		w.start(outbox.Options{})
		person := w.person("")
		w.awaitDelivered(to)
		if row, _ := w.row(to, person); !row.deadLettered || row.answer != "no identifier of type uid" {
			t.Errorf("noted as %+v", row)
		}
		uid := w.identifier(person, "ghopper")
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Status: comity.Suspended})
		w.awaitDelivered(to)
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Status: comity.Active})
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper", "DELETE ghopper deleted", "PUT ghopper")
		w.expectPresent(t, to, r)
	})
}

// The delivery of a person whose identifier cannot be part of a URL fails with the reason, and nothing is
// sent by PUT or DELETE; with another identifier the person is delivered.
func TestIdentifierThatIsNoSegment(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		byPut, byPost := newReceiver(t), newReceiver(t)
		put, post := w.target(byPut, comity.ModeAutomatic), w.target(byPost, comity.ModeAutomatic, byPOST)
		w.start(outbox.Options{})
		person := w.person("")
		uid := w.identifier(person, "ghopper")
		other := w.person("..")
		for _, to := range []target{put, post} {
			w.awaitDelivered(to)
		}
		byPut.expectLines(t, "PUT ghopper")
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: "."})
		w.awaitDelivered(put)
		for id, identifier := range map[int64]string{person: ".", other: ".."} {
			row, _ := w.row(put, id)
			if want := `the identifier "` + identifier + `" cannot be one segment of a URL`; !row.deadLettered || !strings.HasPrefix(row.answer, want) {
				t.Errorf("noted as %+v, want %s", row, want)
			}
		}
		byPut.expectLines(t, "PUT ghopper")
		w.awaitDelivered(post)
		w.expectPresent(t, post, byPost)
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: "hopper"})
		w.awaitDelivered(put)
		byPut.expectLines(t, "PUT ghopper", "PUT hopper", "DELETE ghopper deleted")
		w.delete(comity.CoPerson.Resource, other)
		w.awaitDelivered(put)
		byPut.expectLines(t, "PUT ghopper", "PUT hopper", "DELETE ghopper deleted")
	})
}

// Whatever a failed message has changed at the receiver, in the end it holds only the present identifier.
// Each receiver here fails in its own way, and all are sent the same person.
func TestIdentifierChangesWhileMessagesFail(t *testing.T) {
	failures := map[string]reaction{
		"not taken":                  {status: 500},
		"taken, but answered so":     {status: 500, kept: true},
		"taken, but never answered":  {silent: true, kept: true},
		"not taken and not answered": {silent: true},
		"taken, but cut off":         {cut: true, kept: true},
	}
	onBoth(t, func(t *testing.T, w *fixture) {
		receivers, targets := map[string]*receiver{}, map[string]target{}
		for name := range failures {
			receivers[name] = newReceiver(t)
			targets[name] = w.target(receivers[name], comity.ModeAutomatic)
		}
		person := w.person("")
		uid := w.identifier(person, "first")
		_, stop := w.start(outbox.Options{})
		for name, how := range failures {
			w.awaitDelivered(targets[name])
			receivers[name].reacts(func(a arrival) reaction {
				if a.method == "PUT" {
					return how
				}
				return reaction{}
			})
		}
		stop()
		_, stop = w.start(outbox.Options{Limit: 300 * time.Millisecond})
		for i, id := range []string{"second", "third", "second", "fourth"} {
			w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: id})
			w.later(time.Hour)
			for name := range failures {
				w.failed(targets[name], person, int64(i)+1)
			}
		}
		stop()
		for name := range failures {
			receivers[name].reacts(nil)
		}
		w.later(time.Hour)
		w.start(outbox.Options{})
		for name := range failures {
			w.awaitDelivered(targets[name])
			w.expectPresent(t, targets[name], receivers[name])
			if got := receivers[name].ids(); !slices.Equal(got, []string{"fourth"}) {
				t.Errorf("%s: the receiver knows %v", name, got)
			}
		}
	})
}

// When a message failed and the identifier is then changed back, the next delivery undoes the message.
func TestIdentifierChangedBackAfterFailure(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("")
		uid := w.identifier(person, "ghopper")
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		r.reacts(always(reaction{status: 503, kept: true}))
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: "hopper"})
		row := w.failed(to, person, 1)
		if row.identifier != "hopper" || row.obsolete != `["ghopper"]` {
			t.Errorf("noted as %+v", row)
		}
		r.reacts(nil)
		r.forget()
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: "ghopper"})
		w.later(time.Hour)
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper", "DELETE hopper deleted")
		w.expectPresent(t, to, r)
		if row, _ := w.row(to, person); row.identifier != "ghopper" || row.obsolete != "[]" {
			t.Errorf("noted as %+v", row)
		}
	})
}

// A failed delete of an old identifier is retried, even if the person came back in the meantime.
func TestDeleteFails(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		f := comity.CoPerson
		person := w.person("ghopper")
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		r.reacts(always(reaction{status: 500}))
		w.edit(f.Resource, person, values{f.Status: comity.Denied})
		w.failed(to, person, 1)
		w.later(time.Hour)
		w.failed(to, person, 2)
		r.reacts(nil)
		w.later(time.Hour)
		w.awaitDelivered(to)
		if got := r.ids(); len(got) > 0 {
			t.Errorf("the receiver still knows %v", got)
		}
		r.reacts(always(reaction{status: 500}))
		w.edit(f.Resource, person, values{f.Status: comity.Active})
		w.failed(to, person, 1)
		r.reacts(nil)
		w.later(time.Hour)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		if got := strings.Join(r.ids(), " "); got != "ghopper" {
			t.Errorf("the receiver knows %q", got)
		}
	})
}

// A delete that the receiver answers with 404 or 410 is delivered.
func TestDeleteOfWhatIsNotThere(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		w.start(outbox.Options{})
		for _, status := range []int{404, 410} {
			person := w.person("ghopper")
			w.awaitDelivered(to)
			r.reacts(always(reaction{status: status}))
			w.delete(comity.CoPerson.Resource, person)
			w.awaitDelivered(to)
			if row, _ := w.row(to, person); row.deadLettered || row.attempts > 0 || row.identifier != "" {
				t.Errorf("after %d: noted as %+v", status, row)
			}
			r.reacts(nil)
		}
	})
}

// Two people exchange identifiers, or one takes over another's: in the end the receiver holds under each
// identifier the person who has it now, although the delete comes after the other's message.
func TestIdentifierMovesBetweenPeople(t *testing.T) {
	f := comity.Identifier
	tests := []struct {
		name   string
		change func(w *fixture, a, b, uidA, uidB int64)
	}{
		{"given to another", func(w *fixture, _, b, uidA, uidB int64) {
			w.delete(f.Resource, uidB)
			w.edit(f.Resource, uidA, values{f.Person: of(comity.OwnerCO, b)})
		}},
		{"exchanged", func(w *fixture, a, b, uidA, uidB int64) {
			w.edit(f.Resource, uidA, values{f.Person: of(comity.OwnerCO, b)})
			w.edit(f.Resource, uidB, values{f.Person: of(comity.OwnerCO, a)})
		}},
		{"freed by a change", func(w *fixture, _, _, uidA, uidB int64) {
			w.edit(f.Resource, uidA, values{f.Identifier: "third"})
			w.edit(f.Resource, uidB, values{f.Identifier: "first"})
		}},
		{"freed by a delete of the person", func(w *fixture, a, _, _, uidB int64) {
			w.delete(comity.CoPerson.Resource, a)
			w.edit(f.Resource, uidB, values{f.Identifier: "first"})
		}},
	}
	onBoth(t, func(t *testing.T, w *fixture) {
		receivers := []*receiver{newReceiver(t), newReceiver(t)}
		targets := []target{w.target(receivers[0], comity.ModeAutomatic), w.target(receivers[1], comity.ModeAutomatic, byPOST)}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				a, b := w.person(""), w.person("")
				uidA, uidB := w.identifier(a, "first"), w.identifier(b, "second")
				q, stop := w.start(outbox.Options{})
				for _, to := range targets {
					w.awaitDelivered(to)
				}
				stop()

				freed := make(chan struct{})
				for _, r := range receivers {
					r.forget()
					r.reacts(heldUntil(t, freed, func(a arrival) bool { return a.deleted }))
				}
				tt.change(w, a, b, uidA, uidB)
				stop = w.run(q)
				defer stop()
				for _, r := range receivers {
					eventually(t, "the other's message is there and the delete is in flight", func() bool {
						isPut := func(a arrival) bool { return !a.deleted && a.id == "first" }
						isDelete := func(a arrival) bool { return a.deleted && a.id == "first" }
						return slices.ContainsFunc(r.got(), isPut) && slices.ContainsFunc(r.got(), isDelete)
					})
				}
				close(freed)
				for i, to := range targets {
					w.awaitDelivered(to)
					w.expectPresent(t, to, receivers[i])
				}
				for _, p := range []int64{a, b} {
					_ = w.registry.Delete(t.Context(), caller, comity.CoPerson.Resource, p) // one may be gone
				}
				for _, to := range targets {
					w.awaitDelivered(to)
				}
			})
		}
	})
}
