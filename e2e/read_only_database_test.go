package e2e_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"comity/internal/pgtest"
)

// takesNoWrites makes a database refuse writes for a while. Meanwhile reads are answered, writes are answered
// why and when to try again, and /readyz says why; afterwards writes succeed.
func (r *registry) takesNoWrites(t *testing.T, why string, begin, end func()) {
	t.Helper()
	name := 0
	add := func() answer {
		name++
		return call(t, r.http, http.MethodPost, r.api()+"cos.json", r.user, r.key, fmt.Sprintf(`{"Version":"1.0","Name":"CO %d","Status":"Active"}`, name))
	}
	list := func() answer { return call(t, r.http, http.MethodGet, r.api()+"cos.json", r.user, r.key, "") }
	begin()
	eventually(t, "reading goes on", func() bool { return list().status == http.StatusOK })
	refused := answer{}
	// A full disk still has room for some more.
	eventually(t, "an add is refused", func() bool {
		refused = add()
		return refused.status != http.StatusCreated
	})
	if refused.status != http.StatusServiceUnavailable || !strings.Contains(refused.body, why) || refused.header.Get("Retry-After") == "" {
		t.Errorf("an add is answered %d %s, Retry-After %q: %s", refused.status, refused.reason, refused.header.Get("Retry-After"), refused.body)
	}
	if got := call(t, http.DefaultClient, http.MethodGet, r.page("/readyz"), "", "", ""); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, why) {
		t.Errorf("/readyz answers %d %s", got.status, got.body)
	}
	if got := list(); got.status != http.StatusOK {
		t.Errorf("a list is answered %d %s: %s", got.status, got.reason, got.body)
	}
	if up := metric(t, r, `comity_database_up{access="write"}`); up != 0 {
		t.Errorf("the metrics say that the database can be written: %v", up)
	}
	end()
	eventually(t, "it is ready again", func() bool { return getStatus(r.page("/readyz")) == http.StatusOK })
	eventually(t, "an add is carried out", func() bool { return add().status == http.StatusCreated })
}

// A PostgreSQL that says of writes that it is read-only, has no room, fails at its files or does not permit them.
func TestPostgreSQLThatFailsWrites(t *testing.T) {
	t.Parallel()
	database := postgresURL(t)
	r := serve(t, database)
	for code, why := range map[string]string{
		"25006": "The database is read-only.",
		"53100": "The disk of the database is full.",
		"53000": "The database lacks a resource of its machine", "53200": "The database lacks a resource of its machine", "53400": "The database lacks a resource of its machine",
		"58030": "The database fails to read or write its files.", "58P01": "The database fails to read or write its files.",
		"42501": "The database does not permit it: its user lacks a right",
	} {
		t.Run(code, func(t *testing.T) {
			r.takesNoWrites(t, why, func() { failWrites(t, database, code) }, func() { permitWrites(t, database) })
		})
	}
}

// failWrites has every write of a database fail as the server's own errors do.
func failWrites(t *testing.T, database, code string) {
	t.Helper()
	execute(t, database, `CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it fails' USING ERRCODE = '`+code+`'; END $$`)
	for _, table := range []string{"probe", "history"} {
		execute(t, database, `CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON `+table+` EXECUTE FUNCTION fails()`)
	}
}

func permitWrites(t *testing.T, database string) {
	t.Helper()
	execute(t, database, `DROP FUNCTION fails CASCADE`)
}

