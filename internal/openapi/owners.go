package openapi

import "comity"

// An owner is written as one object in answers, and accepted as that object or as the parent's id under its
// flat name.

// outputOwner returns the schema of the object that names a record's owner.
func outputOwner(f *comity.Field) *schema {
	return person(outputOwners(f), schemaRef("Id"))
}

// outputOwners returns the owner types that answers write as the object.
func outputOwners(f *comity.Field) []comity.OwnerType {
	var out []comity.OwnerType
	for _, o := range f.Owners {
		if !o.Flat {
			out = append(out, o)
		}
	}
	return out
}

func inputOwner(f *comity.Field, owners []comity.OwnerType) *schema {
	s := person(owners, inputId())
	s.Description = sentences(notes(f))
	return s
}

func inputId() *schema {
	return &schema{Type: types{"integer", "string"}, Pattern: "^" + idTakenPattern + "$"}
}

func person(owners []comity.OwnerType, id *schema) *schema {
	words := make([]string, len(owners))
	for i, o := range owners {
		words[i] = o.Word
	}
	s := &schema{Type: types{"object"}, Required: []string{"Type", "Id"}}
	s.Properties.put("Type", &schema{Type: types{"string"}, Enum: anyValues(words)})
	s.Properties.put("Id", id)
	return s
}

// flatOwner returns the property that names an owner by its id only.
func flatOwner(o comity.OwnerType, id *schema) *schema {
	id.Description = "The " + o.Target + " that it hangs on: short for Person with Type `" + o.Word + "`."
	return id
}

// oneOwner returns schemas of which one must match: the ways to name an owner.
func oneOwner(field string, flat []comity.OwnerType) []*schema {
	ways := []*schema{{Required: []string{field}}}
	for _, o := range flat {
		ways = append(ways, &schema{Required: []string{o.Name}})
	}
	return ways
}

// flatOwners returns the owner types that answers write by their flat name.
func flatOwners(f *comity.Field) []comity.OwnerType {
	var out []comity.OwnerType
	for _, o := range f.Owners {
		if o.Flat {
			out = append(out, o)
		}
	}
	return out
}
