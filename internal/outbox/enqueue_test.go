package outbox_test

import (
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// Changes in the registry, and the message that follows each: the person object, with or without a text that
// shows the change, the delete, or none.
var whens = []struct {
	name          string
	change        func(s *profile)
	want          string
	with, without string
}{
	{"person edited", func(s *profile) { s.born(s.person, 4) }, "PUT", `"dateOfBirth":"1900-01-05"`, ""},
	{"person enters the grace period", func(s *profile) { s.status(comity.GracePeriod) }, "PUT", `"status":"grace period"`, ""},
	{"person expires", func(s *profile) { s.status(comity.Expired) }, "PUT", `"members":["CO:members:all"]`, "readers"},
	{"person suspended", func(s *profile) { s.status(comity.Suspended) }, "PUT", `"status":"suspended"`, "readers"},
	{"person locked", func(s *profile) { s.status(comity.Locked) }, "PUT", `"status":"locked"`, "readers"},
	{"person active again", func(s *profile) { s.status(comity.Active) }, "PUT", "CO:members:active", ""},
	{"person no longer in a status that is provisioned", func(s *profile) { s.status(comity.PendingApproval) }, "DELETE", "", ""},
	{"person in status Deleted", func(s *profile) { s.status(comity.Deleted) }, "", "", ""},
	{"person back in one that is", func(s *profile) { s.status(comity.Active) }, "PUT", "readers", ""},

	{"name added", func(s *profile) { s.add(comity.Name.Resource, s.aName("Amazing")) }, "PUT", "Amazing", ""},
	{"name edited", func(s *profile) { s.edit(comity.Name.Resource, s.name, values{comity.Name.Given: "Admiral"}) }, "PUT", "Admiral", "Grace"},
	{"name deleted", func(s *profile) { s.delete(comity.Name.Resource, s.add(comity.Name.Resource, s.aName("Brief"))) }, "PUT", "Admiral", "Brief"},
	{"identifier of another type added", func(s *profile) { s.add(comity.Identifier.Resource, s.badge("b1")) }, "PUT", "b1", ""},
	{"identifier of another type suspended", func(s *profile) {
		id := s.add(comity.Identifier.Resource, s.badge("b2"))
		s.edit(comity.Identifier.Resource, id, values{comity.Identifier.Status: comity.Suspended})
	}, "PUT", "b1", "b2"},
	{"identifier of another type deleted", func(s *profile) {
		s.delete(comity.Identifier.Resource, s.add(comity.Identifier.Resource, s.badge("b3")))
	}, "PUT", "b1", "b3"},
	{"email address added", func(s *profile) { s.add(comity.EmailAddress.Resource, s.aMail("x@example.org")) }, "PUT", "x@example.org", ""},
	{"email address edited", func(s *profile) {
		s.edit(comity.EmailAddress.Resource, s.mail, values{comity.EmailAddress.Mail: "y@example.org"})
	}, "PUT", "y@example.org", "grace@"},
	{"email address deleted", func(s *profile) { s.delete(comity.EmailAddress.Resource, s.mail) }, "PUT", "x@example.org", "y@example.org"},
	{"url added", func(s *profile) { s.add(comity.Url.Resource, s.aUrl("https://example.org/x")) }, "PUT", "org/x", ""},
	{"url edited", func(s *profile) {
		s.edit(comity.Url.Resource, s.url, values{comity.Url.Url: "https://example.org/y"})
	}, "PUT", "org/y", "org/grace"},
	{"url deleted", func(s *profile) { s.delete(comity.Url.Resource, s.url) }, "PUT", "org/x", "org/y"},

	{"role added", func(s *profile) { s.add(comity.CoPersonRole.Resource, s.aRole("Lecturer")) }, "PUT", "Lecturer", ""},
	{"role edited", func(s *profile) {
		s.edit(comity.CoPersonRole.Resource, s.role, values{comity.CoPersonRole.Title: "Dean"})
	}, "PUT", "Dean", "Professor"},
	{"role deleted", func(s *profile) {
		s.delete(comity.CoPersonRole.Resource, s.add(comity.CoPersonRole.Resource, s.aRole("Guest")))
	}, "PUT", "Dean", "Guest"},
	{"role over", func(s *profile) {
		over := s.aRole("Guest")
		over[comity.CoPersonRole.ValidThrough] = time.Now().Add(-time.Hour)
		s.add(comity.CoPersonRole.Resource, over)
	}, "PUT", "Dean", "Guest"},
	{"address added", func(s *profile) { s.add(comity.Address.Resource, s.anAddress("2 Side St")) }, "PUT", "2 Side St", ""},
	{"address edited", func(s *profile) {
		s.edit(comity.Address.Resource, s.address, values{comity.Address.Street: "3 Back St"})
	}, "PUT", "3 Back St", "1 Main St"},
	{"address deleted", func(s *profile) { s.delete(comity.Address.Resource, s.address) }, "PUT", "2 Side St", "3 Back St"},
	{"telephone number added", func(s *profile) { s.add(comity.TelephoneNumber.Resource, s.aPhone("7654321")) }, "PUT", "7654321", ""},
	{"telephone number edited", func(s *profile) {
		s.edit(comity.TelephoneNumber.Resource, s.phone, values{comity.TelephoneNumber.Number: "5555555"})
	}, "PUT", "5555555", "1234567"},
	{"telephone number deleted", func(s *profile) { s.delete(comity.TelephoneNumber.Resource, s.phone) }, "PUT", "7654321", "5555555"},

	{"membership added", func(s *profile) { s.joins("writers") }, "PUT", "writers", ""},
	{"membership edited: an owner only", func(s *profile) {
		s.edit(comity.CoGroupMember.Resource, s.membership, values{comity.CoGroupMember.Owner: true, comity.CoGroupMember.Member: false})
	}, "PUT", "writers", "readers"},
	{"membership edited to nothing", func(s *profile) {
		s.edit(comity.CoGroupMember.Resource, s.membership, values{comity.CoGroupMember.Owner: false})
	}, "PUT", "writers", "readers"},
	{"membership over", func(s *profile) {
		over := s.aMembership(s.group)
		over[comity.CoGroupMember.ValidThrough] = time.Now().Add(-time.Hour)
		s.add(comity.CoGroupMember.Resource, over)
	}, "PUT", "writers", "readers"},
	{"membership deleted", func(s *profile) {
		_, id := s.joins("guests")
		s.delete(comity.CoGroupMember.Resource, id)
	}, "PUT", "writers", "guests"},

	{"group renamed", func(s *profile) {
		group, _ := s.joins("copyists")
		s.edit(comity.CoGroup.Resource, group, values{comity.CoGroup.Name: "scribes"})
	}, "PUT", "scribes", "copyists"},
	{"group suspended", func(s *profile) {
		group, _ := s.joins("idlers")
		s.edit(comity.CoGroup.Resource, group, values{comity.CoGroup.Status: comity.Suspended})
	}, "PUT", "scribes", "idlers"},
	{"group deleted", func(s *profile) {
		group, _ := s.joins("losers")
		s.delete(comity.CoGroup.Resource, group)
	}, "PUT", "scribes", "losers"},
	{"group edited in what no message shows", func(s *profile) {
		s.edit(comity.CoGroup.Resource, s.group, values{comity.CoGroup.Description: "who reads"})
	}, "", "", ""},
	{"group added", func(s *profile) { s.fixture.group("nobody") }, "", "", ""},
	{"its unit renamed", func(s *profile) {
		s.edit(comity.Cou.Resource, s.unit, values{comity.Cou.Name: "workshop"})
	}, "PUT", "CO:COU:workshop", "CO:COU:lab"},
	{"CO renamed: its own groups are not named after it", func(s *profile) {
		s.edit(comity.Co.Resource, s.co, values{comity.Co.Name: "Mathematics"})
	}, "", "", ""},
	{"person expires with the roles", func(s *profile) {
		s.delete(comity.CoPersonRole.Resource, s.role)
		for _, role := range s.roles() {
			s.edit(comity.CoPersonRole.Resource, role.Id, values{comity.CoPersonRole.ValidThrough: time.Now().Add(-time.Hour)})
		}
	}, "PUT", `"status":"expired"`, "Lecturer"},
	{"person edited to what they are", func(s *profile) { s.status(comity.Expired) }, "", "", ""},
	{"person deleted", func(s *profile) {
		for _, role := range s.roles() {
			s.delete(comity.CoPersonRole.Resource, role.Id)
		}
		s.delete(comity.CoPerson.Resource, s.person)
	}, "DELETE", "", ""},
}

func TestWhatEnqueuesADelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		s := w.profile("ghopper")
		q, stop := w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		for _, tt := range whens {
			t.Run(tt.name, func(t *testing.T) {
				// The whole change causes one message, as a change by one request does.
				stop()
				r.forget()
				tt.change(s)
				stop = w.run(q)
				w.awaitDelivered(to)
				var want []string
				switch tt.want {
				case "PUT":
					want = []string{"PUT ghopper"}
				case "DELETE":
					want = []string{"DELETE ghopper deleted"}
				}
				r.expectLines(t, want...)
				for _, a := range r.got() {
					if !strings.Contains(a.body, tt.with) || tt.without != "" && strings.Contains(a.body, tt.without) {
						t.Errorf("want %q in it and %q not:\n%s", tt.with, tt.without, a.body)
					}
				}
				if len(want) > 0 {
					w.expectPresent(t, to, r)
				}
			})
		}
	})
}

