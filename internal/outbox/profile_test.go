package outbox_test

import (
	"comity"
	"comity/internal/registry/view"
)

// profile is a person with every record that a message shows.
type profile struct {
	*fixture

	person, identifier, name, mail, url, role, address, phone, membership int64
	// group is the one that the membership is in; the role is in the unit.
	group, unit int64
}

// profile adds such a person.
func (w *fixture) profile(uid string) *profile {
	w.t.Helper()
	s := &profile{fixture: w}
	s.group = w.group("readers")
	s.unit = w.add(comity.Cou.Resource, values{comity.Cou.Name: "lab"})
	s.person = w.person("")
	s.identifier = w.identifier(s.person, uid)
	s.name = w.add(comity.Name.Resource, s.aName("Grace"))
	s.mail = w.add(comity.EmailAddress.Resource, s.aMail("grace@example.org"))
	s.url = w.add(comity.Url.Resource, s.aUrl("https://example.org/grace"))
	s.role = w.add(comity.CoPersonRole.Resource, s.aRole("Professor"))
	s.address = w.add(comity.Address.Resource, s.anAddress("1 Main St"))
	s.phone = w.add(comity.TelephoneNumber.Resource, s.aPhone("1234567"))
	s.membership = w.add(comity.CoGroupMember.Resource, s.aMembership(s.group))
	return s
}

func (w *fixture) group(name string) int64 {
	w.t.Helper()
	return w.add(comity.CoGroup.Resource, values{comity.CoGroup.Name: name, comity.CoGroup.Status: comity.Active})
}

func (s *profile) aName(given string) values {
	f := comity.Name
	return values{f.Given: given, f.Type: "official", f.Person: of(comity.OwnerCO, s.person)}
}

func (s *profile) aMail(mail string) values {
	f := comity.EmailAddress
	return values{f.Mail: mail, f.Type: "official", f.Person: of(comity.OwnerCO, s.person)}
}

func (s *profile) aUrl(url string) values {
	f := comity.Url
	return values{f.Url: url, f.Type: "official", f.Person: of(comity.OwnerCO, s.person)}
}

func (s *profile) aRole(title string) values {
	f := comity.CoPersonRole
	return values{
		f.Title: title, f.Affiliation: "staff", f.Status: comity.Active, f.CouId: s.unit,
		f.Person: of(comity.OwnerCO, s.person),
	}
}

func (s *profile) anAddress(street string) values {
	f := comity.Address
	return values{f.Street: street, f.Type: "office", f.Person: of(comity.OwnerRole, s.role)}
}

func (s *profile) aPhone(number string) values {
	f := comity.TelephoneNumber
	return values{f.Number: number, f.Type: "office", f.Person: of(comity.OwnerRole, s.role)}
}

func (s *profile) aMembership(group int64) values {
	f := comity.CoGroupMember
	return values{f.CoGroupId: group, f.Member: true, f.Person: of(comity.OwnerCO, s.person)}
}

func (s *profile) status(status string) {
	s.t.Helper()
	s.edit(comity.CoPerson.Resource, s.person, values{comity.CoPerson.Status: status})
}

func (s *profile) badge(id string) values {
	f := comity.Identifier
	return values{f.Identifier: id, f.Type: "badge", f.Status: comity.Active, f.Person: of(comity.OwnerCO, s.person)}
}

// joins makes the person a member of a new group.
func (s *profile) joins(name string) (group, membership int64) {
	s.t.Helper()
	group = s.fixture.group(name)
	return group, s.add(comity.CoGroupMember.Resource, s.aMembership(group))
}

func (s *profile) roles() []*comity.Record {
	s.t.Helper()
	roles, err := s.reader.List(s.t.Context(), caller, view.ListQuery{Resource: comity.CoPersonRole.Resource}.Of(comity.CoPerson.Resource, s.person))
	if err != nil {
		s.t.Fatal(err)
	}
	return roles.Records
}
