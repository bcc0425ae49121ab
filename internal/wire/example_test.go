package wire_test

import (
	"fmt"

	"comity"
	"comity/internal/wire"
)

// A request's body becomes a record, with an error for each field that cannot be read, and a record becomes an
// answer in either format.
func Example() {
	format, _ := wire.ParseFormat("json")
	in, err := wire.Decode(format, comity.CoPersonRole.Resource, []byte(`{"RequestType":"CoPersonRoles","Version":"1.0","CoPersonRoles":[
		{"Version":"1.0","Person":{"Type":"CO","Id":"7"},"Title":"Engineer","Affiliation":"staff","Ordr":"first"}]}`))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("Title is", in.Record.Text(comity.CoPersonRole.Title))
	for _, e := range in.FieldErrors {
		fmt.Printf("%s: %s\n", e.Field, e.Sentence)
	}
	fmt.Println(string(wire.AppendNewObject(nil, format, comity.CoPersonRole.Resource, 12, "")))

	// Output:
	// Title is Engineer
	// ordr: The ordr must be a whole number
	// {"ResponseType":"NewObject","Version":"1.0","ObjectType":"CoPersonRole","Id":"12"}
}
