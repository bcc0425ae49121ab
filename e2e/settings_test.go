package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

// serving waits until a comity that has all it needs from its settings serves, and returns what and where.
func serving(t *testing.T, p *process) (database, base string) {
	t.Helper()
	m := p.says(t, `(?m)^Comity serves (\S+) at (http://\S+)$`)
	return m[1], m[2]
}

func TestFlagWinsOverEnvironmentAndEnvironmentOverFile(t *testing.T) {
	t.Parallel()
	const file = `{"database": "file.db", "listen": "127.0.0.1:0", "root": "/from/file", "secret_key_file": "file.key", "log-format": "json"}`
	for _, tt := range []struct {
		name           string
		env, args      []string
		database, root string
	}{
		{"the file", nil, nil, "file.db", "/from/file/"},
		{"the environment", []string{"COMITY_DATABASE=env.db"}, nil, "env.db", "/from/file/"},
		{"a flag", []string{"COMITY_DATABASE=env.db", "COMITY_ROOT=/from/env"}, []string{"--database", "flag.db"}, "flag.db", "/from/env/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "comity.json"), []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := command(dir, append([]string{"serve", "--config", "comity.json"}, tt.args...)...)
			cmd.Env = append(cmd.Env, tt.env...)
			p := start(t, cmd)
			database, base := serving(t, p)
			if database != tt.database || !strings.HasSuffix(base, tt.root) {
				t.Errorf("it serves %s at %s, want %s at …%s", database, base, tt.database, tt.root)
			}
			if _, err := os.Stat(filepath.Join(dir, "file.key")); err != nil {
				t.Error(err)
			}
			// Standard error is read separately.
			eventually(t, "the log is in JSON", func() bool { return strings.HasPrefix(p.errOut.String(), `{"time":`) })
		})
	}
}

func TestFileMayBeNamedByTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "comity.json")
	if err := os.WriteFile(path, []byte(`{"database": "named.db", "listen": "127.0.0.1:0"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command(dir, "serve")
	cmd.Env = append(cmd.Env, "COMITY_CONFIG="+path)
	if database, _ := serving(t, start(t, cmd)); database != "named.db" {
		t.Errorf("it serves %s", database)
	}
}

func TestAPIIsBelowTheRootThatIsSet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ flag, root, elsewhere string }{
		{"/registry/", "/registry/", "/cos.json"},
		{"api/v1", "/api/v1/", "/registry/cos.json"},
		{"/", "/", "/registry/cos.json"},
	} {
		t.Run(strings.ReplaceAll(tt.flag, "/", "|"), func(t *testing.T) {
			t.Parallel()
			r := serve(t, sqliteFile(t), "--root", tt.flag)
			if !strings.HasSuffix(r.api(), tt.root) {
				t.Errorf("the API is at %s, want it at …%s", r.api(), tt.root)
			}
			addCO(t, r.platform(), "Telescope")
			for path, want := range map[string]int{
				tt.root + "cos.json": http.StatusOK, tt.elsewhere: http.StatusNotFound,
				"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/metrics": http.StatusOK,
			} {
				if got := call(t, http.DefaultClient, http.MethodGet, r.page(path), r.user, r.key, ""); got.status != want {
					t.Errorf("%s answers %d %s, want %d", path, got.status, got.reason, want)
				}
			}
		})
	}
}

// TestDatabaseMayHaveALongPath has a path that is longer than a socket's may be.
func TestDatabaseMayHaveALongPath(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), strings.Repeat("a long folder ", 8), strings.Repeat("ü", 40))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	r := serve(t, filepath.Join(folder, "registry with blanks & 100%.db"))
	user, key := login(t, runToEnd(t, r.operator("api-user", "add", "--co", "1", "--name", "admin")))
	if !mayCall(t, r, user, key, comity.PlatformCO) {
		t.Error("the key is refused")
	}
	if status := r.end(t); status != 0 {
		t.Errorf("it ended with status %d", status)
	}
	r.startAgain(t)
	if !mayCall(t, r, user, key, comity.PlatformCO) {
		t.Error("the key is refused after a restart")
	}
}