// The first message about a person: none without an identifier, then the object.
func TestPersonAdded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		w.start(outbox.Options{})
		for status, sent := range map[string]bool{
			comity.Active: true, comity.GracePeriod: true, comity.Expired: true, comity.Suspended: true, comity.Locked: true,
			comity.Approved: false, comity.Confirmed: false, comity.Declined: false, comity.Deleted: false, comity.Denied: false,
			comity.Duplicate: false, comity.Invited: false, comity.Pending: false, comity.PendingApproval: false,
			comity.PendingConfirmation: false, comity.PendingVetting: false,
		} {
			person := w.add(comity.CoPerson.Resource, values{comity.CoPerson.Status: status})
			w.identifier(person, status)
			w.awaitDelivered(to)
			if got := r.entry(status) != ""; got != sent {
				t.Errorf("a person in status %s is sent: %t, want %t", status, got, sent)
			}
		}
		w.expectPresent(t, to, r)
	})
}

// The records of an org identity are in no message.
func TestOrgIdentitySendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		f := comity.Name
		org := w.add(comity.OrgIdentity.Resource, nil)
		w.add(f.Resource, values{f.Given: "Grace", f.Type: "official", f.Person: of(comity.OwnerOrg, org)})
		if w.waiting(to) {
			t.Error("a delivery is pending")
		}
	})
}

// Dispatchers look for deliveries after a change that made some due, and not after others.
func TestDispatchersWakeForWhatIsDue(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		wakes := 0
		w.registry = registry.New(w.store, func() { wakes++ })
		woken := func(what string, want bool, change func()) {
			t.Helper()
			wakes = 0
			if change(); wakes > 0 != want {
				t.Errorf("%s: woken %d times", what, wakes)
			}
		}
		var person int64
		woken("a person without a target", false, func() { person = w.person("ada") })
		var to target
		woken("a target", true, func() { to = w.target(newReceiver(t), comity.ModeAutomatic) })
		woken("a person with a target", true, func() { w.born(person, 1) })
		woken("an org identity", false, func() { w.add(comity.OrgIdentity.Resource, nil) })
		woken("an edit of the target", true, func() {
			w.edit(comity.CoProvisioningTarget.Resource, to.id, values{comity.CoProvisioningTarget.RetryInterval: 60})
		})
	})
}
