package browser_test

import (
	"os/exec"
	"strings"
	"testing"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	r := serve(t)
	t.Run("the link of the first start is good once", func(t *testing.T) {
		b := r.open(t)
		b.visit(r.link)
		b.press("Sign in")
		b.says("Choose a CO")
		other := r.open(t)
		other.visit(r.link)
		other.press("Sign in")
		other.says("This link is used up")
	})
	t.Run("the command makes another", func(t *testing.T) {
		link := printed(t, r.command("console-link"))
		b := r.open(t)
		b.visit(link)
		b.press("Sign in")
		b.says("Choose a CO")
	})
	t.Run("by key", func(t *testing.T) {
		b := r.open(t)
		b.visit("/console/")
		b.fill("API user", r.user)
		b.fill("Key", "wrong")
		b.press("Sign in")
		b.says("The name or the key is not right")
		b.fill("Key", r.key)
		b.press("Sign in")
		b.says("Choose a CO")
	})
	t.Run("out everywhere", func(t *testing.T) {
		one, two := r.open(t), r.open(t)
		one.signIn(r)
		two.signIn(r)
		one.unfold(r.user)
		one.press("Sign out everywhere")
		one.says("You are signed out, here and everywhere else.")
		two.visit("/console/")
		two.says("API user")
	})
}

// printed is the line that a command prints.
func printed(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
