package signin_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/signin"
)

const address = "192.0.2.1"

// TestExample shows what the package is for: it says who is calling, by a key, by a link or by a session, and
// forgets it as soon as it is not so any more.
func TestExample(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)

		// A program calls with a name and a key, which is shown once and stored as a digest only.
		login, err := s.AddUser(t.Context(), fx.CoId, "sync", true, "")
		if err != nil {
			t.Fatal(err)
		}
		caller, err := s.Authenticate(t.Context(), login.Username, login.Key, address)
		if err != nil || caller.CoId != fx.CoId || !caller.Admin || caller.Platform {
			t.Errorf("the key is that of %+v, error %v", caller, err)
		}

		// An operator makes a link that opens a session of the API user in a browser. It is good once.
		link, err := s.NewLink(t.Context(), login.Username)
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.FollowLink(t.Context(), link)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FollowLink(t.Context(), link); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("the link is good twice: %v", err)
		}
		session, err := s.Session(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.Resume(t.Context(), session.Who, session.KeyDigest, address); err != nil || again.Username != login.Username {
			t.Errorf("the session is that of %+v, error %v", again, err)
		}

		// A new key ends what the old one opened, within a second.
		if _, err := s.RotateKey(t.Context(), login.Username, ""); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the session has ended", func() bool {
			_, err := s.Resume(t.Context(), session.Who, session.KeyDigest, address)
			return comity.CodeOf(err) == comity.Unauthorised
		})

		// A person signs in by the identifier that the OpenID Connect provider says is theirs.
		ada := newLogin(t, fx, fx.NewPerson(t), "ada")
		if token, err = s.SignInPerson(t.Context(), "ada"); err != nil {
			t.Fatal(err)
		}
		if session, err = s.Session(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		memberships, err := s.SessionMemberships(t.Context(), session)
		if err != nil || len(memberships) != 1 || memberships[0].PersonId != ada.person || memberships[0].CoId != fx.CoId {
			t.Fatalf("the session is of %+v, error %v", memberships, err)
		}
		herself, err := s.CallerOf(t.Context(), session.Who, memberships[0])
		if err != nil || herself.PersonId != ada.person || herself.Admin {
			t.Errorf("she calls as %+v, error %v", herself, err)
		}
		fx.Wait(signin.SessionIdle + time.Minute)
		if _, err := s.Session(t.Context(), token); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("a session that nobody used for so long goes on: %v", err)
		}
	})
}

// login is an identifier that a person signs in by.
type login struct{ person, identifier int64 }

func newLogin(t *testing.T, fx *registrytest.Fixture, person int64, text string) login {
	t.Helper()
	return login{person, fx.Insert(t, comity.Identifier.Resource, loginOf(person, text))}
}

func loginOf(person int64, text string) registrytest.Values {
	f := comity.Identifier
	return registrytest.Values{f.Person: person, f.Identifier: text, f.Type: "oidcsub", f.Login: true, f.Status: comity.Active}
}

// eventually waits until a condition holds, for longer than a credential is kept; what describes it.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it is still not so that %s", what)
		}
	}
}
