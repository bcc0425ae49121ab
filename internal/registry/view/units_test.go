package view_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// formatTrees formats trees as text: a unit, its people and the units below it.
func formatTrees(units []*view.Unit) (text string) {
	for _, u := range units {
		text += fmt.Sprintf("%s %d", u.Record.Text(comity.Cou.Name), u.People)
		if len(u.Below) > 0 {
			text += " (" + formatTrees(u.Below) + ")"
		}
		text += ";"
	}
	return text
}

func TestUnits(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		science := fx.NewUnit(t, "Science", 0)
		physics, biology := fx.NewUnit(t, "Physics", science), fx.NewUnit(t, "biology", science)
		optics := fx.NewUnit(t, "Optics", physics)
		fx.NewUnit(t, "Arts", 0)
		grace, emmy := fx.NewPerson(t), fx.NewPerson(t)
		fx.NewRole(t, grace, physics)
		fx.NewRole(t, grace, physics)
		fx.NewRole(t, emmy, physics)
		fx.NewRole(t, emmy, optics)
		fx.NewRole(t, emmy, biology)
		for _, tt := range []struct {
			name   string
			caller authz.Caller
			want   string
		}{
			{"administrators see all", registrytest.Tester(), "Arts 0;Science 0 (biology 1;Physics 2 (Optics 1;););"},
			{"a unit's administrators theirs", authz.Caller{Username: "a", CoId: fx.CoId, PersonId: grace, Units: []int64{physics, optics}}, "Physics 2 (Optics 1;);"},
			{"members their own, with themselves", authz.Caller{Username: "m", CoId: fx.CoId, PersonId: grace}, "Physics 1;"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				units, err := fx.Units(t.Context(), tt.caller, fx.CoId)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, formatTrees(units)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	})
}
