package connector

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"

	"comity"
)

// message is the JSON message about a person.
type message struct {
	Meta   messageMeta `json:"meta"`
	Person person      `json:"person"`
}

type messageMeta struct {
	Version    string `json:"version"`
	ObjectType string `json:"objectType"`
}

type person struct {
	Meta personMeta `json:"meta"`
	*attributes
}

type personMeta struct {
	Id           string `json:"id"`
	Created      string `json:"created,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Deleted      bool   `json:"deleted,omitempty"`
}

// attributes are the attributes of a person that a target with IncludeAttributes is sent.
type attributes struct {
	Status         string         `json:"status,omitempty"`
	Names          []name         `json:"names"`
	Identifiers    []identifier   `json:"identifiers"`
	EmailAddresses []emailAddress `json:"emailAddresses"`
	Urls           []webAddress   `json:"urls"`
	Roles          []role         `json:"roles,omitempty"`
	DateOfBirth    string         `json:"dateOfBirth,omitempty"`
	Members        []string       `json:"members,omitempty"`
}

// rowMeta is the bookkeeping of a row in a message.
type rowMeta struct {
	Id           string `json:"id"`
	Created      string `json:"created,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Revision     int64  `json:"revision,omitempty"`
}

var personMessageMeta = messageMeta{Version: "1.0.0", ObjectType: "person"}

func personMessage(id string, s comity.Snapshot, withAttributes bool) message {
	m := message{Meta: personMessageMeta, Person: person{Meta: personMeta{
		Id:           id,
		Created:      timestamp(s.Person.Created),
		LastModified: lastModified(s.Person),
	}}}
	if withAttributes {
		m.Person.attributes = &attributes{
			Status:         statusWords(s.Person.Text(comity.CoPerson.Status)),
			Names:          each(s.Names, newName),
			Identifiers:    each(s.Identifiers, newIdentifier),
			EmailAddresses: each(s.EmailAddresses, newEmailAddress),
			Urls:           each(s.Urls, newWebAddress),
			Roles:          each(s.Roles, newRole),
			DateOfBirth:    s.Person.Text(comity.CoPerson.DateOfBirth),
			Members:        given(s.Members...),
		}
	}
	return m
}

func deletedMessage(id string) message {
	return message{Meta: personMessageMeta, Person: person{Meta: personMeta{Id: id, Deleted: true}}}
}

func encode(m any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func newRowMeta(rec *comity.Record) rowMeta {
	_, revision := rec.LastChange()
	return rowMeta{
		Id:           strconv.FormatInt(rec.Id, 10),
		Created:      timestamp(rec.Created),
		LastModified: lastModified(rec),
		Revision:     revision,
	}
}

// lastModified returns when a value of a record last changed. It is not the time of the last edit, so
// that an edit without a change leaves the message the same.
func lastModified(rec *comity.Record) string {
	at, _ := rec.LastChange()
	return timestamp(at)
}

// each builds a list of objects: [] rather than null where there are none.
func each[From, To any](rows []From, build func(From) To) []To {
	list := make([]To, len(rows))
	for i, row := range rows {
		list[i] = build(row)
	}
	return list
}

// given returns those of the texts that are not empty.
func given(texts ...string) []string {
	var list []string
	for _, s := range texts {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

// timestamp formats a time as RFC 3339 in UTC to the second, the zero time as "".
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// statusWords returns a status in lower-case words: GracePeriod is "grace period".
func statusWords(status string) string {
	var b strings.Builder
	for i, r := range status {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
