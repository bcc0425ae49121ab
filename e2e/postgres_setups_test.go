package e2e_test

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"comity"
	"comity/internal/pgtest"
)

// pooled starts pgbouncer before a database, in transaction mode, and returns the URL that leads through it.
func pooled(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "pgbouncer-") //nolint:usetesting // another user has to get there, and a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	bouncer, err := exec.LookPath("pgbouncer")
	if err != nil {
		bouncer = "/usr/sbin/pgbouncer" // Debian's place, which is not in everybody's PATH
	}
	cmd := exec.Command(bouncer, filepath.Join(dir, "pgbouncer.ini"))
	if os.Geteuid() == 0 { // it refuses to run as root
		nobody, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	name := strings.TrimPrefix(u.Path, "/")
	users, config := filepath.Join(dir, "users.txt"), fmt.Sprintf(`[databases]
%[1]s = host=%[2]s port=%[3]s dbname=%[1]s user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = %[4]s
listen_port = 6432
auth_type = trust
auth_file = %[4]s/users.txt
pool_mode = transaction
default_pool_size = 10
`, name, u.Query().Get("host"), u.Query().Get("port"), dir)
	for file, content := range map[string]string{users: "\"postgres\" \"\"\n", filepath.Join(dir, "pgbouncer.ini"): config} {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	errOut, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(errOut)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "process up") {
			go func() {
				for lines.Scan() { // it is read so that it can be written
				}
			}()
			return "postgres://postgres@/" + name + "?" + url.Values{"host": {dir}, "port": {"6432"}}.Encode()
		}
	}
	t.Fatal("pgbouncer does not start")
	return ""
}

// TestBehindAPooler makes requests of all kinds through pgbouncer, which gives each transaction another connection.
func TestBehindAPooler(t *testing.T) {
	t.Parallel()
	database := pooled(t, postgresURL(t))
	r := serve(t, database)
	second := &registry{database: database, folder: r.folder, user: r.user, key: r.key}
	second.startAgain(t)
	c, receiver := r.platform(), receive(t)
	co := addCO(t, c, "Telescope")
	addTarget(t, c, co, receiver.URL, endpoint{})
	done := make(chan error)
	const writers, each = 6, 20
	for i := range writers {
		go func() {
			api := c
			if i%2 == 1 {
				api = second.platform()
			}
			var err error
			for range each {
				if err == nil {
					_, err = api.Add(t.Context(), record(fields{comity.CoPerson.CoId: co, comity.CoPerson.Status: comity.Active}))
				}
				if err == nil {
					_, err = api.View(t.Context(), comity.Co.Resource, co)
				}
			}
			done <- err
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	addPerson(t, c, co, "ghopper")
	receiver.knowsOf(t, "ghopper")
	for _, args := range [][]string{{"check"}, {"backup", filepath.Join(t.TempDir(), "b")}, {"api-user", "list"}} {
		if got := runToEnd(t, r.operator(args...)); got.status != 0 {
			t.Errorf("%v: %s", args, got.errOut)
		}
	}
}

// TestPostgreSQLThatCannotBeUsedIsRefused has servers and databases that no registry can be kept in.
func TestPostgreSQLThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	base := server.Database(t)
	other := func(name string) string {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		return u.String()
	}
	execute(t, base,
		`CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`, `CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`,
		`CREATE DATABASE still`, `ALTER DATABASE still SET default_transaction_read_only = on`,
		`CREATE DATABASE bare`, `ALTER DATABASE bare SET search_path = nowhere`)
	for name, want := range map[string]string{
		"latin": `the database's encoding is LATIN1, it must be UTF8: make another with CREATE DATABASE latin_utf8 ENCODING 'UTF8'`,
		"ascii": `the database's encoding is SQL_ASCII, it must be UTF8`,
		"still": `the server is read only for this user and database: set default_transaction_read_only = off`,
		"bare":  `the database has none of the schemas that search_path names \(nowhere\)`,
	} {
		for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}} {
			refused(t, runToEnd(t, command(t.TempDir(), append(args, "--database", other(name))...)), want)
		}
	}
	execute(t, base, `CREATE DATABASE foreign_one`, `CREATE ROLE guest LOGIN`)
	refused(t, runToEnd(t, command(t.TempDir(), "serve", "--listen", "127.0.0.1:0", "--database", strings.Replace(other("foreign_one"), "postgres@", "guest@", 1))),
		`permission denied.*; its user must own the database: ALTER DATABASE "foreign_one" OWNER TO "guest"$`)
	// The refused database is unchanged.
	if n := query(t, other("latin"), `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`); n != "0" {
		t.Errorf("%s tables were made", n)
	}
}
