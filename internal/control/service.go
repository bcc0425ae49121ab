package control

import (
	"context"

	"comity"
	"comity/internal/authz"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/signin"
)

// Signin carries out requests about API users and links.
type Signin interface {
	AddUser(ctx context.Context, coID int64, name string, privileged bool, key string) (signin.Login, error)
	Users(ctx context.Context, coID int64) ([]*comity.Record, error)
	RotateKey(ctx context.Context, username, key string) (signin.Login, error)
	SuspendUser(ctx context.Context, username string) error
	ResumeUser(ctx context.Context, username string) error
	NewLink(ctx context.Context, username string) (token string, err error)
}

// Registry carries out requests about backups and erasure.
type Registry interface {
	NoteBackup(ctx context.Context) error
	Erase(ctx context.Context, person int64, deleting bool) (registry.Erased, error)
}

// Provisioning carries out requests about provisioning targets, as the operator.
type Provisioning interface {
	Provision(ctx context.Context, caller authz.Caller, target int64, kind *comity.Resource, id int64) (provisioning.Result, error)
	StartFullSync(ctx context.Context, caller authz.Caller, target int64, o provisioning.FullSyncOptions) (provisioning.FullSync, error)
	StopFullSync(ctx context.Context, caller authz.Caller, target int64) (progress provisioning.FullSync, found bool, err error)
	Status(ctx context.Context, caller authz.Caller, target int64) (provisioning.Status, error)
	FullSyncStart(ctx context.Context, caller authz.Caller, target int64, anew bool) (after comity.Subject, err error)
	Plan(ctx context.Context, caller authz.Caller, target int64, span provisioning.Span, onlyChanged bool) (plan []provisioning.SubjectPlan, next comity.Subject, err error)
	CheckDeletes(ctx context.Context, caller authz.Caller, target, maxDeletes int64) error
	Verify(ctx context.Context, caller authz.Caller, target int64, o provisioning.VerifyOptions) (provisioning.Verification, error)
}

// Service carries out requests.
type Service struct {
	Registry Registry
	Signin   Signin
	// Provisioning may be nil if no request about a provisioning target comes.
	Provisioning Provisioning
	// Address is the URL without a path that the registry is served at, "" if it is not served.
	Address string
}
