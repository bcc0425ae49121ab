package barelist

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/ncruces/go-sqlite3"
)

// sqliteReader is a few connections with a prepared query of each list.
type sqliteReader struct {
	free chan map[string]*sqlite3.Stmt
}

func openSQLite(_ context.Context, path string) (reader, error) {
	const connections = 4
	s := sqliteReader{make(chan map[string]*sqlite3.Stmt, connections)}
	for range connections {
		conn, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READWRITE)
		if err != nil {
			return nil, err
		}
		if err := conn.Exec("PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA cache_size = -32768"); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		prepared := map[string]*sqlite3.Stmt{}
		for name, l := range lists {
			if prepared[name], _, err = conn.PrepareFlags(l.query(l.of+" = $1", "id"), sqlite3.PREPARE_PERSISTENT); err != nil {
				return nil, err
			}
		}
		s.free <- prepared
	}
	return s, nil
}

func (s sqliteReader) read(_ context.Context, name string, id int64, each func(row) error) error {
	prepared := <-s.free
	defer func() { s.free <- prepared }()
	rows := prepared[name]
	if err := rows.BindInt64(1, id); err != nil {
		return err
	}
	for rows.Step() {
		if err := each(sqliteRow{rows}); err != nil {
			return errors.Join(err, rows.Reset())
		}
	}
	return rows.Reset()
}

type sqliteRow struct{ s *sqlite3.Stmt }

func (r sqliteRow) null(i int) bool   { return r.s.ColumnType(i) == sqlite3.NULL }
func (r sqliteRow) int(i int) int64   { return r.s.ColumnInt64(i) }
func (r sqliteRow) bool(i int) bool   { return r.s.ColumnBool(i) }
func (r sqliteRow) text(i int) []byte { return r.s.ColumnRawText(i) }

type postgresReader struct{ pool *pgxpool.Pool }

func openPostgres(ctx context.Context, url string) (reader, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 16
	// The rows are read in the order of the index, as the program reads them.
	config.ConnConfig.RuntimeParams["enable_sort"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return postgresReader{pool}, err
}

// Statements are prepared on each connection once: that is the driver's default.
func (p postgresReader) read(ctx context.Context, name string, id int64, each func(row) error) error {
	l := lists[name]
	of := l.of
	rows, err := p.pool.Query(ctx, l.query("("+of+", id) > ($1, 0) AND "+of+" >= $1 AND "+of+" <= $1", of+", id"), id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(postgresRow(rows.RawValues())); err != nil {
			return err
		}
	}
	return rows.Err()
}

// postgresRow is a row in PostgreSQL's binary format.
type postgresRow [][]byte

func (r postgresRow) null(i int) bool   { return r[i] == nil }
func (r postgresRow) int(i int) int64   { return int64(binary.BigEndian.Uint64(r[i])) }
func (r postgresRow) bool(i int) bool   { return r[i][0] == 1 }
func (r postgresRow) text(i int) []byte { return r[i] }
