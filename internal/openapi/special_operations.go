package openapi

import (
	"fmt"
	"net/http"

	"comity"
)

// bulk returns the operation that adds many records with one request, in JSON only.
func bulk(r *comity.Resource) operation {
	inBulk := []string{"BulkResponse"}
	// One failing element fails the request, with a body that says which.
	all := []answer{
		ok(inBulk[0], "a BulkResponse: the outcome for each element"),
		{
			Status: http.StatusBadRequest, content: append(inBulk, errorBody...),
			Reasons: []reason{{comity.PhraseBadRequest, "no list of elements, or more than " + thousands(comity.MaxBulk)}, faulty},
		},
		{
			Status: http.StatusRequestEntityTooLarge, content: errorBody,
			Reasons: []reason{{tooLarge.Reasons[0].Phrase, "a body over 8 MiB"}},
		},
		{Status: http.StatusUnprocessableEntity, content: inBulk, Reasons: keyReused.Reasons},
	}
	if refused := addRefusals(r); len(refused) > 0 {
		all = append(all, answer{Status: http.StatusForbidden, Reasons: distinct(refused), content: inBulk})
	}
	return operation{
		id: "add" + r.Plural + "InBulk", Method: http.MethodPost, Path: r.Path + "/bulk", forms: []form{jsonForm},
		Title: "Add many " + r.Plural,
		Text: fmt.Sprintf("At most %d elements in one request. All are added in one transaction, or none and the status "+
			"is that of the first that failed; each has its answer in the body.", comity.MaxBulk),
		Parameters: []parameter{idempotencyKey, {
			Name: "separately", In: "query", shared: "separately", schema: &schema{Type: types{"boolean"}},
			Text: "`true` adds each element by itself: the status is 200, and the outcome for each is in the body.",
		}},
		body:    &body{required: true, envelope: bulkName(r), example: example(r)},
		Answers: answers(all),
	}
}

func bulkName(r *comity.Resource) string { return r.Singular + "BulkRequest" }

// specialOperations returns the operations that only one resource has.
func specialOperations(r *comity.Resource) []operation {
	switch r {
	case comity.Co.Resource:
		return []operation{duplicating()}
	case comity.CoGroup.Resource:
		return []operation{reconcilingAll(), reconcilingOne()}
	case comity.ApiUser.Resource:
		return []operation{viewingCaller()}
	case comity.EmailAddress.Resource:
		return []operation{verifying()}
	case comity.Identifier.Resource:
		return []operation{assigning()}
	case comity.CoProvisioningTarget.Resource:
		return append([]operation{
			provisioning(comity.CoPerson.Resource, "copersonid"),
			provisioning(comity.CoGroup.Resource, "cogroupid"),
			provisioning(comity.CoEmailList.Resource, "coemaillistid"),
		}, provisioningOperations()...)
	}
	return nil
}

func duplicating() operation {
	r := comity.Co.Resource
	return operation{
		id: "duplicateCo", Method: http.MethodPost, Path: r.Path + "/duplicate/{id}", Title: "Duplicate one Co",
		Text: "Adds a CO named `Copy of <Name>` with the same configuration: settings, units, extended types, groups without " +
			"members, servers without passwords and provisioning targets in mode `X`, without people. The request has no body.",
		Parameters: []parameter{idParameter},
		Answers: answers([]answer{added("NewObject"), tooLarge}, missing(r.UnknownOnEdit),
			failure(http.StatusForbidden, reason{comity.PhraseNameInUse, "the name of the copy is in use"})),
	}
}

func reconcilingAll() operation {
	r := comity.CoGroup.Resource
	coid := coidParameter
	coid.Required, coid.shared = true, ""
	coid.Text = "The CO."
	return operation{
		id: "reconcileCoGroups", Method: http.MethodPut, Path: r.Path + "/reconcile", Title: "Reconcile all groups of a CO",
		Text:       "Updates every automatic membership of the CO; the body lists its automatic groups.",
		Parameters: []parameter{coid},
		Answers:    answers([]answer{ok(listName(r), "a list of the automatic groups")}, failure(http.StatusForbidden, reason{comity.PhraseNoCO, "no such CO"})),
	}
}

func reconcilingOne() operation {
	r := comity.CoGroup.Resource
	return operation{
		id: "reconcileCoGroup", Method: http.MethodPost, Path: r.Path + "/reconcile/{id}", Title: "Reconcile one CoGroup",
		Text:       "Updates the memberships of one group, nested ones too. The request has no body.",
		Parameters: []parameter{idParameter}, Answers: answers([]answer{done}, missing(r.UnknownOnView)),
	}
}

