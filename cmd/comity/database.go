package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"comity/internal/outbox"
	"comity/internal/registry"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/files"
	"comity/internal/store/seal"
)

// database are the settings that say where the registry is kept.
type database struct {
	Database      string `help:"A path of an SQLite file, or a postgres:// URL." default:"comity.db" env:"COMITY_DATABASE" placeholder:"PATH|URL"`
	SecretKeyFile string `help:"The file of the key that seals stored passwords; created at the first start. By default it is beside the SQLite file, or comity.key for PostgreSQL." env:"COMITY_SECRET_KEY_FILE" placeholder:"FILE"`
	// log gets a line when the database becomes unusable, and when it is usable again; it may be nil.
	log *slog.Logger
}

// openDatabase is an open database; an SQLite file is locked against other processes.
type openDatabase struct {
	store *db.DB
	lock  *files.FileLock
}

// use says what a command needs of the database.
type use struct {
	// creates says that the command makes a registry where there is none.
	creates bool
	// callsOut says that the command calls servers, for which it needs the key that seals their passwords.
	callsOut bool
	// connectors are the settings of the connectors that call them.
	connectors connectorSettings
	// delivers says that the command sends what is pending. It calls out.
	delivers bool
}

// open locks, migrates and opens the database. It loads the key if the use needs one. The error is
// store.ErrServed while another process serves the file.
func (d database) open(ctx context.Context, use use, note func(format string, args ...any)) (*openDatabase, error) {
	o := &openDatabase{}
	if err := d.openInto(ctx, o, use, note); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (d database) openInto(ctx context.Context, o *openDatabase, use use, note func(format string, args ...any)) (err error) {
	if err := d.checkExists(ctx, use); err != nil {
		return err
	}
	if !db.IsPostgres(d.Database) {
		if o.lock, err = files.Lock(d.Database); err != nil {
			return err
		}
	}
	if _, err = db.Migrate(ctx, d.Database); err != nil {
		return err
	}
	if needed, err := d.needsKey(ctx, use); err != nil || !needed {
		if err == nil {
			o.store, err = store.Open(ctx, db.Options{Database: d.Database, Log: d.log})
		}
		return err
	}
	if err := d.checkKey(ctx); err != nil {
		return err
	}
	sealer, made, err := seal.Load(d.keyFile())
	if err != nil {
		return err
	}
	if made {
		note("made the key that seals stored passwords: %s. Keep a copy; every instance needs it.", d.keyFile())
	}
	o.store, err = store.Open(ctx, db.Options{Database: d.Database, Sealer: sealer, Clock: clock(), Log: d.log})
	return err
}

// needsKey reports whether a command needs the key: to call servers, or to create a registry with it.
func (d database) needsKey(ctx context.Context, use use) (bool, error) {
	if use.callsOut || !use.creates {
		return use.callsOut, nil
	}
	state, err := db.Inspect(ctx, d.Database)
	return !state.Registry, err
}

// checkKey returns an error if the key file is missing although the database has secrets sealed with it, so
// that no new key is made. It first completes a key rotation that was killed.
func (d database) checkKey(ctx context.Context) error {
	sealed, err := d.sealedWith(ctx)
	if err == nil && sealed != "" {
		err = fmt.Errorf("there is no %s, and the secrets in this database are sealed with key %s: name the file that it was first started with by --secret-key-file, or, if it is lost, run `comity key replace`", d.keyFile(), sealed)
	}
	return err
}

// checkExists returns an error if there is no registry and the command does not create one. One that does may
// use an empty SQLite file, but not if a key file is beside it: then the registry of that key has been lost.
func (d database) checkExists(ctx context.Context, use use) error {
	if !use.creates {
		return db.CheckRegistry(ctx, d.Database)
	}
	if db.IsPostgres(d.Database) {
		return nil
	}
	info, err := os.Stat(d.Database)
	if err != nil || info.Size() > 0 {
		return nil //nolint:nilerr // what is not there is made, and what cannot be opened is said then
	}
	if _, err := os.Stat(d.keyFile()); err != nil {
		return nil //nolint:nilerr // a key that is not there is made
	}
	return fmt.Errorf("%s is empty, but the key of a registry is there (%s): restore the registry from a backup, or remove the empty file to begin a new one", d.Database, d.keyFile())
}

// sealedWith returns the id of the key that the database's secrets are sealed with if the key file is
// missing. It is "" if there are no secrets, so that a key can be made, and if the file exists. It first
// completes a key rotation that was killed.
func (d database) sealedWith(ctx context.Context) (id string, err error) {
	_, missing := os.Stat(d.keyFile())
	changing := seal.HasNextKey(d.keyFile())
	if !errors.Is(missing, fs.ErrNotExist) && !changing {
		return "", nil
	}
	s, err := store.Open(ctx, db.Options{Database: d.Database})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	sealed := false
	err = s.Read(ctx, func(tx *db.Tx) error {
		if id, err = store.ClaimedKey(ctx, tx); err != nil {
			return err
		}
		sealed, err = store.HasSealed(ctx, tx)
		return err
	})
	if err == nil && changing {
		_, err = seal.UseNextKey(d.keyFile(), id)
		_, missing = os.Stat(d.keyFile())
	}
	if !sealed || missing == nil {
		id = ""
	}
	return id, err
}

// openToRead opens a database that another process may be serving, without its lock or its key.
func (d database) openToRead(ctx context.Context) (*db.DB, error) {
	if err := db.CheckVersion(ctx, d.Database); err != nil {
		return nil, err
	}
	return store.Open(ctx, db.Options{Database: d.Database, ReadOnly: true})
}

// Validate returns an error if the setting cannot name a database, and resolves the symbolic links in the path
// of an SQLite file.
func (d *database) Validate() error {
	if err := db.CheckURL(d.Database); err != nil {
		return fmt.Errorf("--database: %w", err)
	}
	if db.IsPostgres(d.Database) {
		return nil
	}
	path, err := files.Resolve(d.Database)
	if err != nil {
		return fmt.Errorf("--database %s: %w", d.Database, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("--database %s: it is a folder: name a file in it", d.Database)
	}
	d.Database = path
	return nil
}

// checkKeyFile returns an error if the key file exists and holds no key.
func (d database) checkKeyFile() error {
	file := d.keyFile()
	if _, err := os.Stat(file); err != nil {
		if _, err := files.Resolve(file); err != nil {
			return fmt.Errorf("--secret-key-file %s: %w", file, err)
		}
		return nil // it is made
	}
	if _, _, err := seal.Load(file); err != nil {
		return fmt.Errorf("--secret-key-file: %w", err)
	}
	return nil
}

func (d database) keyFile() string {
	switch {
	case d.SecretKeyFile != "":
		return d.SecretKeyFile
	case db.IsPostgres(d.Database):
		return "comity.key"
	}
	return d.Database + ".key"
}

// reopenAlone reopens the database with one connection, so that every other connection is another program's.
func (o *openDatabase) reopenAlone(ctx context.Context, name string) (err error) {
	if err = o.store.Close(); err == nil {
		o.store, err = store.Open(ctx, db.Options{Database: name, Connections: 1})
	}
	return err
}

// takeOver takes over the deliveries that a former process left in flight. It does so only for an SQLite
// file, which this process has to itself.
func (o *openDatabase) takeOver(ctx context.Context, queue *outbox.Outbox) error {
	if o.lock == nil {
		return nil
	}
	return queue.TakeOver(ctx)
}

func (o *openDatabase) close() error {
	var err error
	if o.store != nil {
		err = o.store.Close()
	}
	if o.lock != nil {
		err = errors.Join(err, o.lock.Release())
	}
	return err
}

// bootstrap gives an empty registry its platform CO and API user, and prints the user's name and key, which
// are never shown again. It returns the user's name, "" if the registry was not empty.
func bootstrap(p *program, r *registry.Registry) (username string, err error) {
	username, key, err := r.Bootstrap(p.ctx)
	if err != nil || username == "" {
		return "", err
	}
	_, err = fmt.Fprintf(p.out, "\nThe registry is new. Its platform API user, shown this once:\n\n  user  %s\n  key   %s\n\n", username, key)
	return username, err
}

// oneLine returns an error's text on one line, without repeated lines: they occur when a host has several
// addresses or is tried with and without TLS.
func oneLine(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "; "), ":; ", ": ")
}
