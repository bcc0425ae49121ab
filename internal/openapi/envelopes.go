package openapi

import "comity"

// The schemas around the elements: lists and requests, the answer to an add, and errors. JSON and XML differ
// in shape here, so each has a schema of its own.

// listEnvelope returns the schema of an answer with any number of records.
func listEnvelope(r *comity.Resource) *schema {
	s := &schema{Type: types{"object"}, Required: []string{"ResponseType", "Version", r.Plural}}
	s.Properties.put("ResponseType", constant(r.Plural))
	s.Properties.put("Version", constant(version))
	s.Properties.put(r.Plural, &schema{Type: types{"array"}, Items: schemaRef(elementName(r))})
	return s
}

// listEnvelopeXML is listEnvelope for XML, where each element has its Id as an attribute too.
func listEnvelopeXML(r *comity.Resource) *schema {
	tag := &schema{Type: types{"object"}}
	tag.Properties.put("@Id", &schema{Ref: schemaRef("Id").Ref, XML: &xmlShape{Name: "Id", Attribute: true}})
	s := &schema{Type: types{"object"}, Required: []string{"Version"}, XML: &xmlShape{Name: r.Plural}}
	s.Properties.put("Version", versionAttribute())
	s.Properties.put(r.Singular, &schema{
		Type: types{"array"}, Items: &schema{AllOf: []*schema{schemaRef(elementName(r)), tag}, XML: &xmlShape{Name: r.Singular}},
	})
	return s
}

// request returns the schema of a request's envelope around least to most elements.
func request(r *comity.Resource, element string, least, most int) *schema {
	s := &schema{Type: types{"object"}, Required: []string{r.Plural}}
	s.Properties.put("RequestType", constant(r.Plural))
	s.Properties.put("Version", &schema{Enum: []any{version, 1}})
	s.Properties.put(r.Plural, &schema{
		Type: types{"array"}, Items: schemaRef(element), MinItems: least, MaxItems: most,
	})
	return s
}

func requestXML(r *comity.Resource, element string) *schema {
	s := &schema{Type: types{"object"}, Required: []string{r.Singular}, XML: &xmlShape{Name: r.Plural}}
	s.Properties.put("Version", versionAttribute())
	s.Properties.put(r.Singular, &schema{Type: types{"array"}, Items: schemaRef(element), MinItems: 1, MaxItems: 1})
	return s
}

// newObject returns the schema of the answer to an add, with its generated secrets.
func newObject(secrets []*comity.Field) *schema {
	s := &schema{Type: types{"object"}, Required: []string{"ResponseType", "Version", "ObjectType", "Id"}}
	s.Description = "What was added: its resource's singular name and its Id, here a string."
	s.Properties.put("ResponseType", constant("NewObject"))
	s.Properties.put("Version", constant(version))
	s.Properties.put("ObjectType", &schema{Type: types{"string"}})
	s.Properties.put("Id", &schema{Type: types{"string"}, Pattern: "^" + idPattern + "$"})
	s.putGenerated(secrets)
	return s
}

func newObjectXML(secrets []*comity.Field) *schema {
	s := &schema{Type: types{"object"}, Required: []string{"Version", "ObjectType", "Id"}, XML: &xmlShape{Name: "NewObjectResponse"}}
	s.Properties.put("Version", versionAttribute())
	s.Properties.put("ObjectType", &schema{Type: types{"string"}})
	s.Properties.put("Id", &schema{Type: types{"string"}, Pattern: "^" + idPattern + "$"})
	s.putGenerated(secrets)
	return s
}

func (s *schema) putGenerated(secrets []*comity.Field) {
	for _, f := range secrets {
		s.Properties.put(f.Name, &schema{Type: types{"string"}, ReadOnly: true, Description: sentences(notes(f))})
	}
}

// errorResponse returns the schema of an error: what was wrong, in a sentence or field by field.
func errorResponse() *schema {
	s := &schema{Type: types{"object"}, Required: []string{"ResponseType", "Version", "Id"}}
	s.Properties.put("ResponseType", constant("ErrorResponse"))
	s.Properties.put("Version", constant(version))
	s.Properties.put("Id", errorID())
	s.putProblem(&schema{Type: types{"array"}, Items: &schema{Type: types{"string"}}, MinItems: 1})
	return s
}

func errorResponseXML() *schema {
	s := &schema{Type: types{"object"}, Required: []string{"Version", "Id"}, XML: &xmlShape{Name: "ErrorResponse"}}
	s.Properties.put("Version", versionAttribute())
	id := errorID()
	id.XML = &xmlShape{Attribute: true}
	s.Properties.put("Id", id)
	s.putProblem(&schema{Type: types{"array"}, Items: &schema{Type: types{"string"}}, MinItems: 1, Description: "An element for each sentence."})
	return s
}

func errorID() *schema {
	return &schema{Type: types{"string"}, Description: "The id of the path; `New` on add and where there is no record."}
}

func (s *schema) putProblem(sentences *schema) {
	s.Properties.put("Error", &schema{Type: types{"string"}, Description: "The reason phrase, or a sentence that says more."})
	s.Properties.put("InvalidFields", &schema{
		Type: types{"object"}, AdditionalProperties: sentences,
		Description: "What is wrong with each field, by its lower-case underscore name.",
	})
	s.OneOf = []*schema{{Required: []string{"Error"}}, {Required: []string{"InvalidFields"}}}
}

// bulkResponse returns the schema of the answer to a bulk request: one entry per element, in their order.
func bulkResponse(secrets []*comity.Field) *schema {
	one := &schema{Type: types{"object"}, Required: []string{"Status", "Reason"}}
	one.Properties.put("Status", count("The status that the element would have been answered with; 424 for one that was not tried."))
	one.Properties.put("Reason", &schema{Type: types{"string"}, Description: "The reason phrase; `Not Carried Out` for one that was not tried."})
	one.Properties.put("Id", &schema{Type: types{"string"}, Pattern: "^" + idPattern + "$", Description: "The Id of what was added."})
	one.putGenerated(secrets)
	one.putProblem(&schema{Type: types{"array"}, Items: &schema{Type: types{"string"}}, MinItems: 1})
	one.OneOf = nil // neither if nothing is wrong
	s := &schema{Type: types{"object"}, Required: []string{"ResponseType", "Version", "ObjectType", "Answers"}}
	s.Properties.put("ResponseType", constant("BulkResponse"))
	s.Properties.put("Version", constant(version))
	s.Properties.put("ObjectType", &schema{Type: types{"string"}})
	s.Properties.put("Answers", &schema{Type: types{"array"}, Items: one})
	return s
}
