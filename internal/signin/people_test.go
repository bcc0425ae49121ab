package signin_test

import (
	"fmt"
	"slices"
	"testing"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/signin"
)

// TestApiUserNamesAreNoLogins: the history would take the one for the other.
func TestApiUserNamesAreNoLogins(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		text := fmt.Sprintf("co_%d.sync", fx.CoId)
		newLogin(t, fx, fx.NewPerson(t), text)
		found, err := s.Memberships(t.Context(), text)
		if err != nil || len(found) != 0 {
			t.Errorf("%s is a person of %v, %v", text, found, err)
		}
	})
}

// TestLoginsOfOthersHideNoCO: however many people of one CO have a login, another CO's person is found.
func TestLoginsOfOthersHideNoCO(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		kind, identifier := comity.CoExtendedType, comity.Identifier
		var identifiers []registrytest.Values
		for i, person := range fx.ManyPeople(t, 230) {
			name := fmt.Sprintf("t%d", i)
			fx.Insert(t, kind.Resource, registrytest.Values{
				kind.CoId: fx.CoId, kind.Attribute: "Identifier.type", kind.Name: name, kind.DisplayName: name, kind.Status: comity.Active,
			})
			values := loginOf(person, "shared")
			values[identifier.Type] = name
			identifiers = append(identifiers, values)
		}
		fx.InsertMany(t, identifier.Resource, identifiers)
		own := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: "Chemistry", comity.Co.Status: comity.Active})
		ada := fx.Insert(t, comity.CoPerson.Resource, registrytest.Values{comity.CoPerson.CoId: own, comity.CoPerson.Status: comity.Active})
		newLogin(t, fx, ada, "shared")
		found, err := s.Memberships(t.Context(), "shared")
		if err != nil || len(found) == 0 || found[len(found)-1].PersonId != ada {
			t.Errorf("it is found as %v, %v, and not as person %d", found, err, ada)
		}
	})
}

// TestSessionOfALoginThatMoves: a session is of the people who have had the login since it began. It ends when
// the login goes from one of them to somebody else.
func TestSessionOfALoginThatMoves(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		ada, bob := fx.NewPerson(t), fx.NewPerson(t)
		first := newLogin(t, fx, ada, "ada")
		token, err := s.SignInPerson(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		expect := func(when string, want ...int64) {
			t.Helper()
			session, err := s.Session(t.Context(), token)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			memberships, err := s.SessionMemberships(t.Context(), session)
			var people []int64
			for _, m := range memberships {
				people = append(people, m.PersonId)
			}
			if err != nil || !slices.Equal(people, want) {
				t.Errorf("%s: the session is of %v, want %v, error %v", when, people, want, err)
			}
		}
		expect("at first", ada)
		own := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: "Chemistry", comity.Co.Status: comity.Active})
		there := fx.Insert(t, comity.CoPerson.Resource, registrytest.Values{comity.CoPerson.CoId: own, comity.CoPerson.Status: comity.Active})
		second := newLogin(t, fx, there, "ada")
		expect("when she is added to another CO", ada, there)
		fx.Remove(t, comity.Identifier.Resource, second.identifier)
		expect("when she has left it", ada)
		fx.Change(t, comity.CoPerson.Resource, ada, registrytest.Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Suspended})
		expect("while she is suspended")
		fx.Change(t, comity.CoPerson.Resource, ada, registrytest.Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Active})
		expect("when she is active again", ada)

		fx.Remove(t, comity.Identifier.Resource, first.identifier)
		newLogin(t, fx, bob, "ada")
		session, err := s.Session(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.SessionMemberships(t.Context(), session); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("the session of a login that went to somebody else: %v", err)
		}
		if _, err := s.Session(t.Context(), token); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("it has not ended: %v", err)
		}
	})
}
