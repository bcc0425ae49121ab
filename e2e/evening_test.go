package e2e_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

func TestSettingsAreShownWithWhereTheyAreFrom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "comity.json"), []byte(`{"root": "/api/", "lease": "5s"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command(dir, "settings", "--config", "comity.json", "--drain", "7s")
	cmd.Env = append(cmd.Env, "COMITY_DATABASE=postgres://u:"+secret+"@host/db?sslpassword="+secret, "COMITY_LEASE=6s")
	got := runToEnd(t, cmd)
	if got.status != 0 {
		t.Errorf("status %d: %s", got.status, got.errOut)
	}
	for _, want := range []string{
		`--root +/api/ +the configuration file`, `--lease +6s +COMITY_LEASE`, `--drain +7s +the command line`, `--log-level +info +the default`,
		`--database +postgres://u:xxxxx@host/db\?sslpassword=xxxxx +COMITY_DATABASE`, `--allow-private-targets +true +COMITY_ALLOW_PRIVATE_TARGETS`,
	} {
		if !matches(`(?m)^`+want+`$`, got.out) {
			t.Errorf("it does not say %q:\n%s", want, got.out)
		}
	}
	// What is wrong is shown all the same, and said.
	wrong := runToEnd(t, command(dir, "settings", "--log-level", "loud", "--database", "mysql://u:"+secret+"@host/db"))
	if wrong.status != 1 || !strings.Contains(wrong.out, "loud") || !strings.Contains(wrong.errOut, "log level") {
		t.Errorf("status %d: %s%s", wrong.status, wrong.out, wrong.errOut)
	}
	if strings.Contains(got.out+wrong.out+wrong.errOut, secret) {
		t.Error("a password is shown")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("it made %v, %v", entries, err)
	}
}

// TestCompletionInBash has a real bash complete words by the script.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte(runToEnd(t, command(dir, "completion", "bash")).out), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{[]string{"ser"}, "serve"},
		{[]string{"key", ""}, "rotate replace"},
		{[]string{"api-user", "re"}, "resume"},
		{[]string{"api-user", "add", "--pri"}, "--privileged"},
		{[]string{"serve", "--oidc-cl"}, "--oidc-claim --oidc-client-id --oidc-client-secret-file"},
		{[]string{"serve", "--database", "x.db", "--lea"}, "--lease"},
		{[]string{"completion", "f"}, "fish"},
		{[]string{"serve", "--config", "scr"}, "script"},
		{[]string{"restore", "scr"}, "script"},
		{[]string{"serve", "--lease", ""}, ""},
	} {
		const complete = `source ./script; shift 0; COMP_WORDS=(comity "$@"); COMP_CWORD=$#; _comity; printf '%s\n' "${COMPREPLY[@]}" | sort | uniq`
		cmd := exec.CommandContext(t.Context(), "bash", append([]string{"--norc", "-c", complete, "bash"}, tt.words...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		found := map[string]bool{}
		for _, word := range strings.Fields(string(out)) {
			found[word] = true
		}
		for _, want := range strings.Fields(tt.want) {
			if !found[want] {
				t.Errorf("%q is completed by %q, %v; want %s", tt.words, out, err, want)
			}
		}
		if err != nil || tt.want == "" && len(found) > 0 {
			t.Errorf("%q is completed by %q, %v", tt.words, out, err)
		}
	}
	for _, shell := range []string{"zsh", "fish"} {
		got := runToEnd(t, command(dir, "completion", shell))
		if got.status != 0 || !strings.Contains(got.out, "rotate") || !strings.Contains(got.out, "oidc-client-id") {
			t.Errorf("%s: status %d: %s", shell, got.status, got.errOut)
		}
	}
	refused(t, runToEnd(t, command(dir, "completion", "csh")), `must be one of "bash","zsh","fish"`)
}

func TestFirstLinkCanBeOpened(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:0", "[::]:0", ":0"} {
		t.Run(listen, func(t *testing.T) {
			t.Parallel()
			p := start(t, command(t.TempDir(), "serve", "--listen", listen))
			link := p.says(t, `good once, for an hour:\n\n  (http://\S+)\n`)[1]
			if matches(`0\.0\.0\.0|\[::\]`, link) {
				t.Errorf("the link is %s", link)
			}
			resp, err := http.Get(link)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s answers %s", link, resp.Status)
			}
		})
	}
	t.Run("public URL", func(t *testing.T) {
		t.Parallel()
		p := start(t, command(t.TempDir(), "serve", "--listen", "0.0.0.0:0", "--public-url", "https://registry.example.org"))
		p.says(t, `good once, for an hour:\n\n  https://registry\.example\.org/console/\S+\n`)
	})
}

func TestHealthAsksTheServer(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	address := strings.TrimPrefix(strings.TrimSuffix(r.page("/"), "/"), "http://")
	_, port, _ := strings.Cut(address, ":")
	for _, listen := range []string{address, "0.0.0.0:" + port, ":" + port} {
		if got := runToEnd(t, command(t.TempDir(), "health", "--listen", listen)); got.status != 0 || got.out != "ready\n" {
			t.Errorf("at %s: status %d: %s%s", listen, got.status, got.out, got.errOut)
		}
	}
	r.end(t)
	refused(t, runToEnd(t, command(t.TempDir(), "health", "--listen", address)), `^comity: not ready: .*connection refused$`)
}

// TestVacuumLeavesNothingOfWhatWasErased looks at the very bytes of an SQLite file.
func TestVacuumLeavesNothingOfWhatWasErased(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		const name = "zaphodbeeblebrox"
		person := addPerson(t, c, co, name)
		stays := addPerson(t, c, co, "trillian")
		if got := runToEnd(t, r.operator("erase", "--delete", "--person", text(person))); got.status != 0 {
			t.Fatalf("erase: %s", got.errOut)
		}
		sqlite := !strings.HasPrefix(database, "postgres")
		if sqlite {
			refused(t, runToEnd(t, r.operator("vacuum")), `in use by process \d+: end it first, for the file is replaced$`)
			r.end(t)
		}
		got := runToEnd(t, r.operator("vacuum"))
		if got.status != 0 || !matches(`is written anew: [\d.]+ MB, it was [\d.]+ MB\n$`, got.out) {
			t.Fatalf("status %d: %s%s", got.status, got.out, got.errOut)
		}
		if sqlite {
			files, err := filepath.Glob(database + "*")
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(content, []byte(name)) {
					t.Errorf("%s holds what was erased", file)
				}
			}
			if info, err := os.Stat(database); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v", info, err)
			}
			r.startAgain(t)
		}
		if _, err := r.platform().View(t.Context(), comity.CoPerson.Resource, stays); err != nil {
			t.Error(err)
		}
		if got := runToEnd(t, r.operator("check")); got.status != 0 {
			t.Errorf("check: %s%s", got.out, got.errOut)
		}
	})
}
