package connectortest

import (
	"time"

	"comity"
)

// At is a time on the evening when the person of the tests was added.
func At(second int) time.Time { return time.Date(2026, 11, 21, 17, 39, second, 0, time.UTC) }

// Texts are the texts of a record by field.
type Texts map[*comity.Field]string

// Row returns a record with an id, and some texts, that was added and last changed at a second of At.
func Row(r *comity.Resource, id int64, second int, values Texts) *comity.Record {
	rec := comity.NewRecord(r)
	rec.Id, rec.Created, rec.Modified = id, At(second), At(second)
	for f, s := range values {
		rec.SetText(f, s)
	}
	return rec
}

// Identifier returns an active identifier.
func Identifier(id int64, identifierType, value string) *comity.Record {
	return Row(comity.Identifier.Resource, id, 3, Texts{
		comity.Identifier.Identifier: value, comity.Identifier.Type: identifierType, comity.Identifier.Status: comity.Active,
	})
}

// Person returns a person with only a uid.
func Person(uid string) comity.Snapshot {
	return comity.Snapshot{
		Subject:     comity.PersonSubject(1),
		Person:      Row(comity.CoPerson.Resource, 1, 1, Texts{comity.CoPerson.Status: comity.Active}),
		Identifiers: []*comity.Record{Identifier(5, "uid", uid)},
	}
}

// WholePerson returns a person with every value that a message can show.
func WholePerson() comity.Snapshot {
	s := Person("ghopper")
	s.Person.SetText(comity.CoPerson.DateOfBirth, "1906-12-09")
	name := Row(comity.Name.Resource, 3, 2, Texts{
		comity.Name.Honorific: "Dr", comity.Name.Given: "Grace", comity.Name.Middle: "B", comity.Name.Family: "Hopper",
		comity.Name.Suffix: "III", comity.Name.Language: "en", comity.Name.Type: "official",
	})
	name.Modified, name.Revision = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), 2
	s.Names = []*comity.Record{name}
	mail := Row(comity.EmailAddress.Resource, 6, 4, Texts{
		comity.EmailAddress.Mail: "grace@example.org", comity.EmailAddress.Type: "official",
	})
	mail.SetBool(comity.EmailAddress.Verified, true)
	s.EmailAddresses = []*comity.Record{mail}
	s.Urls = []*comity.Record{Row(comity.Url.Resource, 7, 5, Texts{
		comity.Url.Url: "https://example.org/", comity.Url.Type: "official",
	})}
	role := Row(comity.CoPersonRole.Resource, 8, 6, Texts{
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
		Addresses: []*comity.Record{Row(comity.Address.Resource, 9, 7, Texts{
			comity.Address.Street: "1 Main St", comity.Address.Room: "2", comity.Address.Locality: "Town",
			comity.Address.State: "NY", comity.Address.PostalCode: "12345", comity.Address.Country: "US",
			comity.Address.Language: "en", comity.Address.Type: "office",
		})},
		TelephoneNumbers: []*comity.Record{Row(comity.TelephoneNumber.Resource, 10, 8, Texts{
			comity.TelephoneNumber.CountryCode: "1", comity.TelephoneNumber.AreaCode: "555",
			comity.TelephoneNumber.Number: "1234567", comity.TelephoneNumber.Extension: "9",
			comity.TelephoneNumber.Type: "office",
		})},
	}}
	s.Members = []string{"CO:members:active", "readers"}
	return s
}

// HTTPDestination returns a target that sends people under their uid to a server without authentication.
func HTTPDestination(mode, serverurl string) comity.Destination {
	return comity.Destination{
		Target: Row(comity.CoProvisioningTarget.Resource, 1, 0, Texts{comity.CoProvisioningTarget.Plugin: comity.PluginAPI}),
		Settings: Row(comity.CoApiProvisionerTarget.Resource, 1, 0, Texts{
			comity.CoApiProvisionerTarget.Mode: mode,
		}),
		IdentifierType: "uid",
		Server: Row(comity.HttpServer.Resource, 1, 0, Texts{
			comity.HttpServer.Serverurl: serverurl, comity.HttpServer.AuthType: comity.AuthNone,
		}),
		ServerType: comity.ServerHTTP, ServerActive: true,
		Secrets: map[*comity.Field]string{},
	}
}
