package main

import (
	"context"
	_ "embed" // the peer's source
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// The peer is a module of its own, so that its dependencies are not ours; its checksums are those that the module
// proxy vouches for when it is built.
var (
	//go:embed pocketbase/main.go.txt
	pocketBaseMain []byte
	//go:embed pocketbase/go.mod.txt
	pocketBaseModule []byte
)

// pocketBase is a running PocketBase.
type pocketBase struct {
	*process
	version string
	// durability is what SQLite's PRAGMA synchronous says: only with 2 a commit waits for the disk.
	durability string
}

// pocketbase compares the creation of a record that has a unique field, an identifier, with PocketBase's. That has SQLite only.
func (b *bench) pocketbase(ctx context.Context) (err error) {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	peer, err := b.startPocketBase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.stop()) }()
	var added, created atomic.Int64
	ours := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
		n := added.Add(1)
		_, err := c.add("Identifiers", "identifiers", fmt.Sprintf(`"Identifier":"pb%d","Type":"uid","Login":false,"Status":"Active","Person":{"Type":"CO","Id":"%d"}`,
			n, f.stock.firstPerson+n%manyPeople))
		return err
	}}
	theirs := side{process: peer.process, work: func(c *conn) error {
		_, err := c.call(http.MethodPost, "/api/collections/identifiers/records", `{"identifier":"pb`+strconv.FormatInt(created.Add(1), 10)+`"}`, http.StatusOK)
		return err
	}}
	result, err := b.compare(ctx, ours, theirs)
	if err != nil {
		return err
	}
	b.report.peer(b.version, "PocketBase "+peer.version, b.clients, aims.peer.on(b.database), result)
	b.report.note("PocketBase has PRAGMA synchronous = %s (0 OFF, 1 NORMAL, 2 FULL): with less than FULL its commits do not wait for the disk. Comity's do.", peer.durability)
	return nil
}

func (b *bench) startPocketBase(ctx context.Context) (*pocketBase, error) {
	dir := filepath.Join(b.dir, "pocketbase")
	program, err := buildPocketBase(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("build PocketBase: %w", err)
	}
	p := &pocketBase{}
	for line := range strings.Lines(string(pocketBaseModule)) {
		if _, version, found := strings.Cut(line, "/pocketbase v"); found {
			p.version = strings.TrimSpace(version)
		}
	}
	p.process, err = launch(ctx, program, []string{filepath.Join(dir, "data")}, func(started *process, line string) {
		switch key, value, _ := strings.Cut(line, " "); key {
		case "synchronous":
			p.durability = value
		case "at":
			started.address = value
		}
	})
	return p, err
}

// buildPocketBase fetches and builds the peer in a folder.
func buildPocketBase(ctx context.Context, dir string) (program string, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	for name, text := range map[string][]byte{"main.go": pocketBaseMain, "go.mod": pocketBaseModule} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	program = filepath.Join(dir, "pocketbase")
	build := exec.CommandContext(ctx, "go", "build", "-mod=mod", "-o", program, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	return program, nil
}
