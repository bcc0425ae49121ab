package comity

// CoGroupNesting makes the members of one group members of another, or with Negate keeps them out of it.
var CoGroupNesting = func() (t struct {
	*Resource
	CoGroupId, TargetCoGroupId, Negate *Field
},
) {
	t.Resource = resource("CoGroupNesting", "CoGroupNestings", "co_group_nestings").short("CGN").versioned().
		named("nested group", "nested groups").
		doc("Makes the members of one group count as members of another, or with Negate keeps them out of it. Nestings form no cycles.")
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").required().listed().
		label("Nested group").doc("The nested group.")
	t.TargetCoGroupId = t.reference("TargetCoGroupId", "CoGroup").required().listed().
		label("In group").doc("The group whose members the nested one's count as.")
	t.Negate = t.boolean("Negate").
		doc("Keeps the members of the nested group out instead.")
	return t
}()
