package wire_test

import (
	"testing"

	"comity"
	"comity/internal/wire"
)

func TestDecodeOwnerInJSON(t *testing.T) {
	owner := func(cell string) map[string]string { return map[string]string{"Person": cell} }
	for _, tt := range []decodeTest{
		{name: "object", res: name, cells: owner("CO 7"), body: `{"Version":"1.0","Person":{"Type":"CO","Id":"7"}}`},
		{name: "object with a number", res: name, cells: owner("Org 7"), body: `{"Version":"1.0","Person":{"Id":7,"Type":" Org "}}`},
		{name: "Group on input", res: identifier, cells: owner("Group 7"), body: `{"Version":"1.0","Person":{"Type":"Group","Id":"7"}}`},
		{name: "flat", res: name, cells: owner("CO 7"), body: `{"Version":"1.0","CoPersonId":"7"}`},
		{name: "flat beside null", res: name, cells: owner("Org 7"), body: `{"Version":"1.0","Person":null,"OrgIdentityId":7}`},
		{
			name: "flat beside an object that names nothing", res: name, cells: owner("CO 7"),
			body: `{"Version":"1.0","Person":{"Type":null,"Id":""},"CoPersonId":7}`,
		},
		{
			name: "first flat one with a value", res: identifier, cells: owner("Org 8"),
			body: `{"Version":"1.0","CoGroupId":9,"OrgIdentityId":"8","CoPersonId":null}`,
		},
		{
			name: "flat beside a field of the same shape", res: member, cells: map[string]string{"Person": "CO 7", "CoGroupId": "3"},
			body: `{"Version":"1.0","CoGroupId":"3","CoPersonId":"7"}`,
		},
		{name: "flat ones of a type it does not permit", res: name, cells: nil, body: `{"Version":"1.0","CoGroupId":"7"}`},
		{
			name: "fields of links stay fields", res: link, cells: map[string]string{"CoPersonId": "7", "OrgIdentityId": "8"},
			body: `{"Version":"1.0","CoPersonId":"7","OrgIdentityId":"8","Person":{"Type":"CO","Id":"9"}}`,
		},
		{
			name: "the object goes before the flat form", res: name, cells: owner("CO 7"),
			body: `{"Version":"1.0","OrgIdentityId":"8","Person":{"Type":"CO","Id":"7"}}`,
		},
		{
			name: "last of duplicates wins", res: name, cells: owner("CO 7"),
			body: `{"Version":"1.0","Person":{"Type":"Org","Id":1},"Person":3,"Person":{"Type":"Org","Type":"CO","Id":"7"}}`,
		},
		{
			name: "last of duplicates wins, also a null", res: name, cells: owner("empty"),
			body: `{"Version":"1.0","Person":{"Type":"Org","Id":1},"Person":null}`,
		},
		{name: "unknown ids", res: name, cells: owner("CO 0"), body: `{"Version":"1.0","Person":{"Type":"CO","Id":"seven"}}`},
		{name: "unknown flat id", res: name, cells: owner("CO 0"), body: `{"Version":"1.0","CoPersonId":"-7"}`},
		{name: "no Id is an unknown id", res: name, cells: owner("CO 0"), body: `{"Version":"1.0","Person":{"Type":"CO"}}`},
		{name: "missing", res: name, cells: nil, body: `{"Version":"1.0"}`},
		{name: "null", res: name, cells: owner("empty"), body: `{"Version":"1.0","Person":null}`},
		{name: "empty object", res: name, cells: owner("empty"), body: `{"Version":"1.0","Person":{}}`},
		{name: "flat null", res: name, cells: owner("empty"), body: `{"Version":"1.0","CoPersonId":null}`},
		{
			name: "no Type", res: name, body: `{"Version":"1.0","Person":{"Id":"7"}}`,
			fieldErrors: map[string]string{"person": "one of CO, Org"},
		},
		{
			name: "Type it does not permit", res: name, body: `{"Version":"1.0","Person":{"Type":"Group","Id":"7"},"CoPersonId":"7"}`,
			fieldErrors: map[string]string{"person": "one of CO, Org"},
		},
		{
			name: "Type of another kind", res: name, body: `{"Version":"1.0","Person":{"Type":{},"Id":"7"}}`,
			fieldErrors: map[string]string{"person": "one of CO, Org"},
		},
		{
			name: "Id of another kind", res: name, body: `{"Version":"1.0","Person":{"Type":"CO","Id":[7]}}`,
			fieldErrors: map[string]string{"person": "an id as its Id"},
		},
		{
			name: "flat id of another kind", res: name, body: `{"Version":"1.0","CoPersonId":true}`,
			fieldErrors: map[string]string{"person": "an id as its CoPersonId"},
		},
		{
			name: "number for an object", res: name, body: `{"Version":"1.0","Person":7,"CoPersonId":"7"}`,
			fieldErrors: map[string]string{"person": "an object with a Type (CO, Org) and an Id"},
		},
		{
			name: "list for an object", res: name, body: `{"Version":"1.0","Person":[{"Type":"CO","Id":"7"}]}`,
			fieldErrors: map[string]string{"person": "an object"},
		},
	} {
		tt.run(t, wire.JSON)
	}
}

func TestDecodeOwnerInXML(t *testing.T) {
	owner := func(cell string) map[string]string { return map[string]string{"Person": cell} }
	in := func(fields string) string { return `<Name Version="1.0">` + fields + `</Name>` }
	for _, tt := range []decodeTest{
		{name: "object", cells: owner("CO 7"), body: in("<Person>\n<Type>CO</Type> <Id>7</Id>\n</Person>")},
		{name: "flat", cells: owner("Org 7"), body: in(`<OrgIdentityId>7</OrgIdentityId>`)},
		{name: "flat beside an empty element", cells: owner("CO 7"), body: in(`<Person/><CoPersonId>7</CoPersonId>`)},
		{name: "empty", cells: owner("empty"), body: in(`<Person/>`)},
		{name: "empty Type and Id", cells: owner("empty"), body: in(`<Person><Type/><Id/></Person>`)},
		{name: "no Id is an unknown id", cells: owner("CO 0"), body: in(`<Person><Type>CO</Type></Person>`)},
		{name: "text for an object", body: in(`<Person>7</Person>`), fieldErrors: map[string]string{"person": "an object"}},
		{name: "elements in Type", body: in(`<Person><Type><b>CO</b></Type><Id>7</Id></Person>`), fieldErrors: map[string]string{"person": "one of CO, Org"}},
		{name: "elements in Id", body: in(`<Person><Type>CO</Type><Id><b/>7</Id></Person>`), fieldErrors: map[string]string{"person": "an id"}},
	} {
		tt.res = comity.Name.Resource
		tt.run(t, wire.XML)
	}
}
