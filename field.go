package comity

import (
	"slices"
	"strings"
	"unicode"
)

// Field is one field of a Resource, and the handle by which code reads and writes it in a Record.
type Field struct {
	// Name is the field's name on the wire: CoPersonId.
	Name string
	// Column is its lower-case underscore name: its column, and its key in field errors.
	Column string
	// Kind is what it holds.
	Kind Kind
	// Max is the longest text it takes, in code points; 0 where it does not apply.
	Max int
	// Min is the least value of an Integer field that has HasMin.
	Min    int64
	HasMin bool
	// Most is the greatest value of an Integer field, 0 where any is taken.
	Most int64
	// Required fields must be there on add and on edit.
	Required bool
	// ReadOnly fields are ignored on input.
	ReadOnly bool
	// Fixed fields never change after add: another value is a fault.
	Fixed bool
	// Kept fields never change after add either: another value is ignored.
	Kept bool
	// Markup fields may hold < and >.
	Markup bool
	// Unspoofable fields hold no marks of direction, and neither begin nor end with what cannot be seen.
	Unspoofable bool
	// Schemes are those that a URL in the field may have.
	Schemes []string
	// Words are the permitted values of a Code field.
	Words []Word
	// Target is the singular name of the resource that a Reference refers to.
	Target string
	// Owned says that the record is deleted with the one that this optional Reference names.
	Owned bool
	// OwnRule says that what this Reference names is checked by the resource's own rule.
	OwnRule bool
	// Ends says of a Time that it is the last moment of something: a date alone means the end of that day.
	Ends bool
	// Unsent fields of a Dated resource are in no message to a provisioning target: a change of one is
	// not told by lastModified.
	Unsent bool
	// Listed References are parameters of the resource's lists.
	Listed bool
	// Owners are the parents that an Owner field permits.
	Owners []OwnerType
	// MissingOwner says that a missing owner is a fault of the field instead of a refusal.
	MissingOwner bool
	// TypeOf names the extended type that lists a Text field's permitted values ("Name.type"),
	// Types the values that a CO starts with.
	TypeOf string
	Types  []string
	// Folded Text fields are searched without regard to case, by a column of their own.
	Folded bool
	// Minted Secret fields are made by the server on add and shown once, in its answer.
	Minted bool
	// OnAdd are the only Words that add takes; empty: all.
	OnAdd []string
	// Sequential Integer fields get the next number where add names none.
	Sequential bool
	// Default is what add stores when it names nothing; absent where there is none.
	Default Cell
	// Usual is what a form for a new record begins with where there is no Default: what most records
	// have. Absent where there is no such thing.
	Usual Cell
	// Label is what people call the field: "Valid from".
	Label string
	// Doc are sentences that say what the field is for and what a rule asks of it, in Markdown; "" where
	// its name says it all.
	Doc string
	// Example is a good value of a text, "" where one of the kind will do.
	Example string
	// Format and Pattern are JSON Schema's for a text, "" where they say less than its checks.
	Format, Pattern string

	checks   []func(string) string
	resource *Resource
	target   *Resource
	index    int
}

// Resource returns the table that the field belongs to.
func (f *Field) Resource() *Resource { return f.resource }

// Refers returns the resource that a Reference refers to, nil for other kinds.
func (f *Field) Refers() *Resource { return f.target }

// ListKey is the query parameter that lists by this field: copersonid.
func (f *Field) ListKey() string { return strings.ToLower(f.Name) }

// Owner returns the parent of that word (CO, CoRole, …) if an Owner field permits it.
func (f *Field) Owner(word string) (OwnerType, bool) {
	i := slices.IndexFunc(f.Owners, func(o OwnerType) bool { return o.Word == word })
	if i < 0 {
		return OwnerType{}, false
	}
	return f.Owners[i], true
}

// FoldedColumn is the column that holds a Folded field for searching.
func (f *Field) FoldedColumn() string { return f.Column + "_folded" }

func (f *Field) required() *Field { f.Required = true; return f }
func (f *Field) readOnly() *Field { f.ReadOnly = true; return f }
func (f *Field) fixed() *Field    { f.Fixed = true; return f }
func (f *Field) kept() *Field     { f.Kept = true; return f }
func (f *Field) markup() *Field   { f.Markup = true; return f }
func (f *Field) listed() *Field   { f.Listed = true; return f }
func (f *Field) ends() *Field     { f.Ends = true; return f }
func (f *Field) owned() *Field    { f.Owned = true; return f }
func (f *Field) ownRule() *Field  { f.OwnRule = true; return f }
func (f *Field) folded() *Field   { f.Folded = true; return f }
func (f *Field) minted() *Field   { f.Minted = true; return f }
func (f *Field) unsent() *Field   { f.Unsent = true; return f }

func (f *Field) onAdd(words ...string) *Field { f.OnAdd = words; return f }

func (f *Field) sequential() *Field { f.Sequential = true; return f }

func (f *Field) missingIsInvalid() *Field { f.MissingOwner = true; return f }

func (f *Field) min(n int64) *Field { f.Min, f.HasMin = n, true; return f }

func (f *Field) most(n int64) *Field { f.Most = n; return f }

func (f *Field) defaults(c Cell) *Field { f.Default = c; return f }

func (f *Field) types(of string, names ...string) *Field {
	f.TypeOf, f.Types = of, names
	return f
}

// must adds a check on the field's text; it returns a sentence, or nothing for a good value.
func (f *Field) must(check func(string) string) *Field {
	f.checks = append(f.checks, check)
	return f
}

func (f *Field) without(chars string) *Field {
	return f.must(func(s string) string {
		if i := strings.IndexAny(s, chars); i >= 0 {
			return f.sentence("may not contain \"%c\"", rune(s[i]))
		}
		return ""
	})
}

// words makes the field's name readable: CoPersonId is "co person id".
func (f *Field) words() string { return strings.ReplaceAll(f.Column, "_", " ") }

// underscore turns a wire name into a column's: CoPersonId into co_person_id.
func underscore(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
