package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/ncruces/go-sqlite3"
)

// bareCommand makes this program the bare limit: a server that answers GET with one row, found by
// one prepared query, and POST after one insert and its commit. Everything that the program under
// test does besides is missing; the process, the library's server, the driver and the disk are the
// same.
const bareCommand = "bare"

// The statements of the bare limit: a person's columns, in a table without other indexes.
const (
	bareTable = `CREATE TABLE people (id %s PRIMARY KEY, co_id BIGINT NOT NULL, status TEXT NOT NULL, date_of_birth TEXT,
		timezone TEXT, created BIGINT NOT NULL, modified BIGINT NOT NULL, revision BIGINT NOT NULL, actor TEXT NOT NULL)`
	bareSelect = `SELECT id, co_id, status, date_of_birth, timezone, created, modified, revision, actor FROM people WHERE id = $1`
	bareInsert = `INSERT INTO people (co_id, status, created, modified, revision, actor) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`
)

// person is a row as far as it is looked at.
type person struct {
	id, co, created, modified, revision int64
	status, actor                       string
	birth, zone                         *string
}

// limit is a database at its barest.
type limit interface {
	one(ctx context.Context, id int64) (person, error)
	insert(ctx context.Context, p person) (int64, error)
}

// bareListCommand makes this program the bare limit of lists (package barelist).
const bareListCommand = "bare-list"

// openBare opens a database of the bare limit's own and returns its handler.
func openBare(ctx context.Context, database string) (http.Handler, error) {
	open := openBareSQLite
	if isPostgres(database) {
		open = openBarePostgres
	}
	l, err := open(ctx, database)
	return bareHandler(l), err
}

// serveBare serves a handler until the standard input ends, which it does with the benchmark at the latest.
func serveBare(open func(ctx context.Context, database string) (http.Handler, error), database string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	handler, err := open(ctx, database)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Println(listener.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

func bareHandler(l limit) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusOK
		var p person
		id, err := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/"), 10, 64)
		if r.Method == http.MethodPost {
			status, p = http.StatusCreated, person{co: 2, status: "Active", created: 1, modified: 1, actor: "bench"}
			p.id, err = l.insert(r.Context(), p)
		} else if err == nil {
			p, err = l.one(r.Context(), id)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		b := strconv.AppendInt([]byte(`{"Id":`), p.id, 10)
		b = append(append(append(b, `,"Status":"`...), p.status...), `"}`...)
		_, _ = w.Write(b)
	})
}

// bareSQLite is a few connections that read, and one that inserts.
type bareSQLite struct {
	readers  chan *sqlite3.Stmt
	mu       sync.Mutex
	inserter *sqlite3.Stmt
}

func openBareSQLite(_ context.Context, path string) (limit, error) {
	const readers = 4
	l := &bareSQLite{readers: make(chan *sqlite3.Stmt, readers)}
	for i := range readers + 1 {
		conn, err := openSQLite(path)
		if err != nil {
			return nil, err
		}
		sql := bareSelect
		if i == readers {
			sql = bareInsert
		}
		s, _, err := conn.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
		if err != nil {
			return nil, err
		}
		if i == readers {
			l.inserter = s
		} else {
			l.readers <- s
		}
	}
	return l, nil
}

func (l *bareSQLite) one(_ context.Context, id int64) (p person, err error) {
	s := <-l.readers
	defer func() { l.readers <- s }()
	if err := s.BindInt64(1, id); err != nil {
		return p, err
	}
	if s.Step() {
		p = person{
			id: s.ColumnInt64(0), co: s.ColumnInt64(1), status: s.ColumnText(2), birth: optional(s, 3), zone: optional(s, 4),
			created: s.ColumnInt64(5), modified: s.ColumnInt64(6), revision: s.ColumnInt64(7), actor: s.ColumnText(8),
		}
	}
	return p, s.Reset()
}

func optional(s *sqlite3.Stmt, column int) *string {
	if s.ColumnType(column) == sqlite3.NULL {
		return nil
	}
	text := s.ColumnText(column)
	return &text
}

func (l *bareSQLite) insert(_ context.Context, p person) (id int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.inserter
	for i, v := range []any{p.co, p.status, p.created, p.modified, p.revision, p.actor} {
		switch v := v.(type) {
		case int64:
			err = s.BindInt64(i+1, v)
		case string:
			err = s.BindText(i+1, v)
		}
		if err != nil {
			return 0, err
		}
	}
	if s.Step() {
		id = s.ColumnInt64(0)
	}
	for s.Step() { // to its end, which commits
	}
	return id, s.Reset()
}

type barePostgres struct{ *pgxpool.Pool }

func openBarePostgres(ctx context.Context, url string) (limit, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return barePostgres{pool}, err
}

// Statements are prepared on each connection once: that is the driver's default.
func (l barePostgres) one(ctx context.Context, id int64) (p person, err error) {
	err = l.QueryRow(ctx, bareSelect, id).
		Scan(&p.id, &p.co, &p.status, &p.birth, &p.zone, &p.created, &p.modified, &p.revision, &p.actor)
	return p, err
}

func (l barePostgres) insert(ctx context.Context, p person) (id int64, err error) {
	err = l.QueryRow(ctx, bareInsert, p.co, p.status, p.created, p.modified, p.revision, p.actor).Scan(&id)
	return id, err
}
