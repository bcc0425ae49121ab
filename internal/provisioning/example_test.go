package provisioning_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/provisioning"
)

// TestExample shows what the package is for: an administrator previews, provisions, verifies and repairs what a
// target holds of a person, and runs a full sync.
func TestExample(t *testing.T) {
	onBoth(t, func(t *testing.T, fx *fixture) {
		r := newReceiver(t)
		target := fx.newTarget(t, r, comity.ModeManual)
		ada := comity.PersonSubject(fx.NewNamed(t, "Ada", "Lovelace", "ada"))
		admin := authz.Caller{Username: "admin", CoId: fx.CoId, Admin: true}
		s, ctx := fx.service, t.Context()

		// A preview says what would be sent, and sends nothing.
		preview, err := s.Preview(ctx, admin, target, ada)
		if err != nil || len(preview.Requests) != 1 || preview.Requests[0].Method != "PUT" || preview.Problem != "" {
			t.Fatalf("the preview is %+v, error %v", preview, err)
		}
		state := func(want string) {
			t.Helper()
			status, err := s.SubjectStatus(ctx, admin, target, ada)
			if err != nil || status.State != want {
				t.Errorf("she is %q, want %q, error %v", status.State, want, err)
			}
		}
		state(provisioning.StateNever)

		// Provision sends it.
		if result, err := s.Provision(ctx, admin, target, comity.CoPerson.Resource, ada.Id); err != nil || result != provisioning.Delivered {
			t.Fatalf("the result is %v, error %v", result, err)
		}
		state(provisioning.StateDelivered)

		// Verify asks the target what it holds. A repair sends what is not as it should be.
		verify := func(repair bool) provisioning.SubjectDrift {
			t.Helper()
			v, err := s.Verify(ctx, admin, target, provisioning.VerifyOptions{Span: provisioning.Span{One: ada}, Repair: repair})
			if err != nil || len(v.Subjects) != 1 {
				t.Fatalf("the comparison is %+v, error %v", v, err)
			}
			return v.Subjects[0]
		}
		if drift := verify(false); drift.Found() {
			t.Errorf("there is drift at first: %+v", drift)
		}
		r.set(func() { clear(r.holds) })
		if drift := verify(true); len(drift.Findings) != 1 || drift.Findings[0].Kind != provisioning.Missing || drift.Repair != provisioning.Repaired {
			t.Errorf("what the target lost is %+v", drift)
		}

		// What the target refuses is not tried again until somebody asks for it.
		r.set(func() { r.refuses = true })
		if _, err := s.Provision(ctx, admin, target, comity.CoPerson.Resource, ada.Id); comity.CodeOf(err) != comity.Undelivered {
			t.Errorf("a message that is refused: %v", err)
		}
		state(provisioning.StateFailed)
		if failed, err := s.Failed(ctx, admin, target, comity.Subject{}, 10); err != nil || len(failed) != 1 || failed[0].Subject != ada {
			t.Errorf("those that failed are %+v, error %v", failed, err)
		}
		r.set(func() { r.refuses = false })
		if count, err := s.Resend(ctx, admin, target, nil); err != nil || count != 1 {
			t.Errorf("%d are sent again, error %v", count, err)
		}

		// A full sync sends everybody, by the outbox.
		progress, err := s.StartFullSync(ctx, admin, target, provisioning.FullSyncOptions{MaxDeletes: provisioning.MaxDeletes})
		if err != nil || progress.Total != 1 {
			t.Errorf("the full sync is %+v, error %v", progress, err)
		}
		fx.run(t)
		for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			status, err := s.Status(ctx, admin, target)
			if err != nil || time.Now().After(end) {
				t.Fatalf("the target's status is %+v, error %v", status, err)
			}
			if !status.FullSync.Ended.IsZero() && status.Waiting == 0 {
				break
			}
		}
		state(provisioning.StateDelivered)
	})
}
