package wire_test

import (
	"strings"
	"testing"

	"comity"
	"comity/internal/wire"
)

func TestDecodeJSON(t *testing.T) {
	physics := map[string]string{"CoId": "2", "Name": `"Physics"`}
	for _, tt := range []decodeTest{
		{
			name: "envelope", res: cou, cells: physics,
			body: `{"RequestType":"Cous","Version":"1.0","Cous":[{"Version":"1.0","CoId":"2","Name":"Physics"}]}`,
		},
		{
			name: "only the first element is used", res: cou, cells: physics,
			body: `{"Cous":[{"Version":"1.0","CoId":2,"Name":"Physics"},{"Version":"7","Name":"<"},3]}`,
		},
		{
			name: "element not in a list", res: cou, cells: physics,
			body: `{"RequestType":"Cous","Cous":{"Version":"1.0","CoId":"2","Name":"Physics"}}`,
		},
		{name: "bare element", res: cou, cells: physics, body: ` {"Version":"1.0","CoId":"2","Name":"Physics"} `},
		{name: "byte order mark", res: cou, cells: physics, body: "\uFEFF" + `{"Version":"1.0","CoId":"2","Name":"Physics"}`},
		{
			name: "space everywhere", res: cou, cells: physics,
			body: "{ \"Cous\" :\n[ {\t\"Version\" : \"1.0\" , \"CoId\" : 2 ,\r\n \"Name\" : \"Physics\" } , 1 ] }",
		},
		{
			name: "escapes in keys and values", res: cou, cells: map[string]string{"CoId": "2", "Name": `"é\tA\"😀�"`},
			body: `{"C\u006fus":[{"Version":"1\u002e0","CoId":2,"N\u0061me":"\u00e9\t\u0041\"\ud83d\ude00\ufffd"}]}`,
		},
		{
			name: "last of duplicate keys wins", res: cou, cells: physics,
			body: `{"Cous":[],"Cous":[{"Version":"2.0","Version":"1.0","Name":3,"CoId":"x","CoId":"2","Name":"Physics"}]}`,
		},
		{
			name: "keys are case-sensitive", res: cou, cells: map[string]string{"CoId": "2"},
			body: `{"Version":"1.0","coid":"3","CoId":2,"name":"Physics","NAME":"x"}`,
		},
		{
			name: "unknown fields, Id and what they hold are ignored", res: cou, cells: physics,
			body: `{"Version":"1.0","Id":"x","Zip":{"a":[1,{"b":"}]\"\\"}],"c":-1.5e3},"CoId":2,"Lft":[],"":null,"\ud800":1,"Name":"Physics"}`,
		},
		{
			name: "read-only fields are ignored", res: group, cells: map[string]string{"Open": "1"},
			body: `{"Version":"1.0","Auto":"nonsense","Open":true}`,
		},
		{
			name: "a generated key is ignored", res: comity.ApiUser.Resource, cells: map[string]string{"Username": `"co_2.x"`},
			body: `{"Version":"1.0","ApiKey":"mine","Username":"co_2.x"}`,
		},
		{
			name: "a secret goes in", res: httpServer, cells: map[string]string{"Password": `"p<w>d"`},
			body: `{"Version":"1.0","Password":"p<w>d"}`,
		},
		{
			name: "null and blank clear, but a blank text is kept", res: role,
			cells: map[string]string{"CouId": "empty", "Title": "empty", "O": `""`, "Ordr": "empty", "ValidFrom": "empty", "Status": "empty"},
			body:  `{"Version":"1.0","CouId":null,"Title":null,"O":" ","Ordr":"","ValidFrom":null,"Status":""}`,
		},
		{
			name: "values and their texts", res: role,
			cells: map[string]string{"CouId": "5", "Ordr": "-3", "ValidFrom": "86400", "Status": `"Active"`},
			body:  `{"Version":"1.0","CouId":"5","Ordr":-3,"ValidFrom":"1970-01-02T00:00:00Z","Status":"A"}`,
		},
		{
			name: "booleans and their texts", res: group, cells: map[string]string{"Open": "1", "NestingModeAll": "0"},
			body: `{"Version":"1.0","Open":"1","NestingModeAll":false}`,
		},
		{
			name: "an id that is no number is an unknown id", res: cou, cells: map[string]string{"CoId": "0", "ParentId": "0"},
			body: `{"Version":"1.0","CoId":"two","ParentId":99999999999999999999}`,
		},
		{name: "Version as a number", res: cou, cells: map[string]string{"Name": `"x"`}, body: `{"Version":1.0,"Name":"x"}`},
		{
			name: "no Version", res: cou, cells: map[string]string{"Name": `"x"`}, body: `{"Version_":"1.0","Name":"x"}`,
			fieldErrors: map[string]string{"Version": "1.0"},
		},
		{
			name: "the Version of the envelope does not count", res: cou, body: `{"Version":"1.0","Cous":[{}]}`,
			fieldErrors: map[string]string{"Version": "1.0"},
		},
		{name: "Version of another kind", res: cou, body: `{"Version":["1.0"]}`, fieldErrors: map[string]string{"Version": "1.0"}},
		{
			name: "all field errors together", res: role, cells: map[string]string{"Title": `"Dean"`},
			body: `{"Version":"2.0","Title":"Dean","O":"<b>","Ordr":"x","ValidFrom":"yesterday","Status":"Bogus","CouId":true,"Ou":false}`,
			fieldErrors: map[string]string{
				"Version": "1.0", "o": `"<"`, "ordr": "whole number", "valid_from": "time in UTC", "status": `PendingVetting, Suspended, not "Bogus"`,
				"cou_id": "an id", "ou": "a text",
			},
		},
		{
			name: "objects and lists are no values", res: cou,
			body:        `{"Version":"1.0","Name":{"a":1},"CoId":[2]}`,
			fieldErrors: map[string]string{"name": "single value of valid Unicode: a text", "co_id": "single value of valid Unicode: an id"},
		},
		{
			name: "a number is the text that it is written as", res: role, cells: map[string]string{"Title": `"12345.60"`, "O": `"1E+400"`, "Ou": `"-0"`},
			body: `{"Version":"1.0","Title":12345.60,"O":1E+400,"Ou":-0}`,
		},
		{
			name: "a whole number may have decimals", res: role, cells: map[string]string{"Ordr": "-7", "CouId": "9007199254740992", "ManagerCoPersonId": "0", "Person": "CO 8"},
			body: `{"Version":"1.0","Ordr":-7.00,"CouId":9007199254740992.0,"ManagerCoPersonId":9007199254740993.0,"Person":{"Type":"CO","Id":8.0}}`,
		},
		{
			name: "a number that is not whole is no id", res: role,
			body:        `{"Version":"1.0","Ordr":1e3,"CouId":1e3,"ManagerCoPersonId":2.5,"CoPersonId":8.5}`,
			fieldErrors: map[string]string{"ordr": "a whole number", "cou_id": "an id", "manager_co_person_id": "an id", "person": "an id"},
		},
		{name: "an empty list is a record that names nothing", res: cou, body: `{"RequestType":"Cous","Version":"1.0","Cous":[ ]}`, fieldErrors: map[string]string{"Version": "1.0"}},
		{
			name: "bytes that are no Unicode spoil their field only", res: cou, cells: map[string]string{"CoId": "2"},
			body:        "{\"Version\":\"1.0\",\"CoId\":2,\"Name\":\"a\xffb\",\"x\xff\":1}",
			fieldErrors: map[string]string{"name": "Unicode"},
		},
		{
			name: "half a surrogate spoils its field only", res: name, cells: map[string]string{"Given": `"\\ud800"`},
			body: `{"Version":"1.0","Given":"\\ud800","Family":"a\uDC00b","Middle":"\ud800","Suffix":"\ud800\u0041",` +
				`"Honorific":"\ud800x12345","Type":"\udc00\ud800"}`,
			fieldErrors: map[string]string{"family": "Unicode", "middle": "Unicode", "suffix": "Unicode", "honorific": "Unicode", "type": "Unicode"},
		},
		{name: "nesting within the limit", res: cou, body: `{"Version":"1.0","Zip":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`},
		{
			name: "brackets in texts do not nest", res: cou, cells: map[string]string{"Description": `"` + strings.Repeat("[{", 60) + `"`},
			body: `{"Version":"1.0","Description":"` + strings.Repeat("[{", 60) + `"}`,
		},
	} {
		tt.run(t, wire.JSON)
	}
}

