package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity"
)

// TestDataBehindSymbolicLinks has every path lead through a link or be one, as systemd's StateDirectory
// with DynamicUser has them.
func TestDataBehindSymbolicLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	private := filepath.Join(dir, "private")
	if err := os.Mkdir(private, 0o700); err != nil {
		t.Fatal(err)
	}
	link := func(target, name string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	state := link("private", "state")
	// Neither of these is there yet.
	database, key := link("state/registry.db", "registry.db"), link(filepath.Join(private, "registry.key"), "registry.key")
	for _, name := range []string{filepath.Join(state, "registry.db"), database} {
		if _, err := os.Stat(filepath.Join(private, "registry.db")); err == nil {
			for _, f := range []string{"registry.db", "registry.key"} {
				if err := os.Remove(filepath.Join(private, f)); err != nil {
					t.Fatal(err)
				}
			}
		}
		r := serve(t, name, "--secret-key-file", key)
		addCO(t, r.platform(), "Telescope")
		// By whatever name the file goes, its server is found.
		for _, other := range []string{database, filepath.Join(state, "registry.db"), filepath.Join(private, "registry.db")} {
			got := runToEnd(t, command(dir, "api-user", "list", "--database", other))
			if got.status != 0 || !strings.Contains(got.out, "co_1.operator") {
				t.Errorf("as %s: %s%s", other, got.out, got.errOut)
			}
			refused(t, runToEnd(t, command(dir, "serve", "--listen", "127.0.0.1:0", "--database", other)), `in use by process`)
		}
		backup := filepath.Join(state, "backup"+filepath.Base(filepath.Dir(name)))
		if got := runToEnd(t, r.operator("backup", backup)); got.status != 0 {
			t.Errorf("backup: %s", got.errOut)
		}
		restored := filepath.Join(state, "restored"+filepath.Base(filepath.Dir(name))+".db")
		if got := runToEnd(t, command(dir, "restore", "--database", restored, backup)); got.status != 0 {
			t.Errorf("restore: %s", got.errOut)
		}
		if status := r.end(t); status != 0 {
			t.Errorf("it ended with status %d", status)
		}
		r.startAgain(t)
		if _, err := r.platform().View(t.Context(), comity.Co.Resource, 2); err != nil {
			t.Error(err)
		}
		r.end(t)
	}
	if entries, err := os.ReadDir(private); err != nil || len(entries) < 5 {
		t.Errorf("behind the links are %v, %v", entries, err)
	}
}

// TestMistypedDatabaseMakesNoRegistry has every command but those that may make a registry name a
// database where there is none.
func TestMistypedDatabaseMakesNoRegistry(t *testing.T) {
	onNothing(t, func(t *testing.T, database string) {
		dir := t.TempDir()
		commands := [][]string{
			{"api-user", "list"},
			{"api-user", "rotate", "co_1.operator"},
			{"api-user", "suspend", "co_1.operator"},
			{"console-link"},
			{"backup", filepath.Join(dir, "b")},
			{"check"},
			{"erase", "--person", "1"},
			{"provision", "--target", "1", "--all"},
			{"provision", "--target", "1", "--person", "1"},
		}
		none := func(t *testing.T) {
			t.Helper()
			for _, args := range commands {
				refused(t, runToEnd(t, command(dir, append(args, "--database", database)...)), `^comity: there is no registry in .*: look at --database; .comity serve. makes a new registry there$`)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
				t.Errorf("they made %v, %v", entries, err)
			}
		}
		none(t)
		if !strings.HasPrefix(database, "postgres") {
			if entries, err := os.ReadDir(filepath.Dir(database)); err != nil || len(entries) != 0 {
				t.Errorf("they made %v, %v", entries, err)
			}
			if err := os.WriteFile(database, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			none(t)
		} else if tables := strings.TrimSpace(query(t, database, `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`)); tables != "0" {
			t.Errorf("they made %s tables", tables)
		}
		// A schema is no registry yet.
		if got := runToEnd(t, command(dir, "migrate", "--database", database)); got.status != 0 {
			t.Fatalf("migrate: %s", got.errOut)
		}
		none(t)
	})
}

// TestFailedRestoreLeavesNothing has backups end early, and be none.
func TestFailedRestoreLeavesNothing(t *testing.T) {
	onNothing(t, func(t *testing.T, database string) {
		r := serve(t, sqliteFile(t))
		addCO(t, r.platform(), "Telescope")
		dir := t.TempDir()
		good := filepath.Join(dir, "good")
		if got := runToEnd(t, r.operator("backup", good)); got.status != 0 {
			t.Fatalf("backup: %s", got.errOut)
		}
		whole, err := os.ReadFile(good)
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"empty": nil, "none": []byte("no backup"), "half": whole[:len(whole)/2], "short": whole[:len(whole)-20]} {
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, runToEnd(t, command(dir, "restore", "--database", database, file)), `^comity: restore: `)
			if strings.HasPrefix(database, "postgres") {
				left := query(t, database, `SELECT count(*) FROM (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
					UNION ALL SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION ALL SELECT oid FROM pg_extension WHERE extname <> 'plpgsql') x`)
				if left != "0" {
					t.Errorf("%s: %s objects are left", name, left)
				}
			} else if entries, err := os.ReadDir(filepath.Dir(database)); err != nil || len(entries) != 0 {
				t.Errorf("%s: left are %v, %v", name, entries, err)
			}
		}
		for range 2 {
			got := runToEnd(t, command(dir, "restore", "--database", database, good))
			if got.status == 0 {
				continue
			}
			refused(t, got, `^comity: restore into .*: the database is not empty: it holds a registry; name another$`)
		}
		if strings.HasPrefix(database, "postgres") {
			if known := query(t, database, `SELECT count(*) FROM pg_stats WHERE tablename = 'cos'`); known == "0" {
				t.Error("the server knows nothing yet of how much was restored")
			}
		}
		again := &registry{database: database, folder: r.folder, user: r.user, key: r.key}
		again.flags = []string{"--secret-key-file", r.database + ".key"}
		again.startAgain(t)
		if !mayCall(t, again, r.user, r.key, comity.PlatformCO) {
			t.Error("the restored registry does not know its user")
		}
	})
}

// TestEmptyFileBesideAKeyIsRefused: where the key is, there was a registry.
func TestEmptyFileBesideAKeyIsRefused(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	r.end(t)
	if err := os.Truncate(r.database, 0); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}, {"api-user", "add", "--co", "1", "--name", "x"}} {
		refused(t, runToEnd(t, r.operator(args...)), `^comity: .*registry.db is empty, but the key of a registry is there \(.*registry.db.key\): restore the registry from a backup, or remove the empty file`)
	}
	if info, err := os.Stat(r.database); err != nil || info.Size() != 0 {
		t.Errorf("the file is %v, %v", info, err)
	}
}
