package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// StartStandby starts another server, a copy of this one that follows it: from then on this one commits only what
// the other has written to its disk. The server must be Durable.
func (s *Server) StartStandby(ctx context.Context) (*Server, error) {
	standby, err := start(ctx, Options{Durable: true}, func(standby *Server, bin string, as *syscall.Credential) error {
		copying := standby.command(ctx, as, filepath.Join(bin, "pg_basebackup"), "--pgdata="+standby.data(), "--host="+s.dir, "--port="+port,
			"--username=postgres", "--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync")
		if out, err := copying.CombinedOutput(); err != nil {
			return fmt.Errorf("pgtest: pg_basebackup: %w\n%s", err, out)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Only now: the copy would have the setting too, and wait for a standby of its own when it is promoted.
	err = errors.Join(s.exec(ctx, "ALTER SYSTEM SET synchronous_standby_names = '*'"), s.exec(ctx, "SELECT pg_reload_conf()"))
	if err == nil {
		const isFollowed = `DO $$ BEGIN ASSERT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync'); END $$`
		err = s.until(ctx, func() error { return s.exec(ctx, isFollowed) })
	}
	if err != nil {
		standby.Stop()
		return nil, err
	}
	return standby, nil
}

// EitherURL returns the URL of a database that is on whichever of the servers takes writes, and otherwise the same
// as a URL of the first one's.
func EitherURL(address string, servers ...*Server) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	var hosts, ports []string
	for _, s := range servers {
		hosts, ports = append(hosts, s.dir), append(ports, port)
	}
	query := u.Query()
	query.Set("host", strings.Join(hosts, ","))
	query.Set("port", strings.Join(ports, ","))
	query.Set("target_session_attrs", "read-write")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Standby makes the server a hot standby, with the same data and URLs: it serves reads, and no writes until
// Promote. The server must be Durable.
func (s *Server) Standby(ctx context.Context) error {
	if err := s.Halt(ctx); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.data(), "standby.signal"), nil, 0o600); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return s.Resume(ctx)
}

// Promote makes a standby a primary, and returns when it is one.
func (s *Server) Promote(ctx context.Context) error { return s.exec(ctx, "SELECT pg_promote()") }
