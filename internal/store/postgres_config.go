package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cancelTime is how long the server may take to say what became of a statement that was cancelled.
const cancelTime = 10 * time.Second

// oldestPostgres is the oldest version that is served, as the server writes it.
const oldestPostgres = 130000

// parsePostgres reads a URL. The library's error quotes it, password and all, and is not shown.
func parsePostgres(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the URL is not a PostgreSQL URL such as postgres://user:password@host/database")
	}
	switch config.ConnConfig.DefaultQueryExecMode {
	case pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol:
		return nil, errors.New("default_query_exec_mode in the URL must be cache_describe, describe_exec or cache_statement")
	case pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec:
	}
	config.ConnConfig.RuntimeParams["application_name"] = "comity"
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	// A request that ends has its statement cancelled, and is told what became of it: whether a COMMIT
	// came first is known, which it is not where the connection is cut.
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelTime}
	}
	return config, nil
}

// CheckURL says whether a database's name can be one, without asking anybody.
func CheckURL(database string) error {
	scheme, _, url := strings.Cut(database, "://")
	switch {
	case IsPostgres(database):
		_, err := parsePostgres(database)
		return err
	case url || database == "":
		// The rest is not repeated: there may be a password in it.
		return fmt.Errorf("the database must be a path or a postgres:// URL, it is %q", scheme)
	case strings.Contains(database, "host=") || strings.Contains(database, "dbname="):
		return errors.New("the database must be a path or a postgres:// URL, it is a list of settings: write postgres://user@host/name")
	}
	return nil
}

// postgresConfig returns how a server is connected to, once one connection has found that it can be
// used. Where a pooler such as pgbouncer stands between, which gives each transaction another of its
// connections, no statement is prepared by name, for it would be looked for on the wrong one. A server
// that is read only can be used by those who only read.
func postgresConfig(ctx context.Context, url string, readOnly bool) (*pgxpool.Config, error) {
	config, err := parsePostgres(url)
	if err != nil {
		return nil, err
	}
	first := config.ConnConfig.Copy()
	// One round trip for each query: between two a pooler may have changed the connection.
	first.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(ctx, first)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	pid, err := checkPostgres(ctx, conn, readOnly)
	if err != nil {
		return nil, err
	}
	// A pooler makes up what it says a client's process is.
	pooled := pid != conn.PgConn().PID()
	describes := config.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeDescribeExec
	if pooled && (describes || !strings.Contains(url, "default_query_exec_mode")) {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	return config, nil
}

// checkPostgres says what a registry cannot be kept in, and returns the server's process of the connection.
func checkPostgres(ctx context.Context, conn *pgx.Conn, readOnly bool) (pid uint32, err error) {
	var version int
	var encoding, database, searchPath string
	var schema *string
	var refusesWrites, standby bool
	err = conn.QueryRow(ctx, `SELECT pg_backend_pid(), CAST(current_setting('server_version_num') AS int), pg_encoding_to_char(d.encoding), CAST(d.datname AS text),
		CAST(current_schema() AS text), current_setting('search_path'), CAST(current_setting('transaction_read_only') AS boolean), pg_is_in_recovery()
		FROM pg_database d WHERE d.datname = current_database()`).
		Scan(&pid, &version, &encoding, &database, &schema, &searchPath, &refusesWrites, &standby)
	switch {
	case err != nil:
		return 0, err
	case version < oldestPostgres:
		return 0, fmt.Errorf("the server is PostgreSQL %d, it must be %d at least", version/10000, oldestPostgres/10000)
	case encoding != "UTF8":
		return 0, fmt.Errorf("the database's encoding is %s, it must be UTF8: make another with CREATE DATABASE %s_utf8 ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'", encoding, database)
	case schema == nil:
		return 0, fmt.Errorf("the database has none of the schemas that search_path names (%s): make one, or set another search_path", searchPath)
	case standby && !readOnly:
		return 0, errors.New("the server is a standby, which is read only: name the primary server")
	case refusesWrites && !readOnly:
		return 0, errors.New("the server is read only for this user and database: set default_transaction_read_only = off")
	}
	return pid, nil
}
