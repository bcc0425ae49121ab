// Command comity is an identity registry for research collaborations: one binary that serves the
// registry's API and provisions other systems with its people and groups.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // names of time zones are checked wherever the program runs

	"github.com/alecthomas/kong"
)

// version is stamped by the build.
var version = ""

// cli is every command and setting: a flag, an environment variable COMITY_… and a key of the file
// that --config names.
type cli struct {
	Config      kong.ConfigFlag  `help:"A JSON file of settings, named like the flags." placeholder:"FILE" env:"COMITY_CONFIG"`
	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`

	Serve     serveCommand     `cmd:"" help:"Serve the registry."`
	Migrate   migrateCommand   `cmd:"" help:"Migrate the database to this version of the program."`
	APIUser   apiUserCommand   `cmd:"" name:"api-user" help:"Add, list, rotate, suspend and resume API users."`
	Link      linkCommand      `cmd:"" name:"console-link" help:"Print a one-time link that signs an API user in to the console."`
	Sink      sinkCommand      `cmd:"" help:"Receive provisioning messages and print them, to try provisioning."`
	Backup    backupCommand    `cmd:"" help:"Back up the database to a file; it may be served meanwhile."`
	Restore   restoreCommand   `cmd:"" help:"Restore a backup into an empty database, SQLite or PostgreSQL."`
	Check     checkCommand     `cmd:"" help:"Check that the registry's records satisfy its rules."`
	Provision provisionCommand `cmd:"" help:"Provision a target with all people and groups of its CO, or with one of them."`
	Key       keyCommand       `cmd:"" help:"Rotate the key that seals stored passwords, or replace a lost one."`
	Erase     eraseCommand     `cmd:"" help:"Erase a person's values from the history and from the deliveries."`
	Vacuum    vacuumCommand    `cmd:"" help:"Rewrite the database without deleted data."`
	Settings  settingsCommand  `cmd:"" help:"Show the settings of serve and where each comes from."`
	Health    healthCommand    `cmd:"" help:"Check whether the server on this machine is ready."`
	Complete  completeCommand  `cmd:"" name:"completion" help:"Print a script that completes commands and flags in a shell."`
	Version   versionCommand   `cmd:"" help:"Print the version."`

	valueErrors valueErrors
}

// Validate returns all errors in the settings of the selected command, joined: the values that cannot be parsed,
// and what the command's own Validate finds. kong calls that too, but stops at the first error.
func (c *cli) Validate(k *kong.Context) error {
	selected := k.Selected()
	if selected == nil {
		return nil
	}
	err := c.valueErrors.in(selected)
	if command, ok := selected.Target.Addr().Interface().(interface{ Validate() error }); ok {
		err = errors.Join(err, command.Validate())
	}
	return err
}

// program is the context, input and output of a command.
type program struct {
	ctx    context.Context //nolint:containedctx // a command's run is one call
	in     io.Reader
	out    io.Writer
	errOut io.Writer
}

func main() {
	// Only the owner may read what the program writes: otherwise the library makes SQLite's -wal, and the
	// system sockets, readable by others.
	syscall.Umask(0o077)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go endOnSignal(stop)
	os.Exit(run(&program{ctx: ctx, in: os.Stdin, out: os.Stdout, errOut: os.Stderr}, os.Args[1:]))
}

// endOnSignal ends the run at the first signal, and the process at the second.
func endOnSignal(stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	<-signals
	stop()
	<-signals
	os.Exit(1)
}

// run runs one command line and returns the exit status: 0, or after an error, which it prints on one line,
// that of a statusError or else 1.
func run(p *program, arguments []string) int {
	c := cli{valueErrors: valueErrors{}}
	status := -1
	options := append(c.valueErrors.options(), kong.Name("comity"),
		kong.Description("An identity registry for research collaborations."),
		kong.Vars{"version": "comity " + ownVersion()},
		kong.Configuration(strictJSON), kong.Writers(p.out, p.errOut),
		kong.Exit(func(code int) { status = code }), kong.Bind(p))
	parser, err := kong.New(&c, options...)
	if err != nil {
		return p.fail(err)
	}
	k, err := parser.Parse(arguments)
	if status >= 0 {
		return min(status, 1)
	}
	if err == nil {
		err = k.Run()
	}
	if err != nil {
		return p.fail(err)
	}
	return 0
}

func (p *program) fail(err error) int {
	fmt.Fprintln(p.errOut, "comity:", oneLine(err))
	var known *statusError
	if errors.As(err, &known) {
		return known.status
	}
	return 1
}

// statusError is an error that has an exit status of its own.
type statusError struct {
	error
	status int
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.out, "comity", ownVersion())
	return err
}

// ownVersion returns the version that the build stamped, or else the one that Go recorded.
func ownVersion() string {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	if v == "" {
		v = "(devel)"
	}
	return v
}
