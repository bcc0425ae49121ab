package admin_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"comity/internal/store/db"
	"comity/internal/store/storetest"
)

// Operators can read the file with the tools of their system: the sqlite3 shell and Python's module.
func TestOtherProgramsReadTheFile(t *testing.T) {
	t.Parallel()
	name := storetest.SQLite(t)
	file, err := db.OpenSQL(t.Context(), name, false)
	if err != nil {
		t.Fatal(err)
	}
	const co = `INSERT INTO cos (id, name, status, created, modified, revision, actor) VALUES (7, 'c', 'Active', 0, 0, 0, 'x')`
	_, err = file.ExecContext(t.Context(), co)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	const count = `SELECT count(*), max(id) FROM cos WHERE id NOT IN (SELECT co_id FROM people_search)`
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"sqlite3", []string{"sqlite3", name, count}, "1|7"},
		{"sqlite3 lists tables", []string{"sqlite3", name, ".tables"}, "co_people"},
		{"sqlite3 shows the schema", []string{"sqlite3", name, ".schema people_words"}, "CREATE VIEW people_words"},
		{"sqlite3 copies", []string{"sqlite3", name, ".backup " + name + ".copy"}, ""},
		{"sqlite3 reads the copy", []string{"sqlite3", name + ".copy", count}, "1|7"},
		{"sqlite3 dumps", []string{"sqlite3", name, ".dump"}, "INSERT INTO cos VALUES(7,"},
		{"sqlite3 checks", []string{"sqlite3", name, "PRAGMA quick_check"}, "ok"},
		{"python3", []string{"python3", "-c", "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())", name, count}, "[(1, 7)]"},
	} {
		out, err := exec.CommandContext(t.Context(), tt.args[0], tt.args[1:]...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), tt.want) {
			t.Errorf("%s: %v: %s", tt.name, err, out)
		}
	}
}
