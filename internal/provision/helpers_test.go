package provision_test

import (
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/provision"
	"comity/internal/provision/provisiontest"
)

// at is a time on the evening when the person of the tests was added.
func at(second int) time.Time { return time.Date(2026, 11, 21, 17, 39, second, 0, time.UTC) }

// texts are the texts of a record by field.
type texts map[*comity.Field]string

func row(r *comity.Resource, id int64, second int, values texts) *comity.Record {
	rec := comity.NewRecord(r)
	rec.Id, rec.Created, rec.Modified = id, at(second), at(second)
	for f, s := range values {
		rec.SetText(f, s)
	}
	return rec
}

func identifier(id int64, identifierType, value string) *comity.Record {
	return row(comity.Identifier.Resource, id, 3, texts{
		comity.Identifier.Identifier: value, comity.Identifier.Type: identifierType, comity.Identifier.Status: comity.Active,
	})
}

// known returns a person with only a uid.
func known(uid string) comity.Snapshot {
	return comity.Snapshot{
		Subject:     comity.PersonSubject(1),
		Person:      row(comity.CoPerson.Resource, 1, 1, texts{comity.CoPerson.Status: comity.Active}),
		Identifiers: []*comity.Record{identifier(5, "uid", uid)},
	}
}

// grace returns a person with every value that a message can show.
func grace() comity.Snapshot {
	s := known("ghopper")
	s.Person.SetText(comity.CoPerson.DateOfBirth, "1906-12-09")
	name := row(comity.Name.Resource, 3, 2, texts{
		comity.Name.Honorific: "Dr", comity.Name.Given: "Grace", comity.Name.Middle: "B", comity.Name.Family: "Hopper",
		comity.Name.Suffix: "III", comity.Name.Language: "en", comity.Name.Type: "official",
	})
	name.Modified, name.Revision = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), 2
	s.Names = []*comity.Record{name}
	mail := row(comity.EmailAddress.Resource, 6, 4, texts{
		comity.EmailAddress.Mail: "grace@example.org", comity.EmailAddress.Type: "official",
	})
	mail.SetBool(comity.EmailAddress.Verified, true)
	s.EmailAddresses = []*comity.Record{mail}
	s.Urls = []*comity.Record{row(comity.Url.Resource, 7, 5, texts{
		comity.Url.Url: "https://example.org/", comity.Url.Type: "official",
	})}
	role := row(comity.CoPersonRole.Resource, 8, 6, texts{
		comity.CoPersonRole.Title: "Professor", comity.CoPersonRole.O: "Univ", comity.CoPersonRole.Ou: "CS",
		comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Status: comity.Active,
	})
	role.Revision = 1
	role.SetInt(comity.CoPersonRole.CouId, 4)
	role.SetInt(comity.CoPersonRole.Ordr, 1)
	role.Set(comity.CoPersonRole.ValidFrom, comity.TimeCell(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
	role.Set(comity.CoPersonRole.ValidThrough, comity.TimeCell(time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC)))
	s.Roles = []comity.RoleSnapshot{{
		Role: role,
		Addresses: []*comity.Record{row(comity.Address.Resource, 9, 7, texts{
			comity.Address.Street: "1 Main St", comity.Address.Room: "2", comity.Address.Locality: "Town",
			comity.Address.State: "NY", comity.Address.PostalCode: "12345", comity.Address.Country: "US",
			comity.Address.Language: "en", comity.Address.Type: "office",
		})},
		TelephoneNumbers: []*comity.Record{row(comity.TelephoneNumber.Resource, 10, 8, texts{
			comity.TelephoneNumber.CountryCode: "1", comity.TelephoneNumber.AreaCode: "555",
			comity.TelephoneNumber.Number: "1234567", comity.TelephoneNumber.Extension: "9",
			comity.TelephoneNumber.Type: "office",
		})},
	}}
	s.Members = []string{"CO:members:active", "readers"}
	return s
}

// destination returns a target that sends people under their uid to a server without authentication.
func destination(mode, serverurl string) comity.Destination {
	return comity.Destination{
		Target: comity.NewRecord(comity.CoProvisioningTarget.Resource),
		Settings: row(comity.CoApiProvisionerTarget.Resource, 1, 0, texts{
			comity.CoApiProvisionerTarget.Mode: mode, comity.CoApiProvisionerTarget.IdentifierType: "uid",
		}),
		Server: row(comity.HttpServer.Resource, 1, 0, texts{
			comity.HttpServer.Serverurl: serverurl, comity.HttpServer.AuthType: comity.AuthNone,
		}),
		ServerActive: true,
	}
}

func newHTTP(t *testing.T, opts provision.Options) *provision.HTTP {
	t.Helper()
	opts.AllowPrivate = true // receivers of tests are on loopback
	h := provision.NewHTTP(opts)
	t.Cleanup(h.Close)
	return h
}

// messageSchema returns an error if a body does not match the schema of messages.
var messageSchema = sync.OnceValues(provisiontest.Validator)

// messages returns the messages about a subject that the destination was never sent.
func messages(t *testing.T, h *provision.HTTP, d comity.Destination, s comity.Snapshot) []comity.Message {
	t.Helper()
	msgs, _, err := h.Messages(d, s, comity.ProvisionedAs{})
	if err != nil {
		t.Fatal(err)
	}
	valid, err := messageSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range msgs {
		if err := valid(m.Body); err != nil {
			t.Errorf("a message that is not valid by its schema: %v\n%s", err, m.Body)
		}
	}
	return msgs
}
