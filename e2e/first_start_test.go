package e2e_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

func TestFirstStartPrintsUserAndKeyOnceAndTheSecondDoesNot(t *testing.T) {
	onNothing(t, func(t *testing.T, database string) {
		r := serve(t, database)
		if r.user != "co_1.operator" || len(r.key) < 32 {
			t.Errorf("the first user is %q, its key has %d characters", r.user, len(r.key))
		}
		if n := strings.Count(r.out.String()+r.errOut.String(), r.key); n != 1 {
			t.Errorf("the key was printed %d times, want once", n)
		}
		if status := r.end(t); status != 0 {
			t.Errorf("it ended with status %d", status)
		}

		r.startAgain(t)
		if printed := r.out.String(); strings.Contains(printed, "key") || strings.Count(printed, "\n") != 1 {
			t.Errorf("the second start prints more than where it serves:\n%s", printed)
		}
		platform, err := r.platform().View(t.Context(), comity.Co.Resource, comity.PlatformCO)
		if err != nil || platform.Text(comity.Co.Name) != "COmanage" {
			t.Errorf("after it the first user sees the CO %v, %v", platform, err)
		}
	})
}

func TestFilesOfTheDatabaseAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	r := serve(t, noFile(t))
	entries, err := os.ReadDir(filepath.Dir(r.database))
	if err != nil || len(entries) < 4 {
		t.Fatalf("%d files: %v", len(entries), err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if others := info.Mode().Perm() & 0o077; others != 0 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}

// TestOfSeveralFirstStartsOnePrintsTheKey has several instances start at once on an empty PostgreSQL database.
func TestOfSeveralFirstStartsOnePrintsTheKey(t *testing.T) {
	t.Parallel()
	database := noTables(t)
	// Instances share the key that seals passwords, so it is there before the first of them.
	key := sealingKey(t)
	var instances []*process
	for range 3 {
		instances = append(instances, start(t, command(t.TempDir(),
			"serve", "--database", database, "--listen", "127.0.0.1:0", "--secret-key-file", key)))
	}
	printed := 0
	for _, p := range instances {
		base := p.says(t, `(?m)^Comity serves .* at (http://\S+)$`)[1]
		if got := call(t, documented(t, base), http.MethodGet, base+"cos.json", "", "", ""); got.status != http.StatusUnauthorized {
			t.Errorf("%s answers %d %s", base, got.status, got.reason)
		}
		printed += strings.Count(p.out.String(), "key   ")
	}
	if printed != 1 {
		t.Errorf("%d instances printed a key, want one", printed)
	}
}

func TestAnotherSealingKeyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		withSecrets(t, r)
		r.end(t)
		other := sealingKey(t)
		got := runToEnd(t, r.operator("serve", "--listen", "127.0.0.1:0", "--secret-key-file", other))
		refused(t, got, `name the file that it was first started with, or, if it is lost, run .comity key replace.$`)
	})
}

// A key that is not where it should be is not made anew: what it sealed could not be read any more.
// A command that does not call servers needs no key.
func TestMissingSealingKeyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		withSecrets(t, r)
		r.end(t)
		missing := filepath.Join(t.TempDir(), "missing.key")
		got := runToEnd(t, r.operator("serve", "--listen", "127.0.0.1:0", "--secret-key-file", missing))
		refused(t, got, `there is no .*missing\.key, and the secrets in this database are sealed with key \w+: name the file`)
		got = runToEnd(t, r.operator("api-user", "list", "--secret-key-file", missing))
		if got.status != 0 {
			t.Errorf("api-user list needs the key: %s", got.errOut)
		}
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a key was made: %v", err)
		}
	})
}

// sealingKey is a file with a key that seals passwords.
func sealingKey(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sealing.key")
	if err := os.WriteFile(path, []byte(strings.Repeat("5c", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
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
