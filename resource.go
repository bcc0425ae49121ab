package comity

import "strings"

// Resource is one kind of record: its names and its fields.
type Resource struct {
	// Singular and Plural are its names on the wire: Cou, Cous.
	Singular, Plural string
	// Path is its path below the API root: cous.
	Path string
	// Table is its table in the database, the last part of Path.
	Table string
	// InHistory resources have no table of their own: their records are the history, told in words.
	InHistory bool
	// Short are the three letters by which an Action of the history calls it: NAM in ANAM.
	Short string
	// Noun is how an answer calls it as the parent of a list, as in "CO Person Unknown".
	Noun string
	// One and Many are what people call its records: "unit", "units". AddText is what the button says
	// that adds one, "" where that is "Add unit".
	One, Many, AddText string
	// Doc are sentences that say what a record is, in Markdown. Purpose is one for who looks for where
	// something is done, "" where nobody does.
	Doc, Purpose string
	// Versioned resources show Revision, Deleted and ActorIdentifier.
	Versioned bool
	// Provisioned says that a provisioned person's message shows these records.
	Provisioned bool
	// Dated says that messages tell when a value that they show of such a record changed last.
	Dated bool
	// Fields are its fields in the order of the wire.
	Fields []*Field
	// Uniques are the values that no two of its records share.
	Uniques []Unique
	// Queries are the parameters of its lists that are no fields: owner, search.identifier.
	Queries []string
	// Tied is the singular name of the resource that lists are by without a field that names it: the two
	// are tied by the records of a third.
	Tied string
	// StrictQuery makes a list parameter that does not exist an error instead of nothing.
	StrictQuery bool
	// EmptyLists says that a list by a parent that has none is an empty list and not "no content".
	EmptyLists bool
	// AddAndView resources are never edited or deleted by a request.
	AddAndView bool
	// UnknownOnView, UnknownOnEdit and UnknownOnDelete are the phrases for an id that is not there.
	UnknownOnView, UnknownOnEdit, UnknownOnDelete string

	checks []func(*Record) []Fault
}

// Unique says that no two records have the same values.
type Unique struct {
	// Phrase is what a second one is refused with.
	Phrase string
	// PerCO compares the records of one CO only.
	PerCO bool
	// Fields are compared together.
	Fields []*Field
	// NotOwned is the owner type whose records are not compared ("Org"), if any.
	NotOwned string
	// Unset is a reference whose records are not compared when it has a value, nil where all are.
	Unset *Field
	// Names is the field whose value the answer names, nil where the phrase says it all.
	Names *Field
}

func resource(singular, plural, path string) *Resource {
	unknown := singular + " Unknown"
	return &Resource{
		Singular: singular, Plural: plural, Path: path, Table: path[strings.LastIndexByte(path, '/')+1:],
		Noun: singular, UnknownOnView: unknown, UnknownOnEdit: unknown, UnknownOnDelete: unknown,
	}
}

func (r *Resource) versioned() *Resource   { r.Versioned = true; return r }
func (r *Resource) provisioned() *Resource { r.Provisioned = true; return r }
func (r *Resource) dated() *Resource       { r.Dated = true; return r }

func (r *Resource) short(letters string) *Resource { r.Short = letters; return r }

func (r *Resource) inHistory() *Resource {
	r.Table, r.InHistory = "history", true
	return r
}

func (r *Resource) called(noun string) *Resource { r.Noun = noun; return r }

func (r *Resource) unknown(view, edit, del string) *Resource {
	r.UnknownOnView, r.UnknownOnEdit, r.UnknownOnDelete = view, edit, del
	return r
}

func (r *Resource) queries(keys ...string) *Resource { r.Queries = keys; return r }

func (r *Resource) tiedTo(singular string) *Resource { r.Tied = singular; return r }

func (r *Resource) addAndView() *Resource { r.AddAndView = true; return r }

func (r *Resource) emptyLists() *Resource { r.EmptyLists = true; return r }

