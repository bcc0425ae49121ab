package db

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

// cancelTime is how long the server may take to report the outcome of a cancelled statement.
const cancelTime = 10 * time.Second

// oldestPostgres is the oldest supported version, as server_version_num has it.
const oldestPostgres = 130000

// parsePostgres parses a URL. Its error does not include the library's, which quotes the URL with the
// password.
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
	config.ConnConfig.OnNotice = noteUnconfirmed
	// When a request ends, its statement is cancelled and the outcome awaited: so it is known whether a COMMIT
	// succeeded, which it would not be if the connection were closed.
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelTime}
	}
	return config, nil
}

// CheckURL returns an error if a database's name is neither a path nor a valid PostgreSQL URL. It opens no
// connection.
func CheckURL(database string) error {
	scheme, _, url := strings.Cut(database, "://")
	switch {
	case IsPostgres(database):
		_, err := parsePostgres(database)
		return err
	case url || database == "":
		// The error does not quote the rest: it may contain a password.
		return fmt.Errorf("the database must be a path or a postgres:// URL, it is %q", scheme)
	case strings.Contains(database, "host=") || strings.Contains(database, "dbname="):
		return errors.New("the database must be a path or a postgres:// URL, it is a list of settings: write postgres://user@host/name")
	}
	return nil
}

// planning are the settings of connections for the planner. Every statement of a request has an index for the rows that
// it reads, and statistics that are old or of other proportions must not lead past it: a table is read as a whole
// only where it has no such index. Such a statement looks so costly that it would be compiled, which takes longer
// than to run it. A pooler refuses these settings.
var planning = map[string]string{"enable_seqscan": "off", "jit": "off"}

// postgresConfig returns the configuration of connections to a server, after a first connection has checked
// the server. With a pooler such as pgbouncer, which may give each transaction another connection, it turns
// off statements that are prepared by name, because another connection does not have them. A server that is
// read only passes the check only where readOnly is true.
func postgresConfig(ctx context.Context, url string, readOnly bool) (*pgxpool.Config, error) {
	config, err := parsePostgres(url)
	if err != nil {
		return nil, err
	}
	first := config.ConnConfig.Copy()
	// One round trip for each query: a pooler may change the connection between two.
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
	// A pooler reports a process id of its own.
	pooled := pid != conn.PgConn().PID()
	describes := config.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeDescribeExec
	if !pooled {
		for name, value := range planning {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	if pooled && (describes || !strings.Contains(url, "default_query_exec_mode")) {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	return config, nil
}

// checkPostgres returns the process id of the connection's server process, and an error if the server or
// database cannot hold a registry.
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