func TestDecodeJSONRefusesWhatItCannotRead(t *testing.T) {
	deep := strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000)
	for title, body := range map[string]string{
		"nothing":                    "",
		"blanks":                     " \r\n\t ",
		"byte order mark alone":      "\uFEFF",
		"words":                      "Cous",
		"half an object":             `{"Cous":[{"Version":"1.0"`,
		"rubbish behind":             `{"Version":"1.0"} x`,
		"second value behind":        `{"Version":"1.0"}{"Version":"1.0"}`,
		"form values":                `Version=1.0&Name=x`,
		"comma too many":             `{"Version":"1.0",}`,
		"control character in text":  "{\"Version\":\"1.0\",\"Name\":\"a\nb\"}",
		"bytes that are no JSON":     "{\"Version\":\"1.0\"\xff}",
		"list":                       `[{"Version":"1.0","Name":"x"}]`,
		"text":                       `"Cous"`,
		"null":                       `null`,
		"number":                     `1.0`,
		"list of numbers":            `{"Cous":[1]}`,
		"list of lists":              `{"Cous":[[{"Version":"1.0"}]]}`,
		"null for a list":            `{"Cous":null}`,
		"text for a list":            `{"Cous":"Physics"}`,
		"envelope without a list":    `{"RequestType":"Cous","Version":"1.0"}`,
		"envelope of another kind":   `{"RequestType":"Names","Version":"1.0","Names":[{"Version":"1.0"}]}`,
		"too deep":                   `{"Version":"1.0","Zip":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`,
		"deep enough for a stack":    deep,
		"deep and not even closed":   deep[:1_000_000],
		"deep in an ignored element": `{"Cous":[{"Version":"1.0"},` + deep + `]}`,
	} {
		t.Run(title, func(t *testing.T) {
			in, err := wire.Decode(wire.JSON, cou, []byte(body))
			checkMalformed(t, in, err)
		})
	}
}