func (r *Resource) strictQuery() *Resource { r.StrictQuery = true; return r }

func (r *Resource) unique(u Unique) { r.Uniques = append(r.Uniques, u) }

// must adds a check over several fields of a record as it would be written.
func (r *Resource) must(check func(*Record) []Fault) { r.checks = append(r.checks, check) }

func (r *Resource) add(name string, kind Kind) *Field {
	f := &Field{Name: name, Column: underscore(name), Kind: kind, resource: r, index: len(r.Fields)}
	r.Fields = append(r.Fields, f)
	return f
}

func (r *Resource) text(name string, limit int) *Field {
	f := r.add(name, Text)
	f.Max = limit
	return f
}

func (r *Resource) secret(name string, limit int) *Field {
	f := r.add(name, Secret).markup()
	f.Max = limit
	return f
}

func (r *Resource) integer(name string) *Field { return r.add(name, Integer) }
func (r *Resource) boolean(name string) *Field { return r.add(name, Boolean).defaults(BoolCell(false)) }
func (r *Resource) time(name string) *Field    { return r.add(name, Time) }
func (r *Resource) date(name string) *Field    { return r.add(name, Date) }

func (r *Resource) code(name string, words ...Word) *Field {
	f := r.add(name, Code)
	f.Words = words
	return f
}

func (r *Resource) reference(name, target string) *Field {
	f := r.add(name, Reference)
	f.Target = target
	return f
}

// co is the reference to the CO that a record belongs to.
func (r *Resource) co() *Field {
	return r.reference("CoId", "Co").required().fixed().listed()
}

func (r *Resource) owner(types ...OwnerType) *Field {
	f := r.add("Person", Owner).required()
	f.Owners = types
	return f
}

// validity adds ValidFrom and ValidThrough, which must come in that order.
func (r *Resource) validity() (from, through *Field) {
	from, through = r.time("ValidFrom"), r.time("ValidThrough").ends()
	r.must(func(rec *Record) []Fault {
		if !rec.Has(from) || !rec.Has(through) || rec.Int(from) < rec.Int(through) {
			return nil
		}
		return []Fault{
			{from.Column, "The start of the validity must come before its end"},
			{through.Column, "The end of the validity must come after its start"},
		}
	})
	return from, through
}

// Field returns the field of that wire name, nil if the resource has none.
func (r *Resource) Field(name string) *Field {
	for _, f := range r.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Owner returns the field that names what the record hangs on, nil if there is none.
func (r *Resource) Owner() *Field {
	for _, f := range r.Fields {
		if f.Kind == Owner {
			return f
		}
	}
	return nil
}

// CoId returns the field that names the record's CO, nil where the CO follows from another field.
func (r *Resource) CoId() *Field {
	if f := r.Field("CoId"); f != nil && f.Kind == Reference {
		return f
	}
	return nil
}

// Anchor returns the field that the record's CO follows from: CoId, the owner, or else the
// first required reference; nil for the CO itself.
func (r *Resource) Anchor() *Field {
	if f := r.CoId(); f != nil {
		return f
	}
	if f := r.Owner(); f != nil {
		return f
	}
	for _, f := range r.Fields {
		if f.Kind == Reference && f.Required {
			return f
		}
	}
	return nil
}

// Anchor returns the field that the record's CO follows from: its resource's, or else the first
// reference that it has; nil for the CO itself, and for a record that refers to nothing.
func (r *Record) Anchor() *Field {
	if f := r.Resource.Anchor(); f != nil || r.Resource == Co.Resource {
		return f
	}
	for i, f := range r.Resource.Fields {
		if f.Kind == Reference && r.cells[i].HasValue() {
			return f
		}
	}
	return nil
}

// Check returns what is wrong with a record that does not need the database to be seen.
func (r *Resource) Check(rec *Record) []Fault {
	var faults []Fault
	for _, check := range r.checks {
		faults = append(faults, check(rec)...)
	}
	return faults
}
