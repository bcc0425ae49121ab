package control

import (
	"context"
	"fmt"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/signin"
)

// Request is a request that is answered with an R. The name of its type is its verb on the socket.
type Request[R any] interface {
	carryOut(ctx context.Context, s *Service) (R, error)
}

// unlimited is a request whose work grows with the registry or waits for a target: it has no time limit.
type unlimited interface{ unlimited() }

// None is the response to a request that is carried out or fails.
type None struct{}

// AddUser adds an API user to a CO. Key is "" for a generated one.
type AddUser struct {
	CoId       int64
	Name       string
	Privileged bool
	Key        string
}

func (r AddUser) carryOut(ctx context.Context, s *Service) (signin.Login, error) {
	return s.Signin.AddUser(ctx, r.CoId, r.Name, r.Privileged, r.Key)
}

// RotateKey gives an API user a new key. Key is "" for a generated one.
type RotateKey struct{ Username, Key string }

func (r RotateKey) carryOut(ctx context.Context, s *Service) (signin.Login, error) {
	return s.Signin.RotateKey(ctx, r.Username, r.Key)
}

// SuspendUser suspends an API user.
type SuspendUser struct{ Username string }

func (r SuspendUser) carryOut(ctx context.Context, s *Service) (None, error) {
	return None{}, s.Signin.SuspendUser(ctx, r.Username)
}

// ResumeUser makes a suspended API user active.
type ResumeUser struct{ Username string }

func (r ResumeUser) carryOut(ctx context.Context, s *Service) (None, error) {
	return None{}, s.Signin.ResumeUser(ctx, r.Username)
}

// ListUsers lists the API users of a CO, or of all if CoId is 0.
type ListUsers struct{ CoId int64 }

// User is an API user.
type User struct {
	CoId             int64
	Username, Status string
	Privileged       bool
	// ValidThrough is zero if the user's validity has no end.
	ValidThrough time.Time
}

func (r ListUsers) carryOut(ctx context.Context, s *Service) ([]User, error) {
	list, err := s.Signin.Users(ctx, r.CoId)
	users := make([]User, len(list))
	f := comity.ApiUser
	for i, rec := range list {
		users[i] = User{
			CoId: rec.CoId, Username: rec.Text(f.Username), Status: rec.Text(f.Status),
			Privileged: rec.Bool(f.Privileged), ValidThrough: rec.Time(f.ValidThrough),
		}
	}
	return users, err
}

// NewLink makes a link that signs an API user in to the console once.
type NewLink struct{ Username string }

// SignInLink is a link that signs an API user in once.
type SignInLink struct {
	Token string
	// Address is the server's URL without a path, "" if the registry is not served.
	Address string
}

func (r NewLink) carryOut(ctx context.Context, s *Service) (SignInLink, error) {
	token, err := s.Signin.NewLink(ctx, r.Username)
	return SignInLink{token, s.Address}, err
}

// NoteBackup stores that a backup has been made now.
type NoteBackup struct{}

func (NoteBackup) carryOut(ctx context.Context, s *Service) (None, error) {
	return None{}, s.Registry.NoteBackup(ctx)
}

// Erase erases a deleted person from the history. If Deleting is set, a person who exists is deleted first.
type Erase struct {
	PersonId int64
	Deleting bool
}

func (Erase) unlimited() {}

func (r Erase) carryOut(ctx context.Context, s *Service) (registry.Erased, error) {
	return s.Registry.Erase(ctx, r.PersonId, r.Deleting)
}

// Provision sends a target one subject.
type Provision struct {
	TargetId int64
	Subject  comity.Subject
}

// Provisioned is the response to Provision.
type Provisioned struct {
	// Queued says that the delivery is enqueued and not sent yet.
	Queued bool
}

func (r Provision) carryOut(ctx context.Context, s *Service) (Provisioned, error) {
	result, err := s.Provisioning.Provision(ctx, authz.Operator(), r.TargetId, r.Subject.Resource(), r.Subject.Id)
	if err == nil && result == provisioning.NotReceived {
		err = fmt.Errorf("provisioning target %d does not receive groups: set IncludeGroups", r.TargetId)
	}
	return Provisioned{result == provisioning.Queued}, err
}

// StartFullSync starts a full sync of a target, or continues one that was stopped.
type StartFullSync struct {
	TargetId int64
	provisioning.FullSyncOptions
}

func (r StartFullSync) carryOut(ctx context.Context, s *Service) (None, error) {
	_, err := s.Provisioning.StartFullSync(ctx, authz.Operator(), r.TargetId, r.FullSyncOptions)
	return None{}, err
}

// StopFullSync stops the full sync of a target.
type StopFullSync struct{ TargetId int64 }

func (r StopFullSync) carryOut(ctx context.Context, s *Service) (None, error) {
	_, _, err := s.Provisioning.StopFullSync(ctx, authz.Operator(), r.TargetId)
	return None{}, err
}

// GetStatus asks for the delivery status of a target.
type GetStatus struct{ TargetId int64 }

func (r GetStatus) carryOut(ctx context.Context, s *Service) (provisioning.Status, error) {
	return s.Provisioning.Status(ctx, authz.Operator(), r.TargetId)
}

// GetFullSyncStart asks for the subject after which a full sync of a target would start, the zero Subject for the
// beginning.
type GetFullSyncStart struct {
	TargetId int64
	Anew     bool
}

func (r GetFullSyncStart) carryOut(ctx context.Context, s *Service) (comity.Subject, error) {
	return s.Provisioning.FullSyncStart(ctx, authz.Operator(), r.TargetId, r.Anew)
}

// PlanDeliveries asks what a target would be sent about a span of subjects.
type PlanDeliveries struct {
	TargetId int64
	provisioning.Span
	OnlyChanged bool
}

// DeliveryPlan is the response to PlanDeliveries.
type DeliveryPlan struct {
	Subjects []provisioning.SubjectPlan
	// Next is the After of the next page, zero if this is the last.
	Next comity.Subject
}

func (r PlanDeliveries) carryOut(ctx context.Context, s *Service) (p DeliveryPlan, err error) {
	p.Subjects, p.Next, err = s.Provisioning.Plan(ctx, authz.Operator(), r.TargetId, r.Span, r.OnlyChanged)
	return p, err
}

// CheckDeletes fails if a full sync of a target would delete more than MaxDeletes percent of the people whom it
// holds.
type CheckDeletes struct{ TargetId, MaxDeletes int64 }

func (r CheckDeletes) carryOut(ctx context.Context, s *Service) (None, error) {
	return None{}, s.Provisioning.CheckDeletes(ctx, authz.Operator(), r.TargetId, r.MaxDeletes)
}

// VerifyTarget compares what a target holds of a span of subjects with what it should hold.
type VerifyTarget struct {
	TargetId int64
	provisioning.VerifyOptions
}

func (VerifyTarget) unlimited() {}

func (r VerifyTarget) carryOut(ctx context.Context, s *Service) (provisioning.Verification, error) {
	return s.Provisioning.Verify(ctx, authz.Operator(), r.TargetId, r.VerifyOptions)
}
