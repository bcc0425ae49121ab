package e2e_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"comity"
)

// login reads what `api-user add` and `rotate` print: a name and a key.
func login(t *testing.T, got ran) (user, key string) {
	t.Helper()
	m := regexp.MustCompile(`^(\S+) (\S+)\n$`).FindStringSubmatch(got.out)
	if got.status != 0 || m == nil {
		t.Fatalf("status %d:\n%s%s", got.status, got.out, got.errOut)
	}
	return m[1], m[2]
}

// mayCall says whether a key opens the registry. No answer but yes and no is expected.
func mayCall(t *testing.T, r *registry, user, key string, co int64) bool {
	t.Helper()
	_, err := r.as(user, key).View(t.Context(), comity.Co.Resource, co)
	var refusal *comity.Error
	switch {
	case err == nil:
		return true
	case errors.As(err, &refusal) && refusal.Code == comity.Unauthorised:
		return false
	}
	t.Fatal(err)
	return false
}

// TestAPIUsersAreManagedWhileServed has all api-user commands run beside the server: for an SQLite
// file they go through it, by the socket.
func TestAPIUsersAreManagedWhileServed(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		co := addCO(t, r.platform(), "Telescope")
		manageUsers(t, r, co, func(user, key string) bool { return mayCall(t, r, user, key, co) })
	})
}

// TestAPIUsersAreManagedWhileNotServed has the same commands open the database themselves.
func TestAPIUsersAreManagedWhileNotServed(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		co := addCO(t, r.platform(), "Telescope")
		r.end(t)
		manageUsers(t, r, co, func(user, key string) bool {
			r.startAgain(t)
			defer r.end(t)
			return mayCall(t, r, user, key, co)
		})
	})
}

func manageUsers(t *testing.T, r *registry, co int64, may func(user, key string) bool) {
	t.Helper()
	user, first := login(t, runToEnd(t, r.operator("api-user", "add", "--co", fmt.Sprint(co), "--name", "sync", "--privileged")))
	if want := fmt.Sprintf("co_%d.sync", co); user != want {
		t.Errorf("added %q, want %q", user, want)
	}
	if !may(user, first) {
		t.Error("the key of a new user is refused")
	}

	_, second := login(t, runToEnd(t, r.operator("api-user", "rotate", user)))
	eventually(t, "the old key is dead", func() bool { return !may(user, first) })
	if !may(user, second) {
		t.Error("the new key is refused")
	}

	listed := func() string { return runToEnd(t, r.operator("api-user", "list", "--co", fmt.Sprint(co))).out }
	if list := listed(); !matches(`(?m)^USER +CO +STATUS +RIGHTS`, list) ||
		!matches(fmt.Sprintf(`(?m)^co_%d\.sync +%d +Active +CO `, co, co), list) || strings.Count(list, "\n") != 2 {
		t.Errorf("the list of the CO's users is\n%s", list)
	}
	if all := runToEnd(t, r.operator("api-user", "list")).out; !matches(`(?m)^co_1\.operator +1 +Active +platform `, all) {
		t.Errorf("the list of all users is\n%s", all)
	}

	if got := runToEnd(t, r.operator("api-user", "suspend", user)); got.status != 0 || got.out != user+" is suspended\n" {
		t.Errorf("suspend: status %d, %q %q", got.status, got.out, got.errOut)
	}
	eventually(t, "the suspended user is refused", func() bool { return !may(user, second) })
	if list := listed(); !matches(`(?m) Suspended `, list) {
		t.Errorf("the list does not say that the user is suspended:\n%s", list)
	}

	if got := runToEnd(t, r.operator("api-user", "resume", user)); got.status != 0 || got.out != user+" is active\n" {
		t.Errorf("resume: status %d, %q %q", got.status, got.out, got.errOut)
	}
	eventually(t, "the user may call again", func() bool { return may(user, second) })

	refused(t, runToEnd(t, r.operator("api-user", "add", "--co", "99", "--name", "x")), `^comity: API user "x" of CO 99: .*CO Does Not Exist$`)
	refused(t, runToEnd(t, r.operator("api-user", "add", "--co", fmt.Sprint(co), "--name", "sync")), `Name In Use$`)
	refused(t, runToEnd(t, r.operator("api-user", "add", "--co", fmt.Sprint(co), "--name", "two words")), `The username may hold letters, digits`)
	refused(t, runToEnd(t, r.operator("api-user", "list", "--co", "99")), `CO Unknown$`)
	refused(t, runToEnd(t, r.operator("api-user", "rotate", "nobody")), "^comity: there is no API user \"nobody\"; `comity api-user list` shows those there are$")
	refused(t, runToEnd(t, r.operator("api-user", "suspend", "nobody")), `there is no API user "nobody"`)
	refused(t, runToEnd(t, r.operator("api-user", "resume", "nobody")), `there is no API user "nobody"`)
}

func TestKeyOfTheOperatorsOwnComesFromStandardInput(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		withKey := func(key string, args ...string) ran {
			cmd := r.operator(append([]string{"api-user"}, append(args, "--key-stdin")...)...)
			cmd.Stdin = strings.NewReader(key)
			return runToEnd(t, cmd)
		}
		const own, other = "correct horse battery staple, twice", "another key of thirty-two letters"
		got := withKey(own+"\n", "add", "--co", "1", "--name", "admin")
		if got.status != 0 || got.out != "co_1.admin\n" {
			t.Errorf("status %d: %q %q; want the name alone", got.status, got.out, got.errOut)
		}
		if !mayCall(t, r, "co_1.admin", own, comity.PlatformCO) {
			t.Error("the key is refused")
		}
		if got := withKey(other, "rotate", "co_1.admin"); got.status != 0 || got.out != "co_1.admin\n" {
			t.Errorf("rotate: status %d: %q %q", got.status, got.out, got.errOut)
		}
		eventually(t, "the new key opens", func() bool { return mayCall(t, r, "co_1.admin", other, comity.PlatformCO) })

		refused(t, withKey("short", "add", "--co", "1", "--name", "weak"), `^comity: the key has 5 characters, it must have 32 at least$`)
		refused(t, withKey("short\n", "rotate", "co_1.admin"), `^comity: the key has 5 characters, it must have 32 at least$`)
		refused(t, withKey("", "add", "--co", "1", "--name", "weak"), `^comity: there is no key on standard input$`)
		if list := runToEnd(t, r.operator("api-user", "list")).out; strings.Contains(list, "weak") {
			t.Errorf("a user was added without a good key:\n%s", list)
		}
	})
}

func TestAPIUserOnAnEmptyDatabaseMakesTheRegistry(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		dir := t.TempDir()
		got := runToEnd(t, command(dir, "api-user", "add", "--database", database, "--co", "1", "--name", "admin"))
		if got.status != 0 || !matches(`(?m)^  user  co_1\.operator$`, got.out) {
			t.Fatalf("status %d:\n%s%s", got.status, got.out, got.errOut)
		}
		m := regexp.MustCompile(`(?m)^(co_1\.admin) (\S+)$`).FindStringSubmatch(got.out)
		if m == nil {
			t.Fatalf("no name and key in\n%s", got.out)
		}
		r := &registry{database: database, folder: dir}
		r.startAgain(t)
		if strings.Contains(r.out.String(), "The registry is new") {
			t.Error("the first start after it makes the registry again")
		}
		if !mayCall(t, r, m[1], m[2], comity.PlatformCO) {
			t.Error("its key is refused")
		}
	})
}
