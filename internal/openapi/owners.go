package openapi

import "comity"

// An owner is written as one object in answers, and taken as that object or by the flat name of
// the parent's id.

// shownOwner is the object that names what a record hangs on.
func shownOwner(f *comity.Field) *schema {
	return person(shownOwners(f), schemaRef("Id"))
}

// shownOwners are the owners that answers write as the object.
func shownOwners(f *comity.Field) []comity.OwnerType {
	var out []comity.OwnerType
	for _, o := range f.Owners {
		if !o.Flat {
			out = append(out, o)
		}
	}
	return out
}

func takenOwner(f *comity.Field, owners []comity.OwnerType) *schema {
	s := person(owners, takenID())
	s.Description = sentences(notes(f))
	return s
}

func takenID() *schema {
	return &schema{Type: types{"integer", "string"}, Pattern: "^" + idTakenPattern + "$"}
}

func person(owners []comity.OwnerType, id *schema) *schema {
	words := make([]string, len(owners))
	for i, o := range owners {
		words[i] = o.Word
	}
	s := &schema{Type: types{"object"}, Required: []string{"Type", "Id"}}
	s.Properties.put("Type", &schema{Type: types{"string"}, Enum: anys(words)})
	s.Properties.put("Id", id)
	return s
}

// flatOwner is the property that names an owner by its id alone.
func flatOwner(o comity.OwnerType, id *schema) *schema {
	id.Description = "The " + o.Target + " that it hangs on: short for Person with Type `" + o.Word + "`."
	return id
}

// oneOwner says that one of the ways to name an owner must be there.
func oneOwner(field string, flat []comity.OwnerType) []*schema {
	ways := []*schema{{Required: []string{field}}}
	for _, o := range flat {
		ways = append(ways, &schema{Required: []string{o.Name}})
	}
	return ways
}

// flatOwners are the owners that answers write by their flat name.
func flatOwners(f *comity.Field) []comity.OwnerType {
	var out []comity.OwnerType
	for _, o := range f.Owners {
		if o.Flat {
			out = append(out, o)
		}
	}
	return out
}
