package openapi

import (
	"net/http"
	"strings"

	"comity"
)

// operation is one call of a resource.
type operation struct {
	resource *comity.Resource
	// id is its operationId: listCous.
	id string
	// Method and Path, below the root and without an extension.
	Method, Path string
	// forms are the formats in which it exists.
	forms       []form
	Title, Text string
	Parameters  []parameter
	// body is nil for a call that takes none.
	body    *body
	Answers []answer
}

// form is a way to write a call's path, which determines the format of its bodies.
type form struct {
	// extension ends the path, suffix the operation's id.
	extension, suffix string
	mediaType         string
}

var (
	jsonForm = form{".json", "", "application/json"}
	xmlForm  = form{".xml", "Xml", "application/xml"}
	bareForm = form{"", "Bare", "application/json"}
	// either are the forms of nearly every path.
	either = []form{jsonForm, xmlForm}
)

// name returns the name of a schema in the form.
func (f form) name(schema string) string {
	if f == xmlForm {
		return inXML(schema)
	}
	return schema
}

// Call returns the path as shown to a reader.
func (o operation) Call() string {
	path := strings.NewReplacer("{", "<", "}", ">").Replace(o.Path)
	switch len(o.forms) {
	case 1:
		return path + o.forms[0].extension
	case len(either):
		return path + ".<format>"
	}
	return path + "[.<format>]"
}

// operations returns the calls of a resource, in the order of its page.
func operations(r *comity.Resource) []operation {
	all := []operation{listing(r), viewing(r), adding(r), bulk(r)}
	if !r.AppendOnly {
		all = append(all, editing(r), deleting(r), deletingNothing(r))
	}
	all = append(all, specialOperations(r)...)
	for i := range all {
		all[i].resource = r
		all[i].Parameters = append(all[i].Parameters, requestID)
		if all[i].forms == nil {
			all[i].forms = either
		}
	}
	return all
}

func listing(r *comity.Resource) operation {
	text := ""
	if r == comity.CoPerson.Resource {
		text = "With given, family or mail this is Match: people whose name and address begin with these texts, all criteria combined."
	}
	return operation{
		id: "list" + r.Plural, Method: http.MethodGet, Path: r.Path, Title: "List " + r.Plural, Text: text,
		Parameters: listParameters(r), Answers: listAnswers(r),
	}
}

func viewing(r *comity.Resource) operation {
	parameters := append([]parameter{idParameter}, pastParameters...)
	return operation{
		id: "view" + r.Singular, Method: http.MethodGet, Path: r.Path + "/{id}", Title: "View one " + r.Singular,
		Text: "The answer is a list of one.", Parameters: append(parameters, ifNoneMatch), Answers: viewAnswers(r),
	}
}

func adding(r *comity.Resource) operation {
	return operation{
		id: "add" + r.Singular, Method: http.MethodPost, Path: r.Path, Title: "Add one " + r.Singular,
		Parameters: []parameter{idempotencyKey}, body: recordBody(r), Answers: addAnswers(r),
	}
}

func editing(r *comity.Resource) operation {
	return operation{
		id: "edit" + r.Singular, Method: http.MethodPut, Path: r.Path + "/{id}", Title: "Edit one " + r.Singular,
		Text:       "Fields that are not named keep their values; required ones must be there.",
		Parameters: []parameter{idParameter, ifMatch}, body: recordBody(r), Answers: editAnswers(r),
	}
}

func deleting(r *comity.Resource) operation {
	text := ""
	if names := deletedWith(r); len(names) > 0 && r != comity.Co.Resource {
		text = "Deletes its " + strings.Join(names, ", ") + ", too."
	}
	return operation{
		id: "delete" + r.Singular, Method: http.MethodDelete, Path: r.Path + "/{id}", Title: "Delete one " + r.Singular,
		Text: text, Parameters: []parameter{idParameter, ifMatch}, Answers: deleteAnswers(r),
	}
}

func deletingNothing(r *comity.Resource) operation {
	return operation{
		id: "delete" + r.Singular + "WithoutId", Method: http.MethodDelete, Path: r.Path,
		Title: "Delete without an id", Text: "Always refused: a delete names one record.",
		Answers: answers([]answer{noID}),
	}
}
