package connector

import (
	"strings"

	"comity"
)

type role struct {
	Meta             rowMeta           `json:"meta"`
	CouId            *int64            `json:"couId,omitempty"`
	Title            string            `json:"title,omitempty"`
	Organization     string            `json:"organization,omitempty"`
	Department       string            `json:"department,omitempty"`
	ValidFrom        string            `json:"validFrom,omitempty"`
	ValidThrough     string            `json:"validThrough,omitempty"`
	Affiliation      string            `json:"affiliation,omitempty"`
	Rank             *int64            `json:"rank,omitempty"`
	Addresses        []address         `json:"addresses"`
	TelephoneNumbers []telephoneNumber `json:"telephoneNumbers"`
	Status           string            `json:"status,omitempty"`
}

func newRole(s comity.RoleSnapshot) role {
	f, rec := comity.CoPersonRole, s.Role
	return role{
		Meta:             newRowMeta(rec),
		CouId:            number(rec, f.CouId),
		Title:            rec.Text(f.Title),
		Organization:     rec.Text(f.O),
		Department:       rec.Text(f.Ou),
		ValidFrom:        timestamp(rec.Time(f.ValidFrom)),
		ValidThrough:     timestamp(rec.Time(f.ValidThrough)),
		Affiliation:      rec.Text(f.Affiliation),
		Rank:             number(rec, f.Ordr),
		Addresses:        each(s.Addresses, newAddress),
		TelephoneNumbers: each(s.TelephoneNumbers, newTelephoneNumber),
		Status:           statusWords(rec.Text(f.Status)),
	}
}

// number returns a field's number, nil without a value: 0 is a value here.
func number(rec *comity.Record, f *comity.Field) *int64 {
	if !rec.Has(f) {
		return nil
	}
	return new(rec.Int(f))
}

type address struct {
	Meta          rowMeta `json:"meta"`
	StreetAddress string  `json:"streetAddress,omitempty"`
	Room          string  `json:"room,omitempty"`
	Locality      string  `json:"locality,omitempty"`
	Region        string  `json:"region,omitempty"`
	PostalCode    string  `json:"postalCode,omitempty"`
	Country       string  `json:"country,omitempty"`
	Language      string  `json:"language,omitempty"`
	Formatted     string  `json:"formatted,omitempty"`
	Type          string  `json:"type,omitempty"`
}

func newAddress(rec *comity.Record) address {
	f := comity.Address
	a := address{
		Meta:          newRowMeta(rec),
		StreetAddress: rec.Text(f.Street),
		Room:          rec.Text(f.Room),
		Locality:      rec.Text(f.Locality),
		Region:        rec.Text(f.State),
		PostalCode:    rec.Text(f.PostalCode),
		Country:       rec.Text(f.Country),
		Language:      rec.Text(f.Language),
		Type:          rec.Text(f.Type),
	}
	a.Formatted = strings.Join(given(a.StreetAddress, a.Locality, a.Region, a.PostalCode, a.Country), ", ")
	return a
}

type telephoneNumber struct {
	Meta   rowMeta `json:"meta"`
	Number string  `json:"number,omitempty"`
	Type   string  `json:"type,omitempty"`
}

func newTelephoneNumber(rec *comity.Record) telephoneNumber {
	f := comity.TelephoneNumber
	country, extension := rec.Text(f.CountryCode), rec.Text(f.Extension)
	if country != "" {
		// A country code may be stored with its plus; it gets no second one.
		country = "+" + strings.TrimPrefix(country, "+")
	}
	if extension != "" {
		extension = "x" + extension
	}
	return telephoneNumber{
		Meta:   newRowMeta(rec),
		Number: strings.Join(given(country, rec.Text(f.AreaCode), rec.Text(f.Number), extension), " "),
		Type:   rec.Text(f.Type),
	}
}
