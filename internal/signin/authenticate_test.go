package signin_test

import (
	"fmt"
	"testing"
	"time"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/signin"
)

// TestAuthenticate has API users of all kinds: the one who may call is the caller that their record says, and
// all others are refused in the same way.
func TestAuthenticate(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		f := comity.ApiUser
		past, future := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
		admin, member := fx.NewPerson(t), fx.NewPerson(t)
		fx.Join(t, admin, adminsOf(t, fx))
		for _, tt := range []struct {
			name   string
			change registrytest.Values
			// want says what the caller may do: nothing, refused, or their rights.
			want string
		}{
			{"an ordinary user", registrytest.Values{}, "nothing"},
			{"a privileged user", registrytest.Values{f.Privileged: true}, "CO"},
			{"for an administrator", registrytest.Values{f.CoPersonId: admin}, "CO"},
			{"for a member", registrytest.Values{f.CoPersonId: member}, "own"},
			{"privileged, for a member", registrytest.Values{f.Privileged: true, f.CoPersonId: member}, "own"},
			{"suspended", registrytest.Values{f.Privileged: true, f.Status: comity.Suspended}, "refused"},
			{"not valid yet", registrytest.Values{f.Privileged: true, f.ValidFrom: future}, "refused"},
			{"not valid any more", registrytest.Values{f.Privileged: true, f.ValidThrough: past}, "refused"},
			{"valid now", registrytest.Values{f.Privileged: true, f.ValidFrom: past, f.ValidThrough: future}, "CO"},
			{"from this address", registrytest.Values{f.Privileged: true, f.RemoteIp: `^192\.0\.2\.`}, "CO"},
			{"from another address", registrytest.Values{f.Privileged: true, f.RemoteIp: `^10\.`}, "refused"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				values := registrytest.Values{f.CoId: fx.CoId, f.Username: fmt.Sprintf("user%d", len(fx.Records(t, f.Resource))), f.Status: comity.Active}
				for field, value := range tt.change {
					values[field] = value
				}
				added, err := fx.Add(t.Context(), registrytest.Tester(), f.Resource, values.Input(f.Resource))
				if err != nil {
					t.Fatal(err)
				}
				username := fmt.Sprintf("co_%d.%s", fx.CoId, values[f.Username])
				caller, err := s.Authenticate(t.Context(), username, added.Generated, address)
				got := "nothing"
				switch {
				case comity.CodeOf(err) == comity.Unauthorised:
					got = "refused"
				case err != nil:
					t.Fatal(err)
				case caller.Platform:
					got = "platform"
				case caller.Admin:
					got = "CO"
				case caller.PersonId != 0:
					got = "own"
				}
				if got != tt.want {
					t.Errorf("the caller is %+v, which may do %s, want %s", caller, got, tt.want)
				}
				for title, refused := range map[string][2]string{
					"with another key": {username, added.Generated + "x"}, "with no key": {username, ""},
					"under another name": {username + "x", added.Generated}, "under no name": {"", added.Generated},
				} {
					if _, err := s.Authenticate(t.Context(), refused[0], refused[1], address); comity.CodeOf(err) != comity.Unauthorised || err.Error() != comity.Forbid().Error() {
						t.Errorf("%s: %v", title, err)
					}
				}
			})
		}
	})
}

// adminsOf returns the group of the administrators of the fixture's CO.
func adminsOf(t *testing.T, fx *registrytest.Fixture) int64 {
	t.Helper()
	f := comity.CoGroup
	for _, g := range fx.Records(t, f.Resource) {
		if g.CoId == fx.CoId && g.Text(f.GroupType) == comity.GroupAdmins && !g.Has(f.CouId) {
			return g.Id
		}
	}
	t.Fatal("the CO has no group of administrators")
	return 0
}

func TestUsersOfACOThatIsNotActiveAreRefused(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		s := signin.New(fx.Store, fx.Registry)
		user, err := s.AddUser(t.Context(), fx.CoId, "sync", true, "")
		if err != nil {
			t.Fatal(err)
		}
		fx.Change(t, comity.Co.Resource, fx.CoId, registrytest.Values{comity.Co.Name: "Physics", comity.Co.Status: comity.Suspended})
		if _, err := s.Authenticate(t.Context(), user.Username, user.Key, address); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("the error is %v", err)
		}
	})
}
