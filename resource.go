package comity

import "strings"

// Resource is a kind of record: its names, its fields and its rules.
type Resource struct {
	// Singular and Plural are its names on the wire: Cou, Cous.
	Singular, Plural string
	// Path is its path below the API root: cous.
	Path string
	// Table is its table in the database, the last part of Path.
	Table string
	// InHistory resources have no table of their own: their records are the rows of the history, in words.
	InHistory bool
	// Short are its three letters in an Action of the history: NAM in ANAM.
	Short string
	// Noun is its name as the parent of a list in an answer, as in "CO Person Unknown".
	Noun string
	// One and Many are its names for people: "unit", "units". AddText is the text of the button that
	// adds one, "" for the usual "Add unit".
	One, Many, AddText string
	// Doc describes a record, in Markdown. Purpose is a sentence for people who look for the page where
	// something is done, "" where it is not listed there.
	Doc, Purpose string
	// Versioned resources show Revision, Deleted and ActorIdentifier.
	Versioned bool
	// Provisioned says that a provisioned person's message shows these records.
	Provisioned bool
	// Dated says that messages have a lastModified of each such record, the time of the last change of a
	// value in them.
	Dated bool
	// Fields are its fields in the order of the wire.
	Fields []*Field
	// Uniques are the uniqueness rules of its records.
	Uniques []Unique
	// Queries are the query parameters of its lists that are not fields: owner, search.identifier.
	Queries []string
	// Tied is the singular name of a resource by which lists are possible although no field names it: the
	// records of a third resource connect the two.
	Tied string
	// StrictQuery makes an unknown query parameter of a list an error; otherwise it is ignored.
	StrictQuery bool
	// EmptyLists says that the answer to a list by a parent without records is an empty list instead of
	// "no content".
	EmptyLists bool
	// AppendOnly resources are append-only: no request edits or deletes them.
	AppendOnly bool
	// UnknownOnView, UnknownOnEdit and UnknownOnDelete are the phrases for an unknown id.
	UnknownOnView, UnknownOnEdit, UnknownOnDelete Phrase

	// Plugin is, of the settings of provisioning targets, the Plugin of these targets; "" for other resources.
	Plugin string
	// Heading is, of the addresses of servers, the title of this part of a server's form.
	Heading string
	// ServerType is, of the addresses of servers, the type of these servers; "" for other resources.
	ServerType string
	// Login is how its records log in to a server, nil where they do not.
	Login *Login

	checks []func(*Record) []FieldError
}

// Unique is the rule that no two records have the same values in Fields.
type Unique struct {
	// Phrase is the refusal of a second record.
	Phrase Phrase
	// PerCO compares only the records of one CO.
	PerCO bool
	// Fields are the fields whose values together must be unique.
	Fields []*Field
	// NotOwned is the owner type whose records are not compared ("Org"), if any.
	NotOwned string
	// Unset is a reference; records in which it has a value are not compared. It is nil where all are.
	Unset *Field
	// Names is the field whose value the answer contains, nil where the phrase says it all.
	Names *Field
}

func resource(singular, plural, path string) *Resource {
	unknown := unknownPhrase(singular)
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

func (r *Resource) unknown(view, edit, del Phrase) *Resource {
	r.UnknownOnView, r.UnknownOnEdit, r.UnknownOnDelete = view, edit, del
	return r
}

func (r *Resource) queries(keys ...string) *Resource { r.Queries = keys; return r }

func (r *Resource) tiedTo(singular string) *Resource { r.Tied = singular; return r }

func (r *Resource) appendOnly() *Resource { r.AppendOnly = true; return r }

func (r *Resource) emptyLists() *Resource { r.EmptyLists = true; return r }

func (r *Resource) strictQuery() *Resource { r.StrictQuery = true; return r }

func (r *Resource) unique(u Unique) { r.Uniques = append(r.Uniques, u) }

// must adds a check of several fields of a record, with the values that would be written.
func (r *Resource) must(check func(*Record) []FieldError) { r.checks = append(r.checks, check) }

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

// co adds the reference to the CO that a record belongs to.
func (r *Resource) co() *Field {
	return r.reference("CoId", "Co").required().immutable().listed()
}

func (r *Resource) owner(types ...OwnerType) *Field {
	f := r.add("Person", Owner).required()
	f.Owners = types
	return f
}

// validity adds ValidFrom and ValidThrough; the first must not be after the second.
func (r *Resource) validity() (from, through *Field) {
	from, through = r.time("ValidFrom"), r.time("ValidThrough").ends()
	r.must(func(rec *Record) []FieldError {
		if !rec.Has(from) || !rec.Has(through) || rec.Int(from) < rec.Int(through) {
			return nil
		}
		return []FieldError{
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

// Owner returns the Owner field, nil if there is none.
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

// Check returns the field errors of a record that can be found without the database.
func (r *Resource) Check(rec *Record) []FieldError {
	var fieldErrors []FieldError
	for _, check := range r.checks {
		fieldErrors = append(fieldErrors, check(rec)...)
	}
	return fieldErrors
}
