package registry_test

import (
	"errors"
	"slices"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
	"comity/internal/registry/registrytest"
)

// TestAddPerson adds a person with their dependents, or nothing.
func TestAddPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		p, n, i, role := comity.CoPerson, comity.Name, comity.Identifier, comity.CoPersonRole
		unit, other := fx.NewUnit(t, "Logic", 0), fx.NewUnit(t, "Physics", 0)
		fx.NewNamed(t, "Grace", "Hopper", "ghopper")
		head := authz.Caller{Username: "head", CoId: fx.CoId, PersonId: fx.NewNamed(t, "Head", "Logic"), Units: []int64{unit}}
		before := len(fx.Records(t, p.Resource))
		person := registrytest.Values{p.CoId: fx.CoId, p.Status: comity.Active}.Input(p.Resource)
		name := registrytest.Values{n.Given: "Kurt", n.Type: "official"}.Input(n.Resource)
		in := func(unit int64) comity.Input {
			return registrytest.Values{role.CouId: unit, role.Affiliation: "staff", role.Status: comity.Active}.Input(role.Resource)
		}
		uid := func(text string) comity.Input {
			return registrytest.Values{i.Identifier: text, i.Type: "uid", i.Status: comity.Active}.Input(i.Resource)
		}
		for _, tt := range []struct {
			name    string
			caller  authz.Caller
			records []comity.Input
			// fails are the indexes of the results that are errors.
			fails []int
		}{
			{"an identifier that is taken", registrytest.Tester(), []comity.Input{name, uid("ghopper")}, []int{2}},
			{"two that fail are both reported", registrytest.Tester(), []comity.Input{registrytest.Values{}.Input(n.Resource), uid("ghopper"), in(unit)}, []int{1, 2}},
			{"a unit of somebody else's", head, []comity.Input{in(other), name}, []int{1}},
			{"an administrator of the CO", registrytest.Tester(), []comity.Input{in(unit), name, uid("kgodel")}, nil},
			{"an administrator of the unit", head, []comity.Input{in(unit), name, uid("kgodel2")}, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				results, err := fx.AddPerson(t.Context(), tt.caller, person, tt.records...)
				if (err != nil) != (len(tt.fails) > 0) {
					t.Fatalf("it is answered %v", err)
				}
				failed := map[int]bool{}
				for _, i := range tt.fails {
					failed[i] = true
				}
				for i, r := range results {
					var e *comity.Error
					if errors.As(r.Err, &e) != failed[i] {
						t.Errorf("result %d is %v", i, r.Err)
					}
				}
				if err == nil {
					before++
					if got := fx.Get(t, n.Resource, results[2].Id).OwnedBy(comity.OwnerCO); got != results[0].Id {
						t.Errorf("the name is of %d, want %d", got, results[0].Id)
					}
				}
				if got := len(fx.Records(t, p.Resource)); got != before {
					t.Errorf("there are %d people, want %d", got, before)
				}
			})
		}
	})
}

// TestAddBatch adds a server and its settings, or neither, and reports everything that is wrong with
// either.
func TestAddBatch(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		s, h := comity.Server, comity.HttpServer
		server := func(co int64, description string) registry.BatchPart {
			return registry.BatchPart{Input: registrytest.Values{s.CoId: co, s.Description: description, s.ServerType: comity.ServerHTTP, s.Status: comity.Active}.Input(s.Resource)}
		}
		settings := func(url string) registry.BatchPart {
			return registry.BatchPart{Input: registrytest.Values{h.Serverurl: url, h.AuthType: comity.AuthNone}.Input(h.Resource), Of: h.ServerId}
		}
		good, bad := settings("https://ldap.example.org"), settings("")
		for _, tt := range []struct {
			name  string
			parts []registry.BatchPart
			// fails are the indexes of the results that are errors.
			fails []int
		}{
			{"a server without a name", []registry.BatchPart{server(fx.CoId, ""), good}, []int{0}},
			{"both are wrong", []registry.BatchPart{server(fx.CoId, ""), bad}, []int{0, 1}},
			{"no such CO", []registry.BatchPart{server(999, "LDAP"), good}, []int{0}},
			{"no such CO, and wrong settings", []registry.BatchPart{server(999, "LDAP"), bad}, []int{0, 1}},
			{"wrong settings", []registry.BatchPart{server(fx.CoId, "LDAP"), bad}, []int{1}},
			{"settings twice", []registry.BatchPart{server(fx.CoId, "LDAP"), good, good}, []int{2}},
			{"wrong settings, and settings twice", []registry.BatchPart{server(fx.CoId, "LDAP"), bad, good, good}, []int{1, 3}},
			{"good ones", []registry.BatchPart{server(fx.CoId, "LDAP"), good}, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				results, err := fx.AddBatch(t.Context(), registrytest.Tester(), tt.parts)
				if (err != nil) != (len(tt.fails) > 0) {
					t.Fatalf("it is answered %v", err)
				}
				for i, r := range results {
					if (r.Err != nil) != slices.Contains(tt.fails, i) {
						t.Errorf("result %d is %v", i, r.Err)
					}
					if (r.Id != 0) != (err == nil) {
						t.Errorf("result %d has the id %d", i, r.Id)
					}
				}
				servers, all := fx.Records(t, s.Resource), fx.Records(t, h.Resource)
				if err != nil {
					if len(servers)+len(all) > 0 {
						t.Errorf("there are %d servers and %d settings", len(servers), len(all))
					}
					return
				}
				if got := all[0].Int(h.ServerId); got != servers[0].Id || got != results[0].Id {
					t.Errorf("the settings are of server %d, added was %d", got, results[0].Id)
				}
			})
		}
	})
}