func viewingCaller() operation {
	return operation{
		id: "view" + callerName, Method: http.MethodGet, Path: "caller", Title: "View who is calling",
		Text:    "Who the name and key belong to, and what they administer now. A caller who may do nothing is answered 401, as everywhere.",
		Answers: answers([]answer{ok(callerName, "the caller")}),
	}
}

// callerName is the schema of who is calling.
const callerName = "Caller"

// putCallerSchemas adds the schemas of who is calling.
func putCallerSchemas(out *object[any]) {
	required := []string{"Version", "Username", "CoId", "AdministersPlatform", "AdministersCo", "AdministersCous"}
	units := &schema{
		Type: types{"array"}, Items: &schema{Ref: schemaRef("Id").Ref, XML: &xmlShape{Name: "CouId"}}, XML: &xmlShape{Wrapped: true},
		Description: "The units that they administer by the groups of the person whom they act for; none where they administer the CO.",
	}
	properties := object[*schema]{
		{"Username", &schema{Type: types{"string"}}},
		{"CoId", schemaRef("Id")},
		{"AdministersPlatform", &schema{Type: types{"boolean"}, Description: "They administer every CO."}},
		{"AdministersCo", &schema{Type: types{"boolean"}, Description: "They administer their CO."}},
		{"AdministersCous", units},
		{"CoPersonId", &schema{Ref: schemaRef("Id").Ref, Description: "The CO person whom they act for, if they do."}},
		{"RateLimit", count("How many requests a minute they may make; left out where there is no limit.")},
	}
	out.put(callerName, typed(callerName, shape(required[1:], properties)))
	inner := shape(required, append(object[*schema]{{"Version", versionAttribute()}}, properties...))
	inner.XML = &xmlShape{Name: "CallerResponse"}
	out.put(inXML(callerName), inner)
}

func verifying() operation {
	r := comity.EmailAddress.Resource
	return operation{
		id: "verifyEmailAddress", Method: http.MethodPost, Path: r.Path + "/verify/{id}", Title: "Verify one EmailAddress",
		Text:       "Marks the address as verified, on the caller's word. The request has no body.",
		Parameters: []parameter{idParameter}, Answers: answers([]answer{done, tooLarge}, missing(r.UnknownOnEdit)),
	}
}

func assigning() operation {
	r := comity.Identifier.Resource
	return operation{
		id: "assignIdentifiers", Method: http.MethodPost, Path: r.Path + "/assign", Title: "Assign identifiers to a person",
		Text: "Runs the identifier assignments of the CO for one person. Types of which the person has an identifier are skipped.",
		body: &body{required: true, envelope: requestName(r) + assignSuffix, element: inputName(r) + assignSuffix, example: assignExample()},
		Answers: answers([]answer{done, wrongBody, tooLarge}, failure(http.StatusForbidden,
			noPerson, personGone, reason{r.Uniques[0].Phrase, "an assignment found no free identifier"})),
	}
}

// assignSuffix distinguishes the schemas of the assign call from those of an Identifier.
const assignSuffix = "Assign"

func provisioning(subject *comity.Resource, key string) operation {
	target := comity.CoProvisioningTarget.Resource
	name := subject.Singular + "Provisioning"
	return operation{
		id: "provision" + subject.Singular, Method: http.MethodPost, forms: []form{jsonForm, xmlForm, bareForm},
		Path: target.Path + "/provision/{id}/" + key + ":{" + key + "}", Title: "Provision one " + subject.Singular,
		Text: "Delivers it to the target. Without an extension the answer is JSON. Email lists are delivered to no target, groups to targets with IncludeGroups only: otherwise nothing is sent and the answer is 200.",
		Parameters: []parameter{idParameter, {
			Name: key, In: "path", Required: true, schema: number(1), Text: "The " + subject.Singular + ", of the target's CO.",
		}},
		body: &body{Text: "A " + name + " request. It may be missing, and says nothing that the path does not."},
		Answers: answers([]answer{{Status: http.StatusOK, Reasons: []reason{{comity.PhraseOK, "carried out"}}}, tooLarge}, provisionedSubjects(subject),
			failure(http.StatusForbidden, reason{comity.PhraseForbidden, "the target is disabled"}),
			failure(http.StatusNotFound, reason{target.UnknownOnDelete, "no such target"},
				reason{subject.UnknownOnView, "none such in the target's CO"})),
	}
}

// provisionedSubjects returns the answers that a delivery to the target adds.
func provisionedSubjects(subject *comity.Resource) []answer {
	if subject == comity.CoEmailList.Resource {
		return nil
	}
	return append(failure(http.StatusInternalServerError,
		reason{comity.PhraseUndelivered, "the endpoint did not accept it; the body says what it answered, and in a mode that retries the delivery is queued"},
		otherError.Reasons[0]),
		answer{Status: http.StatusAccepted, Reasons: []reason{{comity.PhraseAccepted, "queued: the target is in a queue mode"}}})
}
