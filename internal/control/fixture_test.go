package control_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/control"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/signin"
)

// program stands for the registry and the provisioning. It notes the last call, and answers it with what is set.
type program struct {
	called string
	err    error

	login        signin.Login
	users        []*comity.Record
	token        string
	erased       registry.Erased
	result       provisioning.Result
	status       provisioning.Status
	plan         []provisioning.SubjectPlan
	next         comity.Subject
	verification provisioning.Verification
}

func (p *program) note(name string, arguments ...any) error {
	p.called = fmt.Sprintf("%s %+v", name, arguments)
	return p.err
}

func (p *program) AddUser(_ context.Context, coID int64, name string, privileged bool, key string) (signin.Login, error) {
	return p.login, p.note("AddUser", coID, name, privileged, key)
}

func (p *program) Users(_ context.Context, coID int64) ([]*comity.Record, error) {
	return p.users, p.note("Users", coID)
}

func (p *program) RotateKey(_ context.Context, username, key string) (signin.Login, error) {
	return p.login, p.note("RotateKey", username, key)
}

func (p *program) SuspendUser(_ context.Context, username string) error {
	return p.note("SuspendUser", username)
}

func (p *program) ResumeUser(_ context.Context, username string) error {
	return p.note("ResumeUser", username)
}

func (p *program) NewLink(_ context.Context, username string) (string, error) {
	return p.token, p.note("NewLink", username)
}

func (p *program) NoteBackup(context.Context) error { return p.note("NoteBackup") }

func (p *program) Erase(_ context.Context, person int64, deleting bool) (registry.Erased, error) {
	return p.erased, p.note("Erase", person, deleting)
}

func (p *program) Provision(_ context.Context, caller authz.Caller, target int64, kind *comity.Resource, id int64) (provisioning.Result, error) {
	return p.result, p.note("Provision", caller.Username, target, kind.Singular, id)
}

func (p *program) StartFullSync(_ context.Context, caller authz.Caller, target int64, o provisioning.FullSyncOptions) (provisioning.FullSync, error) {
	return provisioning.FullSync{}, p.note("StartFullSync", caller.Username, target, o)
}

func (p *program) StopFullSync(_ context.Context, caller authz.Caller, target int64) (provisioning.FullSync, bool, error) {
	return provisioning.FullSync{}, false, p.note("StopFullSync", caller.Username, target)
}

func (p *program) Status(_ context.Context, caller authz.Caller, target int64) (provisioning.Status, error) {
	return p.status, p.note("Status", caller.Username, target)
}

func (p *program) FullSyncStart(_ context.Context, caller authz.Caller, target int64, anew bool) (comity.Subject, error) {
	return p.next, p.note("FullSyncStart", caller.Username, target, anew)
}

func (p *program) Plan(_ context.Context, caller authz.Caller, target int64, span provisioning.Span, onlyChanged bool) ([]provisioning.SubjectPlan, comity.Subject, error) {
	return p.plan, p.next, p.note("Plan", caller.Username, target, span, onlyChanged)
}

func (p *program) CheckDeletes(_ context.Context, caller authz.Caller, target, maxDeletes int64) error {
	return p.note("CheckDeletes", caller.Username, target, maxDeletes)
}

func (p *program) Verify(_ context.Context, caller authz.Caller, target int64, o provisioning.VerifyOptions) (provisioning.Verification, error) {
	return p.verification, p.note("Verify", caller.Username, target, o)
}

// serve serves the control API of a database with a program, and returns the database's path.
func serve(t *testing.T, p *program) (database string) {
	t.Helper()
	database = filepath.Join(t.TempDir(), "registry.db")
	listen(t, database, p)
	return database
}

func listen(t *testing.T, database string, p *program) *control.Server {
	t.Helper()
	s, err := control.Listen(database, service(p))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func service(p *program) *control.Service {
	return &control.Service{Registry: p, Signin: p, Provisioning: p, Address: "https://registry.example.org"}
}

func dial(t *testing.T, database string) *control.Client {
	t.Helper()
	c, err := control.Dial(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
