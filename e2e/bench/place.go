package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"comity/internal/pgtest"
)

// place holds the addresses of the program's database and of the bare limit's beside it.
type place struct {
	// version is the database's name and version.
	version        string
	database, bare string
	close          func()
}

func newPlace(ctx context.Context, name, dir string) (*place, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	p := &place{
		version: "SQLite", database: filepath.Join(dir, "comity.db"), bare: filepath.Join(dir, "bare.db"),
		close: func() {},
	}
	ask := "SELECT sqlite_version()"
	if name == "postgres" {
		address, stop, err := pgtest.Run(ctx, pgtest.Options{Durable: true})
		if err != nil {
			return nil, err
		}
		p = &place{version: "PostgreSQL", database: address, close: stop}
		if p.bare, err = anotherDatabase(ctx, address, "bare"); err != nil {
			stop()
			return nil, err
		}
		ask = "SELECT split_part(current_setting('server_version'), ' ', 1)"
	}
	d, err := openDirect(ctx, p.bare)
	if err != nil {
		p.close()
		return nil, err
	}
	defer d.close()
	version, err := d.value(ctx, ask)
	p.version += " " + version
	return p, err
}

// anotherDatabase makes a database on the server of one that is there, or names a file beside it.
func anotherDatabase(ctx context.Context, address, name string) (string, error) {
	if !isPostgres(address) {
		return anotherAddress(address, name)
	}
	d, err := openDirect(ctx, address)
	if err != nil {
		return "", err
	}
	defer d.close()
	if err := d.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", err
	}
	return anotherAddress(address, name)
}

// anotherAddress returns the address of such a database.
func anotherAddress(address, name string) (string, error) {
	if !isPostgres(address) {
		return filepath.Join(filepath.Dir(address), name+".db"), nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func isPostgres(database string) bool { return strings.HasPrefix(database, "postgres://") }

// direct is a connection of the benchmark's own.
type direct interface {
	// exec runs a statement.
	exec(ctx context.Context, sql string) error
	// value is the one text that a query returns.
	value(ctx context.Context, sql string) (string, error)
	close()
}

// number is the one number, as text, that a query returns.
func number(ctx context.Context, d direct, sql string) (n int64, err error) {
	text, err := d.value(ctx, sql)
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Sscan(text, &n); err != nil {
		return 0, fmt.Errorf("%s: %q is no number", sql, text)
	}
	return n, nil
}

func openDirect(ctx context.Context, database string) (direct, error) {
	if isPostgres(database) {
		conn, err := pgx.Connect(ctx, database)
		return directPostgres{conn}, err
	}
	conn, err := openSQLite(database)
	return directSQLite{conn}, err
}

// openSQLite opens a file as the program does: every commit waits for the disk.
func openSQLite(path string) (*sqlite3.Conn, error) {
	conn, err := sqlite3.Open(path)
	if err != nil {
		return nil, err
	}
	// The program's own takes accents off, which what is written here has none of.
	plain := func(ctx sqlite3.Context, arg ...sqlite3.Value) { ctx.ResultText(strings.ToLower(arg[0].Text())) }
	if err := errors.Join(fts5.Register(conn), conn.CreateFunction("comity_plain", 1, sqlite3.DETERMINISTIC|sqlite3.INNOCUOUS, plain), conn.Exec(`PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

type directSQLite struct{ *sqlite3.Conn }

func (d directSQLite) exec(_ context.Context, sql string) error {
	if err := d.Exec(sql); err != nil {
		return fmt.Errorf("run %q: %w", sql, err)
	}
	return nil
}

func (d directSQLite) value(_ context.Context, sql string) (string, error) {
	s, _, err := d.Prepare(sql)
	if err != nil {
		return "", fmt.Errorf("prepare %q: %w", sql, err)
	}
	defer func() { _ = s.Close() }()
	text := ""
	if s.Step() {
		text = s.ColumnText(0)
	}
	return text, s.Err()
}

func (d directSQLite) close() { _ = d.Close() }

type directPostgres struct{ *pgx.Conn }

func (d directPostgres) exec(ctx context.Context, sql string) error {
	if _, err := d.Exec(ctx, sql); err != nil {
		return fmt.Errorf("run %q: %w", sql, err)
	}
	return nil
}

func (d directPostgres) value(ctx context.Context, sql string) (text string, err error) {
	if err := d.QueryRow(ctx, sql).Scan(&text); err != nil {
		return "", fmt.Errorf("run %q: %w", sql, err)
	}
	return text, nil
}

func (d directPostgres) close() { _ = d.Close(context.Background()) }
