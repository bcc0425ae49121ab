package connector

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"comity"
)

// PageSize is the most members, and the most owners, in one message about a group. A group with more is
// sent in pages.
const PageSize = 1000

// groupMessage is the JSON message about a group, or about a page of it.
type groupMessage struct {
	Meta  messageMeta `json:"meta"`
	Group group       `json:"group"`
}

type group struct {
	Meta groupMeta `json:"meta"`
	*groupAttributes
}

type groupMeta struct {
	Id           string `json:"id"`
	Created      string `json:"created,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Page         *page  `json:"page,omitempty"`
	Deleted      bool   `json:"deleted,omitempty"`
}

// page says which part of a group a message is.
type page struct {
	Of     string `json:"of"`
	Number int    `json:"number"`
	Count  int    `json:"count"`
}

// groupAttributes are the attributes of a group that a target with IncludeAttributes is sent.
type groupAttributes struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Status      string          `json:"status"`
	Open        bool            `json:"open,omitempty"`
	GroupType   string          `json:"groupType,omitempty"`
	CouId       int64           `json:"couId,omitempty"`
	Members     json.RawMessage `json:"members"`
	Owners      json.RawMessage `json:"owners,omitempty"`
}

var groupMessageMeta = messageMeta{Version: "1.0.0", ObjectType: "group"}

// groupTypes are the types of group in words.
var groupTypes = map[string]string{
	comity.GroupStandard: "standard", comity.GroupClusters: "clusters", comity.GroupAdmins: "admins",
	comity.GroupApprovers: "approvers", comity.GroupActive: "active members", comity.GroupMembers: "all members",
}

// pageId returns the identifier that a page of a group is sent under: the group's id for the first page.
func pageId(id int64, number int) string {
	if number == 1 {
		return strconv.FormatInt(id, 10)
	}
	return fmt.Sprintf("%d-%d", id, number)
}

// groupObjects returns the pages of a group. Each is sent as if it were a group of its own.
func groupObjects(s comity.Snapshot, withAttributes bool) ([]object, error) {
	if !withAttributes {
		return []object{{identifier: pageId(s.Subject.Id, 1), body: newGroupMessage(s, 1, 1)}}, nil
	}
	kept, err := keptOfGroup(s)
	if err != nil {
		return nil, err
	}
	count := max(1, pagesOf(s.Members), pagesOf(s.Owners))
	objects := make([]object, count)
	for i := range objects {
		m := newGroupMessage(s, i+1, count)
		m.Group.groupAttributes = newGroupAttributes(s)
		if m.Group.Members, err = encode(append([]string{}, part(s.Members, i)...)); err != nil {
			return nil, err
		}
		if owners := part(s.Owners, i); len(owners) > 0 {
			if m.Group.Owners, err = encode(owners); err != nil {
				return nil, err
			}
		}
		objects[i] = object{identifier: m.Group.Meta.Id, body: m, kept: kept}
	}
	return objects, nil
}

// keptOfGroup returns what is stored of all pages of a group: a digest of the members instead of their
// identifiers, which could have to be erased.
func keptOfGroup(s comity.Snapshot) ([]byte, error) {
	m := newGroupMessage(s, 1, 1)
	m.Group.groupAttributes = newGroupAttributes(s)
	m.Group.Members, m.Group.Owners = digest(s.Members), digest(s.Owners)
	return encode(m)
}

// digest returns the length and the hash of a list as a JSON string, by which two lists are compared.
func digest(list []string) json.RawMessage {
	h := sha256.New()
	for _, s := range list {
		fmt.Fprintf(h, "%q\n", s)
	}
	return json.RawMessage(fmt.Sprintf(`"%d, SHA-256 %x"`, len(list), h.Sum(nil)))
}

func newGroupMessage(s comity.Snapshot, number, count int) groupMessage {
	m := groupMessage{Meta: groupMessageMeta, Group: group{Meta: groupMeta{
		Id:           pageId(s.Subject.Id, number),
		Created:      timestamp(s.Group.Created),
		LastModified: lastModified(s.Group),
	}}}
	if count > 1 {
		m.Group.Meta.Page = &page{Of: pageId(s.Subject.Id, 1), Number: number, Count: count}
	}
	return m
}

func newGroupAttributes(s comity.Snapshot) *groupAttributes {
	f, rec := comity.CoGroup, s.Group
	return &groupAttributes{
		Name:        rec.Text(f.Name),
		Description: rec.Text(f.Description),
		Status:      statusWords(rec.Text(f.Status)),
		Open:        rec.Bool(f.Open),
		GroupType:   groupTypes[rec.Text(f.GroupType)],
		CouId:       rec.Int(f.CouId),
	}
}

func deletedGroupMessage(id string) groupMessage {
	return groupMessage{Meta: groupMessageMeta, Group: group{Meta: groupMeta{Id: id, Deleted: true}}}
}

func pagesOf(list []string) int { return (len(list) + PageSize - 1) / PageSize }

// part returns the elements of a list on page i, counted from 0.
func part(list []string, i int) []string {
	from := min(len(list), i*PageSize)
	return slices.Clip(list[from:min(len(list), from+PageSize)])
}
