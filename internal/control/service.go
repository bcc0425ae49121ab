package control

import (
	"context"

	"comity"
	"comity/internal/provisioning"
	"comity/internal/registry"
)

// Registry is what requests about API users, links, backups and erasure call.
type Registry interface {
	AddUser(ctx context.Context, coID int64, name string, privileged bool, key string) (registry.Login, error)
	Users(ctx context.Context, coID int64) ([]*comity.Record, error)
	RotateKey(ctx context.Context, username, key string) (registry.Login, error)
	SuspendUser(ctx context.Context, username string) error
	ResumeUser(ctx context.Context, username string) error
	NewLink(ctx context.Context, username string) (token string, err error)
	NoteBackup(ctx context.Context) error
	Erase(ctx context.Context, person int64, deleting bool) (registry.Erased, error)
}

// Provisioner is what requests about provisioning targets call.
type Provisioner interface {
	Provision(ctx context.Context, target int64, subject comity.Subject) (queued bool, err error)
	StartFullSync(ctx context.Context, target int64, o provisioning.FullSyncOptions) error
	StopFullSync(ctx context.Context, target int64) error
	Status(ctx context.Context, target int64) (provisioning.Status, error)
	FullSyncStart(ctx context.Context, target int64, anew bool) (after comity.Subject, err error)
	Plan(ctx context.Context, target int64, span provisioning.Span, onlyChanged bool) (plan []provisioning.SubjectPlan, next comity.Subject, err error)
	CheckDeletes(ctx context.Context, target, maxDeletes int64) error
	Verify(ctx context.Context, target int64, o provisioning.VerifyOptions) (provisioning.Verification, error)
}

// Service carries out requests.
type Service struct {
	Registry Registry
	// Provisioner may be nil if no request about a provisioning target comes.
	Provisioner Provisioner
	// Address is the URL without a path that the registry is served at, "" if it is not served.
	Address string
}
