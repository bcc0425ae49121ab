package signin_test

import (
	"strings"
	"testing"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/signin"
)

func TestKeysThatOperatorsChoose(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		user, err := s.AddUser(t.Context(), fx.CoId, "sync", true, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct{ name, key, want string }{
			{"long enough", strings.Repeat("k", 32), ""},
			{"too short", strings.Repeat("k", 31), "the key has 31 characters, it must have 32 at least"},
			{"of letters of two bytes", strings.Repeat("ö", 32), ""},
			{"with a line break", strings.Repeat("k", 32) + "\n", "the key has a control character"},
			{"not UTF-8", strings.Repeat("k", 32) + "\xff", "is not UTF-8"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				rotated, err := s.RotateKey(t.Context(), user.Username, tt.key)
				if tt.want != "" {
					if err == nil || !strings.Contains(err.Error(), tt.want) {
						t.Errorf("the error is %v, want %s", err, tt.want)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if rotated != (signin.Login{Username: user.Username, Key: tt.key}) {
					t.Errorf("the login is %+v", rotated)
				}
				eventually(t, "the new key is the user's", func() bool {
					_, err := s.Authenticate(t.Context(), user.Username, tt.key, address)
					return err == nil
				})
			})
		}
	})
}

// TestUsers: the list has those of the CO, or all; suspending and resuming change one, and one that is not there
// is said so.
func TestUsers(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		user, err := s.AddUser(t.Context(), fx.CoId, "sync", false, "")
		if err != nil {
			t.Fatal(err)
		}
		all := func(co int64) (names string) {
			users, err := s.Users(t.Context(), co)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range users {
				names += u.Text(comity.ApiUser.Username) + " " + u.Text(comity.ApiUser.Status) + ", "
			}
			return names
		}
		if got, want := all(0), "co_1.operator Active, "+user.Username+" Active, "; got != want {
			t.Errorf("all are %q, want %q", got, want)
		}
		for _, step := range []struct {
			change func() error
			want   string
		}{
			{func() error { return s.SuspendUser(t.Context(), user.Username) }, comity.Suspended},
			{func() error { return s.ResumeUser(t.Context(), user.Username) }, comity.Active},
		} {
			if err := step.change(); err != nil {
				t.Fatal(err)
			}
			if got, want := all(fx.CoId), user.Username+" "+step.want+", "; got != want {
				t.Errorf("those of the CO are %q, want %q", got, want)
			}
		}
		if _, err := s.Users(t.Context(), 999_999); comity.CodeOf(err) != comity.NotFound {
			t.Errorf("the users of no CO: %v", err)
		}
		_, rotated := s.RotateKey(t.Context(), "co_2.nobody", "")
		_, linked := s.NewLink(t.Context(), "co_2.nobody")
		for _, err := range []error{rotated, linked, s.SuspendUser(t.Context(), "co_2.nobody"), s.ResumeUser(t.Context(), "co_2.nobody")} {
			if err == nil || !strings.Contains(err.Error(), `there is no API user "co_2.nobody"`) {
				t.Errorf("the error is %v", err)
			}
		}
	})
}
