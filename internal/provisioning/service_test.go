package provisioning_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/provisioning"
	"comity/internal/registry/registrytest"
)

// useCase is a request about a target, and a person of its CO where it is about one.
type useCase struct {
	name string
	do   func(ctx context.Context, s *provisioning.Service, caller authz.Caller, target int64, person comity.Subject) error
	// sends says that a disabled target is refused, ofPerson that it is about the person.
	sends, ofPerson bool
}

func useCases() []useCase {
	type service = provisioning.Service
	return []useCase{
		{"target", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.Target(ctx, c, authz.View, target)
			return err
		}, false, false},
		{"enabled", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.Enabled(ctx, c, target)
			return err
		}, true, false},
		{"provision", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, err := s.Provision(ctx, c, target, p.Resource(), p.Id)
			return err
		}, true, true},
		{"resend one", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, err := s.Resend(ctx, c, target, &p)
			return err
		}, true, true},
		{"resend all", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.Resend(ctx, c, target, nil)
			return err
		}, true, false},
		{"start a full sync", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.StartFullSync(ctx, c, target, provisioning.FullSyncOptions{MaxDeletes: 100})
			return err
		}, true, false},
		{"stop a full sync", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, _, err := s.StopFullSync(ctx, c, target)
			return err
		}, false, false},
		{"start of a full sync", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.FullSyncStart(ctx, c, target, false)
			return err
		}, false, false},
		{"check deletes", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			return s.CheckDeletes(ctx, c, target, 100)
		}, false, false},
		{"status", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.Status(ctx, c, target)
			return err
		}, false, false},
		{"status of a person", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, err := s.SubjectStatus(ctx, c, target, p)
			return err
		}, false, true},
		{"failed", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.Failed(ctx, c, target, comity.Subject{}, 10)
			return err
		}, false, false},
		{"retried", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, err := s.Retried(ctx, c, target, 10)
			return err
		}, false, false},
		{"preview", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, err := s.Preview(ctx, c, target, p)
			return err
		}, false, true},
		{"plan one", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, _, err := s.Plan(ctx, c, target, provisioning.Span{One: p}, false)
			return err
		}, true, true},
		{"plan all", func(ctx context.Context, s *service, c authz.Caller, target int64, _ comity.Subject) error {
			_, _, err := s.Plan(ctx, c, target, provisioning.Span{}, false)
			return err
		}, true, false},
		{"verify", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, err := s.Verify(ctx, c, target, provisioning.VerifyOptions{Span: provisioning.Span{One: p}})
			return err
		}, false, true},
		{"repair", func(ctx context.Context, s *service, c authz.Caller, target int64, p comity.Subject) error {
			_, err := s.Verify(ctx, c, target, provisioning.VerifyOptions{Span: provisioning.Span{One: p}, Repair: true})
			return err
		}, true, true},
	}
}

// TestWhoMayAskForWhat has each use case asked for by each kind of caller.
func TestWhoMayAskForWhat(t *testing.T) {
	onBoth(t, func(t *testing.T, fx *fixture) {
		target := fx.newTarget(t, newReceiver(t), comity.ModeManual)
		person := comity.PersonSubject(fx.NewNamed(t, "Ada", "Lovelace", "ada"))
		chemistry := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: "Chemistry", comity.Co.Status: comity.Active})
		allowed := comity.ErrorCode(255)
		for _, c := range []struct {
			name   string
			caller authz.Caller
			want   comity.ErrorCode
		}{
			{"the operator", authz.Operator(), allowed},
			{"an administrator of the CO", authz.Caller{Username: "admin", CoId: fx.CoId, Admin: true}, allowed},
			{"an administrator of another CO", authz.Caller{Username: "other", CoId: chemistry, Admin: true}, comity.NotFound},
			{"an administrator of a unit", authz.Caller{Username: "unit", CoId: fx.CoId, PersonId: person.Id, Units: []int64{1}}, comity.Unauthorised},
			{"a person", authz.Caller{Username: "ada", CoId: fx.CoId, PersonId: person.Id}, comity.Unauthorised},
			{"a user without rights", authz.Caller{Username: "user", CoId: fx.CoId}, comity.Unauthorised},
		} {
			for _, u := range useCases() {
				t.Run(c.name+" "+u.name, func(t *testing.T) {
					err := u.do(t.Context(), fx.service, c.caller, target, person)
					if c.want == allowed && err == nil {
						return
					}
					if err == nil || comity.CodeOf(err) != c.want {
						t.Errorf("the error is %v", err)
					}
				})
			}
		}
	})
}

