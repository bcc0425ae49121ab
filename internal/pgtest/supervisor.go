package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// supervisor runs the server and outlives this process long enough to end it: when its standard input is closed,
// by Stop or because the process at the other end is gone, be it by a panic or by SIGKILL, it stops the
// server and removes its folder. A signal upon the parent's death would depend on one thread, be Linux's
// only, and leave the folder behind. On "halt" it shuts the server down, on "crash" it kills all of it; it
// keeps the folder, and starts the server again on the next line.
const supervisor = `
dir=$(readlink -f "$1")
shift
exec 3<&0
while :; do
	"$@" </dev/null 3<&- &
	server=$!
	{
		read -r order <&3
		case $order in
		` + orderHalt + `) : >"$dir/halted" && kill -INT "$server" ;;
		` + orderCrash + `)
			: >"$dir/halted"
			kill -STOP "$server"
			kill -KILL $(cat "/proc/$server/task/$server/children") "$server"
			;;
		*) kill -QUIT "$server" ;;
		esac
	} 2>/dev/null &
	guard=$!
	wait "$server"
	status=$?
	kill "$guard" 2>/dev/null
	[ -e "$dir/halted" ] || break
	# A server does not start while a process of the one before has its memory. All work in its folder,
	# and one that the list of children left out ends when it sees that the server is gone.
	while ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -q -- "-> $dir/data\$"; do sleep 0.05; done
	rm -f -- "$dir"/.s.PGSQL* "$dir/halted"
	read -r _ <&3 || break
done
rm -rf -- "$dir" 2>/dev/null
exit "$status"
`

const (
	orderHalt  = "halt"
	orderCrash = "crash"
)

func (s *Server) launch(ctx context.Context, bin string, as *syscall.Credential, opts Options) error {
	args := []string{
		"-c", supervisor, "supervisor", s.dir,
		filepath.Join(bin, "postgres"), "-D", s.data(),
	}
	settings := []string{
		"listen_addresses=",
		"unix_socket_directories=" + s.dir,
		"port=" + port,
		"max_connections=200",
		"log_min_messages=fatal", // failing statements are reported to the test that sent them
	}
	if !opts.Durable {
		settings = append(settings, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
			// A log that nobody reads, kept short: the folder may be in memory.
			"wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB",
			// Databases are too short-lived for vacuuming, and plans stay the same.
			"autovacuum=off")
	}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	cmd := s.command(context.WithoutCancel(ctx), as, "/bin/sh", args...)
	cmd.SysProcAttr.Setsid = true // Ctrl-C ends the tests, and thereby the server, but not the supervisor
	cmd.Stderr = s.log
	leash, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.leash = leash
	go func() {
		defer close(s.ended)
		_ = cmd.Wait() // how it ended is in its log
	}()
	return nil
}

// Halt shuts the server down as for a restart: connections are cut, committed data is kept, and until Resume
// nobody can connect.
func (s *Server) Halt(ctx context.Context) error { return s.end(ctx, orderHalt) }

// Crash kills the server with all its processes. Resume starts it again, and it recovers the committed data
// from its log. The server must be Durable.
func (s *Server) Crash(ctx context.Context) error { return s.end(ctx, orderCrash) }

// end sends an order that ends the server, and waits until it has ended.
func (s *Server) end(ctx context.Context, order string) error {
	if _, err := io.WriteString(s.leash, order+"\n"); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	// The server removes its socket last, except for the socket's lock file.
	return s.until(ctx, func() error {
		_, err := os.Stat(filepath.Join(s.dir, ".s.PGSQL."+port+".lock"))
		if err == nil {
			return errors.New("pgtest: the server still runs")
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// Resume starts a server that Halt has shut down, with the same data and URLs.
func (s *Server) Resume(ctx context.Context) error {
	if _, err := io.WriteString(s.leash, "resume\n"); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := s.ready(ctx); err != nil {
		return fmt.Errorf("pgtest: server does not start again: %w\n%s", err, s.log)
	}
	return nil
}
