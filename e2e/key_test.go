package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity"
)

// sealed is a registry in which passwords are stored: a server's, and a target's secret to sign with.
type sealed struct {
	*registry
	to       provisioning
	receiver *receiver
	person   int64
}

const serverPassword = "the password of a server"

func withSecrets(t *testing.T, r *registry) sealed {
	t.Helper()
	s := sealed{registry: r, receiver: receive(t)}
	c := r.platform()
	co := addCO(t, c, "Telescope")
	s.to = addTarget(t, c, co, s.receiver.URL, endpoint{
		mode: comity.ModeManual, auth: comity.AuthBasic, user: "sync", password: serverPassword,
		more: fields{comity.CoApiProvisionerTarget.SigningSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
	})
	s.person = addPerson(t, c, co, "ghopper")
	return s
}

// calls says whether the server is called with the password.
func (s sealed) calls(t *testing.T) bool {
	t.Helper()
	before := len(s.receiver.messages())
	_, err := s.platform().Provision(t.Context(), s.to.target, s.person)
	all := s.receiver.messages()
	if err != nil || len(all) == before {
		return false
	}
	last := all[len(all)-1]
	user, password, ok := (&http.Request{Header: last.header}).BasicAuth()
	return ok && user == "sync" && password == serverPassword && last.header.Get("webhook-signature") != ""
}

// keyFile is the key's, where none was named.
func (r *registry) keyFile() string {
	if strings.HasPrefix(r.database, "postgres") {
		return filepath.Join(r.folder, "comity.key")
	}
	return r.database + ".key"
}

func TestKeyIsRotated(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s := withSecrets(t, serve(t, database))
		refused(t, runToEnd(t, s.operator("key", "rotate")), `end (it|them) first, for (it goes|they go) on with the key that (it has|they have)`)
		if !s.calls(t) {
			t.Fatal("the server is not called with its password")
		}
		s.end(t)
		old, err := os.ReadFile(s.keyFile())
		if err != nil {
			t.Fatal(err)
		}
		got := runToEnd(t, s.operator("key", "rotate"))
		m := regexp.MustCompile(`^2 passwords are sealed with a new key, \w+, in .*\.key\. Keep a copy; every instance needs it\.\nThe key of before is in (\S+): backups made until now need it\.`).FindStringSubmatch(got.out)
		if got.status != 0 || m == nil {
			t.Fatalf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		kept := m[1]
		if !filepath.IsAbs(kept) {
			kept = filepath.Join(s.folder, kept)
		}
		if content, err := os.ReadFile(kept); err != nil || string(content) != string(old) {
			t.Errorf("the key of before is %q, %v", content, err)
		}
		refused(t, runToEnd(t, s.operator("serve", "--listen", "127.0.0.1:0", "--secret-key-file", kept)), `name the file`)
		s.startAgain(t)
		if !s.calls(t) {
			t.Error("after it the server is not called with its password")
		}
	})
}

// TestKeyRotationMayBeKilled kills it at many moments. What is there then is sealed with the key that the
// next start takes: rotating once more reads all of it.
func TestKeyRotationMayBeKilled(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s := withSecrets(t, serve(t, database))
		s.end(t)
		began := time.Now()
		if got := runToEnd(t, s.operator("key", "rotate")); got.status != 0 {
			t.Fatalf("rotate: %s", got.errOut)
		}
		whole := time.Since(began)
		const kills = 12
		for i := range kills {
			p := start(t, s.operator("key", "rotate"))
			time.Sleep(whole * time.Duration(i+2) / (kills + 2))
			p.kill()
			got := runToEnd(t, s.operator("key", "replace", "--dry-run"))
			if got.status != 0 || !strings.Contains(got.out, "0 passwords would be blanked, 2 can be read") {
				t.Fatalf("killed after %d/%d: %s%s", i+2, kills+2, got.out, got.errOut)
			}
		}
		s.startAgain(t)
		if !s.calls(t) {
			t.Error("in the end the server is not called with its password")
		}
	})
}

func TestLostKeyIsReplaced(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s := withSecrets(t, serve(t, database))
		refused(t, runToEnd(t, s.operator("key", "replace")), `end (it|them) first`)
		s.end(t)
		if err := os.Remove(s.keyFile()); err != nil {
			t.Fatal(err)
		}
		refused(t, runToEnd(t, s.operator("key", "rotate")), `there is no .*key, .* or, if it is lost, run .comity key replace.$`)
		lost := fmt.Sprintf(`(?s)^CO %[1]d: Password of HttpServer %[2]d, server %[3]d "A receiver", user "sync"\nCO %[1]d: SigningSecret of CoApiProvisionerTarget %[4]d, provisioning target %[5]d\n`,
			s.to.co, s.to.httpServer, s.to.server, s.to.settings, s.to.target)
		if got := runToEnd(t, s.operator("key", "replace", "--dry-run")); got.status != 0 || !matches(lost+`2 passwords would be blanked, 0 can be read`, got.out) {
			t.Errorf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		refused(t, runToEnd(t, s.operator("serve", "--listen", "127.0.0.1:0")), `there is no .*key`)
		if got := runToEnd(t, s.operator("key", "replace")); got.status != 0 || !matches(lost+`made a new key: .*\n2 passwords are blanked and have to be entered again, 0 could be read and stay\n$`, got.out) {
			t.Errorf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		if got := runToEnd(t, s.operator("key", "replace")); got.status != 0 || got.out != "0 passwords are blanked and have to be entered again, 0 could be read and stay\n" {
			t.Errorf("once more: status %d: %s%s", got.status, got.out, got.errOut)
		}
		s.startAgain(t)
		if s.calls(t) {
			t.Error("the server is called with a password that was lost")
		}
		c := s.platform()
		h, err := c.View(t.Context(), comity.HttpServer.Resource, s.to.httpServer)
		if err != nil {
			t.Fatal(err)
		}
		h.SetText(comity.HttpServer.Password, serverPassword)
		if err := c.Edit(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		settings, err := c.View(t.Context(), comity.CoApiProvisionerTarget.Resource, s.to.settings)
		if err != nil {
			t.Fatal(err)
		}
		settings.SetText(comity.CoApiProvisionerTarget.SigningSecret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
		if err := c.Edit(t.Context(), settings); err != nil {
			t.Fatal(err)
		}
		if !s.calls(t) {
			t.Error("after it was entered again the server is not called with its password")
		}
	})
}

// A registry that has sealed nothing has lost nothing with its key.
func TestWithoutSecretsAnyKeyWillDo(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		r.end(t)
		if err := os.Remove(r.keyFile()); err != nil {
			t.Fatal(err)
		}
		r.startAgain(t)
		r.end(t)
		r.flags = []string{"--secret-key-file", sealingKey(t)}
		r.startAgain(t)
		withSecrets(t, r)
		r.end(t)
		refused(t, runToEnd(t, r.operator("serve", "--listen", "127.0.0.1:0", "--secret-key-file", r.keyFile())), `name the file`)
	})
}