// TestWhatIsNotThere: a target that does not exist, and a person who was never in its CO, are answered so.
func TestWhatIsNotThere(t *testing.T) {
	onBoth(t, func(t *testing.T, fx *fixture) {
		target := fx.newTarget(t, newReceiver(t), comity.ModeManual)
		chemistry := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: "Chemistry", comity.Co.Status: comity.Active})
		stranger := comity.PersonSubject(fx.Insert(t, comity.CoPerson.Resource, registrytest.Values{comity.CoPerson.CoId: chemistry, comity.CoPerson.Status: comity.Active}))
		for _, u := range useCases() {
			t.Run(u.name, func(t *testing.T) {
				err := u.do(t.Context(), fx.service, authz.Operator(), 999_999, stranger)
				if got := registrytest.Phrase(err); got != comity.CoProvisioningTarget.UnknownOnDelete {
					t.Errorf("of no target: %v", err)
				}
				if !u.ofPerson {
					return
				}
				err = u.do(t.Context(), fx.service, authz.Operator(), target, stranger)
				if got := registrytest.Phrase(err); got != comity.CoPerson.UnknownOnView {
					t.Errorf("of a person of another CO: %v", err)
				}
			})
		}
	})
}

// TestDisabledTargets: what would send something is refused, in the same words; what only looks is not.
func TestDisabledTargets(t *testing.T) {
	onBoth(t, func(t *testing.T, fx *fixture) {
		target := fx.newTarget(t, newReceiver(t), comity.ModeManual)
		person := comity.PersonSubject(fx.NewNamed(t, "Ada", "Lovelace", "ada"))
		fx.setMode(t, target, comity.ModeDisabled)
		for _, u := range useCases() {
			t.Run(u.name, func(t *testing.T) {
				err := u.do(t.Context(), fx.service, authz.Operator(), target, person)
				var refused *comity.Error
				switch {
				case !u.sends && err != nil:
					t.Errorf("the error is %v", err)
				case u.sends && (!errors.As(err, &refused) || refused.Code != comity.Refused || refused.Detail != fmt.Sprintf("Provisioning target %d is disabled", target)):
					t.Errorf("the error is %v", err)
				}
			})
		}
	})
}

// TestWhatATargetReceives has records of all kinds provisioned, to targets in modes that answer differently.
func TestWhatATargetReceives(t *testing.T) {
	onBoth(t, func(t *testing.T, fx *fixture) {
		r := newReceiver(t)
		now, later := fx.newTarget(t, r, comity.ModeManual), fx.newTarget(t, r, comity.ModeQueue)
		person, group := fx.NewNamed(t, "Ada", "Lovelace", "ada"), fx.NewGroup(t, "Readers")
		for _, tt := range []struct {
			name   string
			target int64
			kind   *comity.Resource
			id     int64
			want   provisioning.Result
		}{
			{"a person", now, comity.CoPerson.Resource, person, provisioning.Delivered},
			{"a person, by the queue", later, comity.CoPerson.Resource, person, provisioning.Queued},
			{"a group, which the target does not include", now, comity.CoGroup.Resource, group, provisioning.NotReceived},
		} {
			t.Run(tt.name, func(t *testing.T) {
				got, err := fx.service.Provision(t.Context(), authz.Operator(), tt.target, tt.kind, tt.id)
				if err != nil || got != tt.want {
					t.Errorf("the result is %v, want %v, error %v", got, tt.want, err)
				}
			})
		}
	})
}

// TestDeletesHaveALimit: a full sync that would delete most of the people at a target is refused, and says how to
// allow it.
func TestDeletesHaveALimit(t *testing.T) {
	onBoth(t, func(t *testing.T, fx *fixture) {
		target := fx.newTarget(t, newReceiver(t), comity.ModeManual)
		ada := fx.NewNamed(t, "Ada", "Lovelace", "ada")
		if _, err := fx.service.Provision(t.Context(), authz.Operator(), target, comity.CoPerson.Resource, ada); err != nil {
			t.Fatal(err)
		}
		fx.Change(t, comity.CoPerson.Resource, ada, registrytest.Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Denied})
		_, err := fx.service.StartFullSync(t.Context(), authz.Operator(), target, provisioning.FullSyncOptions{MaxDeletes: provisioning.MaxDeletes})
		var many *provisioning.TooManyDeletes
		if !errors.As(err, &many) || comity.CodeOf(err) != comity.Refused {
			t.Errorf("the error is %v", err)
		}
		if _, err := fx.service.StartFullSync(t.Context(), authz.Operator(), target, provisioning.FullSyncOptions{MaxDeletes: 100}); err != nil {
			t.Errorf("it is not allowed: %v", err)
		}
	})
}
