package registry_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
)

// drawn formats trees as text: a unit, its people and the units below it.
func drawn(units []*registry.Unit) (text string) {
	for _, u := range units {
		text += fmt.Sprintf("%s %d", u.Record.Text(comity.Cou.Name), u.People)
		if len(u.Below) > 0 {
			text += " (" + drawn(u.Below) + ")"
		}
		text += ";"
	}
	return text
}

func TestUnits(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		science := w.unit(t, "Science", 0)
		physics, biology := w.unit(t, "Physics", science), w.unit(t, "biology", science)
		optics := w.unit(t, "Optics", physics)
		w.unit(t, "Arts", 0)
		grace, emmy := w.person(t), w.person(t)
		w.role(t, grace, physics)
		w.role(t, grace, physics)
		w.role(t, emmy, physics)
		w.role(t, emmy, optics)
		w.role(t, emmy, biology)
		for _, tt := range []struct {
			name   string
			caller authz.Caller
			want   string
		}{
			{"administrators see all", tester, "Arts 0;Science 0 (biology 1;Physics 2 (Optics 1;););"},
			{"a unit's administrators theirs", authz.Caller{Username: "a", CoId: w.co, PersonId: grace, Units: []int64{physics, optics}}, "Physics 2 (Optics 1;);"},
			{"members their own, with themselves", authz.Caller{Username: "m", CoId: w.co, PersonId: grace}, "Physics 1;"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				units, err := w.Units(t.Context(), tt.caller, w.co)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, drawn(units)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	})
}
