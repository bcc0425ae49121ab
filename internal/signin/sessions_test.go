package signin_test

import (
	"errors"
	"testing"
	"time"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/signin"
)

// TestSessionsEnd uses a session after pauses: it ends when it is idle for too long, and a day after it was
// opened whatever it is used for.
func TestSessionsEnd(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		user, err := s.AddUser(t.Context(), fx.CoId, "sync", true, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name   string
			pauses []time.Duration
			live   bool
		}{
			{"at once", nil, true},
			{"before it is idle for too long", []time.Duration{signin.SessionIdle - time.Minute}, true},
			{"idle for too long", []time.Duration{signin.SessionIdle + time.Minute}, false},
			{"used now and then", []time.Duration{7 * time.Hour, 7 * time.Hour, 7 * time.Hour}, true},
			{"too old", []time.Duration{7 * time.Hour, 7 * time.Hour, 7 * time.Hour, 4 * time.Hour}, false},
		} {
			t.Run(tt.name, func(t *testing.T) {
				token, err := s.SignIn(t.Context(), user.Username, user.Key, address)
				if err != nil {
					t.Fatal(err)
				}
				for _, pause := range tt.pauses {
					fx.Wait(pause)
					_, err = s.Session(t.Context(), token)
				}
				if err == nil {
					_, err = s.Session(t.Context(), token)
				}
				if live := err == nil; live != tt.live || !live && comity.CodeOf(err) != comity.Unauthorised {
					t.Errorf("it is live: %v, error %v", live, err)
				}
				if err := s.Forget(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Session(t.Context(), token); (err == nil) != tt.live {
					t.Errorf("after the clean-up: %v", err)
				}
			})
		}
		if _, err := s.SignIn(t.Context(), user.Username, user.Key+"x", address); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("a session with another key: %v", err)
		}
	})
}

func TestSigningOut(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		newLogin(t, fx, fx.NewPerson(t), "ada")
		newLogin(t, fx, fx.NewPerson(t), "bob")
		open := func(login string) string {
			token, err := s.SignInPerson(t.Context(), login)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		first, second, third, bob := open("ada"), open("ada"), open("ada"), open("bob")
		session, err := s.Session(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		live := func(when string, want ...bool) {
			t.Helper()
			for i, token := range []string{first, second, third, bob} {
				if _, err := s.Session(t.Context(), token); (err == nil) != want[i] {
					t.Errorf("%s: session %d: %v", when, i+1, err)
				}
			}
		}
		live("at first", true, true, true, true)
		if err := s.EndSession(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		live("after one was ended", false, true, true, true)
		if err := s.EndSessions(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		live("after hers were ended", false, false, false, true)
		if _, err := s.SignInPerson(t.Context(), "nobody"); !errors.Is(err, signin.ErrNobody) {
			t.Errorf("somebody whom nobody knows: %v", err)
		}
	})
}

func TestLinksExpire(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		user, err := s.AddUser(t.Context(), fx.CoId, "sync", true, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name  string
			pause time.Duration
			good  bool
		}{
			{"in time", signin.LinkLife - time.Minute, true},
			{"too late", signin.LinkLife + time.Minute, false},
		} {
			t.Run(tt.name, func(t *testing.T) {
				link, err := s.NewLink(t.Context(), user.Username)
				if err != nil {
					t.Fatal(err)
				}
				fx.Wait(tt.pause)
				if _, err := s.FollowLink(t.Context(), link); (err == nil) != tt.good || !tt.good && comity.CodeOf(err) != comity.Unauthorised {
					t.Errorf("the error is %v", err)
				}
			})
		}
	})
}
