package comity_test

import (
	"fmt"

	"comity"
)

// A resource is a table of fields. A field's handle reads what a client sent and says what is wrong with it, and
// reads and writes the value of a record.
func Example() {
	f := comity.Cou
	_, wrong := f.Name.Read(comity.Scalar{Type: comity.TextScalar, Text: "Physics: particles"})
	fmt.Println(wrong)
	name, _ := f.Name.Read(comity.Scalar{Type: comity.TextScalar, Text: "Particles"})

	unit := comity.NewRecord(f.Resource)
	unit.SetInt(f.CoId, 2)
	unit.Set(f.Name, name)
	renamed := unit.Clone()
	renamed.SetText(f.Name, "Physics")
	fmt.Println(unit.Text(f.Name), "became", renamed.Text(f.Name), "- the same values:", renamed.Same(unit))
	fmt.Println("stored in", f.Resource.Table, "with a reference to a", f.ParentId.Refers().Singular)

	// Output:
	// The name may not contain ":"
	// Particles became Physics - the same values: false
	// stored in cous with a reference to a Cou
}
