package connector

import (
	"strings"

	"comity"
)

type name struct {
	Meta      rowMeta `json:"meta"`
	Prefix    string  `json:"prefix,omitempty"`
	Given     string  `json:"given,omitempty"`
	Middle    string  `json:"middle,omitempty"`
	Family    string  `json:"family,omitempty"`
	Suffix    string  `json:"suffix,omitempty"`
	Language  string  `json:"language,omitempty"`
	Formatted string  `json:"formatted,omitempty"`
	Type      string  `json:"type,omitempty"`
}

func newName(rec *comity.Record) name {
	f := comity.Name
	n := name{
		Meta:     newRowMeta(rec),
		Prefix:   rec.Text(f.Honorific),
		Given:    rec.Text(f.Given),
		Middle:   rec.Text(f.Middle),
		Family:   rec.Text(f.Family),
		Suffix:   rec.Text(f.Suffix),
		Language: rec.Text(f.Language),
		Type:     rec.Text(f.Type),
	}
	n.Formatted = strings.Join(given(n.Given, n.Middle, n.Family, n.Suffix), " ")
	return n
}

type identifier struct {
	Meta       rowMeta `json:"meta"`
	Identifier string  `json:"identifier,omitempty"`
	Type       string  `json:"type,omitempty"`
}

func newIdentifier(rec *comity.Record) identifier {
	return identifier{
		Meta:       newRowMeta(rec),
		Identifier: rec.Text(comity.Identifier.Identifier),
		Type:       rec.Text(comity.Identifier.Type),
	}
}

type emailAddress struct {
	Meta     rowMeta `json:"meta"`
	Address  string  `json:"address,omitempty"`
	Verified bool    `json:"verified,omitempty"`
	Type     string  `json:"type,omitempty"`
}

func newEmailAddress(rec *comity.Record) emailAddress {
	return emailAddress{
		Meta:     newRowMeta(rec),
		Address:  rec.Text(comity.EmailAddress.Mail),
		Verified: rec.Bool(comity.EmailAddress.Verified),
		Type:     rec.Text(comity.EmailAddress.Type),
	}
}

type webAddress struct {
	Meta rowMeta `json:"meta"`
	Url  string  `json:"url,omitempty"`
	Type string  `json:"type,omitempty"`
}

func newWebAddress(rec *comity.Record) webAddress {
	return webAddress{
		Meta: newRowMeta(rec),
		Url:  rec.Text(comity.Url.Url),
		Type: rec.Text(comity.Url.Type),
	}
}
