package comity

// CoGroupNesting makes the members of one group members of another, or with Negate keeps them out of it.
var CoGroupNesting = func() (t struct {
	*Resource
	CoGroupId, TargetCoGroupId, Negate *Field
},
) {
	t.Resource = resource("CoGroupNesting", "CoGroupNestings", "co_group_nestings").short("CGN").versioned()
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").required().listed()
	t.TargetCoGroupId = t.reference("TargetCoGroupId", "CoGroup").required().listed()
	t.Negate = t.boolean("Negate")
	return t
}()
