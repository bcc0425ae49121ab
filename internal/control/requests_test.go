package control_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/control"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/signin"
	"comity/internal/store/queue"
)

// do returns a function that carries out a request.
func do[R any](request control.Request[R]) func(context.Context, *control.Client) (any, error) {
	return func(ctx context.Context, c *control.Client) (any, error) { return control.Do(ctx, c, request) }
}

// TestRequests carries out each request in this process and through the socket: the same is called, and the
// same comes back.
func TestRequests(t *testing.T) {
	t.Parallel()
	through := time.Date(2031, 5, 17, 12, 30, 0, 0, time.UTC)
	login := signin.Login{Username: "co_2.sync", Key: "a key that is shown once, and only once"}
	none := control.None{}
	for _, tt := range []struct {
		name    string
		do      func(context.Context, *control.Client) (any, error)
		program program
		called  string
		want    any
	}{
		{
			name: "add user", do: do(control.AddUser{CoId: 2, Name: "sync", Privileged: true, Key: "k"}),
			program: program{login: login}, called: "AddUser [2 sync true k]", want: login,
		},
		{
			name: "rotate key", do: do(control.RotateKey{Username: "co_2.sync", Key: "k"}),
			program: program{login: login}, called: "RotateKey [co_2.sync k]", want: login,
		},
		{name: "suspend user", do: do(control.SuspendUser{Username: "co_2.sync"}), called: "SuspendUser [co_2.sync]", want: none},
		{name: "resume user", do: do(control.ResumeUser{Username: "co_2.sync"}), called: "ResumeUser [co_2.sync]", want: none},
		{
			name: "list users", do: do(control.ListUsers{CoId: 2}),
			program: program{users: []*comity.Record{user(2, "co_2.sync", true, through), user(2, "co_2.read", false, time.Time{})}},
			called:  "Users [2]",
			want: []control.User{
				{CoId: 2, Username: "co_2.sync", Status: "Active", Privileged: true, ValidThrough: through},
				{CoId: 2, Username: "co_2.read", Status: "Active"},
			},
		},
		{name: "list no users", do: do(control.ListUsers{}), called: "Users [0]", want: []control.User{}},
		{
			name: "new link", do: do(control.NewLink{Username: "co_1.operator"}), program: program{token: "once"},
			called: "NewLink [co_1.operator]", want: control.SignInLink{Token: "once", Address: "https://registry.example.org"},
		},
		{name: "note backup", do: do(control.NoteBackup{}), called: "NoteBackup []", want: none},
		{
			name: "erase", do: do(control.Erase{PersonId: 7, Deleting: true}),
			program: program{erased: registry.Erased{Rows: 12, OrgIdentities: []int64{3}, Known: []queue.TargetIdentifiers{{Target: 4, Identifiers: []string{"ada"}, Waiting: true}}}},
			called:  "Erase [7 true]",
			want:    registry.Erased{Rows: 12, OrgIdentities: []int64{3}, Known: []queue.TargetIdentifiers{{Target: 4, Identifiers: []string{"ada"}, Waiting: true}}},
		},
		{
			name: "provision", do: do(control.Provision{TargetId: 4, Subject: comity.GroupSubject(9)}), program: program{result: provisioning.Queued},
			called: "Provision [operator 4 CoGroup 9]", want: control.Provisioned{Queued: true},
		},
		{
			name: "start full sync", do: do(control.StartFullSync{TargetId: 4, FullSyncOptions: provisioning.FullSyncOptions{OnlyChanged: true, MaxDeletes: 10}}),
			called: "StartFullSync [operator 4 {OnlyChanged:true Anew:false MaxDeletes:10}]", want: none,
		},
		{name: "stop full sync", do: do(control.StopFullSync{TargetId: 4}), called: "StopFullSync [operator 4]", want: none},
		{
			name: "status", do: do(control.GetStatus{TargetId: 4}), program: program{status: status(through)},
			called: "Status [operator 4]", want: status(through),
		},
		{
			name: "full sync start", do: do(control.GetFullSyncStart{TargetId: 4, Anew: true}), program: program{next: comity.PersonSubject(70)},
			called: "FullSyncStart [operator 4 true]", want: comity.PersonSubject(70),
		},
		{
			name: "plan a page", do: do(control.PlanDeliveries{TargetId: 4, Span: provisioning.Span{After: comity.PersonSubject(7)}, OnlyChanged: true}),
			program: program{next: comity.GroupSubject(1), plan: []provisioning.SubjectPlan{{
				Subject: comity.PersonSubject(8), Messages: []provisioning.PlannedMessage{{Method: "PUT", Identifier: "ada"}, {Method: "DELETE", Identifier: "a.l", Delete: true}},
			}}},
			called: "Plan [operator 4 {One:person 0 After:person 7} true]",
			want: control.DeliveryPlan{Next: comity.GroupSubject(1), Subjects: []provisioning.SubjectPlan{{
				Subject: comity.PersonSubject(8), Messages: []provisioning.PlannedMessage{{Method: "PUT", Identifier: "ada"}, {Method: "DELETE", Identifier: "a.l", Delete: true}},
			}}},
		},
		{
			name: "check deletes", do: do(control.CheckDeletes{TargetId: 4, MaxDeletes: 10}), called: "CheckDeletes [operator 4 10]", want: none,
		},
		{
			name:    "verify one subject",
			do:      do(control.VerifyTarget{TargetId: 4, VerifyOptions: provisioning.VerifyOptions{Span: provisioning.Span{One: comity.PersonSubject(7)}, Repair: true, MaxDeletes: 5}}),
			program: program{verification: verification()},
			called:  "Verify [operator 4 {Span:{One:person 7 After:person 0} Repair:true MaxDeletes:5}]",
			want:    verification(),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.program
			for where, c := range map[string]*control.Client{
				"this process": control.Local(service(&p)),
				"the socket":   dial(t, serve(t, &p)),
			} {
				p.called = ""
				got, err := tt.do(t.Context(), c)
				if err != nil {
					t.Errorf("through %s: %v", where, err)
				}
				if p.called != tt.called {
					t.Errorf("through %s it called %s, want %s", where, p.called, tt.called)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("through %s (-want +got):\n%s", where, diff)
				}
			}
		})
	}
}

func user(coID int64, username string, privileged bool, through time.Time) *comity.Record {
	f := comity.ApiUser
	rec := comity.NewRecord(f.Resource)
	rec.CoId = coID
	rec.SetText(f.Username, username)
	rec.SetText(f.Status, "Active")
	rec.SetBool(f.Privileged, privileged)
	if !through.IsZero() {
		rec.Set(f.ValidThrough, comity.TimeCell(through))
	}
	return rec
}

func status(at time.Time) provisioning.Status {
	var s provisioning.Status
	s.CoId, s.Description, s.Waiting, s.Failed = 2, "a cluster", 5, 1
	s.Breaker.Opened = at
	s.HadFullSync, s.FullSync.Taken, s.FullSync.Total, s.FullSync.Last = true, 30, 50, comity.PersonSubject(31)
	return s
}

func verification() provisioning.Verification {
	return provisioning.Verification{
		Subjects: []provisioning.SubjectDrift{{
			Subject: comity.PersonSubject(7), Repair: provisioning.Repaired,
			Findings: []provisioning.Finding{{Kind: provisioning.Different, Identifier: "ada", Differences: []provisioning.Difference{{Path: "Name.given"}}}},
		}},
		Next: comity.PersonSubject(7), GaveUp: "no answer",
	}
}