// A database that takes no writes by a setting of its operator's.
func TestReadOnlyDatabaseTakesNoWrites(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	database := server.Database(t)
	r := serve(t, database)
	readOnly := func(is string) {
		conn, err := pgx.Connect(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		for _, sql := range []string{
			"SET default_transaction_read_only = off", "ALTER DATABASE %s SET default_transaction_read_only = " + is,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
		} {
			if strings.Contains(sql, "%s") {
				sql = fmt.Sprintf(sql, conn.Config().Database)
			}
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.takesNoWrites(t, "read-only", func() { readOnly("on") }, func() { readOnly("off") })
}

// A server that becomes a standby takes no writes until it is a primary again. A start on it is refused, and
// commands that only read work.
func TestStandbyTakesNoWrites(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	r := serve(t, server.Database(t))
	r.takesNoWrites(t, "read-only", func() {
		if err := server.Standby(t.Context()); err != nil {
			t.Fatal(err)
		}
		refused(t, runToEnd(t, r.operator("serve", "--listen", "127.0.0.1:0")), "the server is a standby, which is read only: name the primary server")
		for _, args := range [][]string{{"check"}, {"backup", filepath.Join(t.TempDir(), "b")}} {
			if got := runToEnd(t, r.operator(args...)); got.status != 0 {
				t.Errorf("%v of a standby: %s%s", args, got.out, got.errOut)
			}
		}
	}, func() {
		if err := server.Promote(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// A database whose disk is full takes no writes until it has room.
func TestFullDiskOfPostgreSQLTakesNoWrites(t *testing.T) {
	t.Parallel()
	const why = "The disk of the database is full."
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	database := server.Database(t)
	disk, mounted := smallDisk(t)
	if !mounted {
		// Only root mounts disks. What the server says of one that is full is said by a trigger instead.
		serve(t, database).takesNoWrites(t, why, func() { failWrites(t, database, "53100") }, func() { permitWrites(t, database) })
		return
	}
	execute(t, database, `CREATE TABLESPACE small LOCATION '`+disk+`'`)
	execute(t, database, `CREATE DATABASE cramped TABLESPACE small`)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/cramped"
	rest := filepath.Join(disk, "rest")
	serve(t, u.String()).takesNoWrites(t, why, func() {
		f, err := os.Create(rest)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		for zeros := make([]byte, 4096); err == nil; {
			_, err = f.Write(zeros)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}, func() {
		if err := os.Remove(rest); err != nil {
			t.Fatal(err)
		}
	})
}

// smallDisk mounts a disk that has room for little more than a registry, for the user that PostgreSQL runs as.
// It returns false where this user may mount none.
func smallDisk(t *testing.T) (dir string, mounted bool) {
	t.Helper()
	as, err := user.Lookup("postgres")
	if os.Geteuid() != 0 || err != nil {
		return "", false
	}
	if dir, err = os.MkdirTemp("/tmp", "small-disk-"); err != nil { //nolint:usetesting // another user has to get there
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=48m"); err != nil {
		return "", false
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	uid, _ := strconv.Atoi(as.Uid)
	gid, _ := strconv.Atoi(as.Gid)
	if err := errors.Join(os.Chown(dir, uid, gid), os.Chmod(dir, 0o711)); err != nil {
		t.Fatal(err)
	}
	return dir, true
}

// A server that is too old for the registry is refused, with its version and the oldest that will do.
func TestOldPostgreSQLIsRefused(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go actAsPostgreSQL12(conn)
		}
	}()
	database := "postgres://postgres@" + l.Addr().String() + "/comity?sslmode=disable"
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}, {"check"}, {"backup", "b"}} {
		refused(t, runToEnd(t, command(t.TempDir(), append(args, "--database", database)...)), "the server is PostgreSQL 12, it must be 13 at least")
	}
}

// actAsPostgreSQL12 answers as such a server does to the first question that it is asked.
func actAsPostgreSQL12(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	types := []uint32{pgInt4, pgInt4, pgText, pgText, pgText, pgText, pgBool, pgBool}
	values := []string{"1", "120022", "UTF8", "comity", "public", "public", "f", "f"}
	for b.Flush() == nil {
		m, err := b.Receive()
		if err != nil {
			return
		}
		switch m.(type) {
		case *pgproto3.Parse:
			b.Send(&pgproto3.ParseComplete{})
		case *pgproto3.Bind:
			b.Send(&pgproto3.BindComplete{})
		case *pgproto3.Describe:
			fields, row := make([]pgproto3.FieldDescription, len(types)), make([][]byte, len(types))
			for i, oid := range types {
				fields[i], row[i] = pgproto3.FieldDescription{Name: []byte("x"), DataTypeOID: oid}, []byte(values[i])
			}
			b.Send(&pgproto3.RowDescription{Fields: fields})
			b.Send(&pgproto3.DataRow{Values: row})
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		case *pgproto3.Sync:
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		}
	}
}

// The types of what is answered, as PostgreSQL numbers them.
const (
	pgBool = 16
	pgInt4 = 23
	pgText = 25
)
