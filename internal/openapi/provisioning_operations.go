package openapi

import (
	"net/http"

	"comity"
)

// The schemas of the answers to the calls about provisioning.
const (
	targetStatusName = "CoProvisioningTargetStatus"
	failedName       = "CoProvisioningTargetFailed"
	resendName       = "CoProvisioningTargetResend"
	allName          = "CoProvisioningTargetAll"
)

// subjects are the subjects of those calls, by the word of the path.
var subjects = []struct {
	word     string
	resource *comity.Resource
}{{"copersonid", comity.CoPerson.Resource}, {"cogroupid", comity.CoGroup.Resource}}

func subjectStatusName(r *comity.Resource) string { return r.Singular + "ProvisioningStatus" }
func previewName(r *comity.Resource) string       { return r.Singular + "ProvisioningPreview" }
func driftName(r *comity.Resource) string         { return r.Singular + "ProvisioningDrift" }

// provisioningOperations returns the calls that show the state of a target and of its deliveries, and retry failed ones, in
// JSON only.
func provisioningOperations() []operation {
	const everybody = "/provision/{id}/all"
	const status, failed, resend = "/status/{id}", "/failed/{id}", "/resend/{id}"
	target := comity.CoProvisioningTarget.Resource
	disabled := failure(http.StatusForbidden, reason{comity.PhraseForbidden, "the target is disabled"})
	noTarget := reason{target.UnknownOnDelete, "no such target"}
	resent := answer{Status: http.StatusAccepted, Reasons: []reason{{comity.PhraseAccepted, "how many are resent"}}, content: []string{resendName}}
	all := []operation{
		{
			id: "provisionAll", Method: http.MethodPost, Path: everybody, Title: "Provision everybody (full sync)",
			Text: "A full sync: delivers everybody in the target's CO, and the deletion of those whom it was sent before and who are gone, in the background; new changes go first. " +
				"A full sync that was stopped continues where it was; one under way continues as it is. The request has no body.",
			Parameters: []parameter{
				{Name: "onlychanged", In: "query", schema: &schema{Type: types{"boolean"}}, Text: "`true` leaves out those whose message is the same as the one last sent."},
				{Name: "anew", In: "query", schema: &schema{Type: types{"boolean"}}, Text: "`true` starts from the beginning, even if a full sync is under way."},
				{Name: "maxdeletes", In: "query", schema: inRange(0, 100), Text: "The percentage of the people known to the target that may be deleted; 10 by default."},
			},
			Answers: answers([]answer{
				{Status: http.StatusAccepted, Reasons: []reason{{comity.PhraseAccepted, "its progress"}}, content: []string{allName}}, tooLarge, wrongQuery,
			}, failure(http.StatusForbidden, reason{comity.PhraseForbidden, "the target is disabled, or the full sync would delete more than `maxdeletes`"}), failure(http.StatusNotFound, noTarget)),
		},
		{
			id: "stopProvisionAll", Method: http.MethodDelete, Path: everybody, Title: "Stop provisioning everybody",
			Text: "Deliveries in flight are finished.",
			Answers: answers([]answer{ok(allName, "its progress")}, failure(http.StatusNotFound, noTarget),
				failure(http.StatusForbidden, reason{comity.PhraseForbidden, "the target never had a full sync"})),
		},
		{
			id: "viewProvisioningStatus", Method: http.MethodGet, Path: status, Title: "View the status of one target",
			Text:    "How many deliveries are pending, in flight and failed, since when, how many people are left out because they have no identifier to be sent under, and whether the breaker is open.",
			Answers: answers([]answer{ok(targetStatusName, "the status")}, failure(http.StatusNotFound, noTarget)),
		},
		{
			id: "listProvisioningFailures", Method: http.MethodGet, Path: failed, Title: "List what failed at one target",
			Text: "The people and groups whose deliveries failed too often and are not retried until they change or are resent: people first, in order of their Id.",
			Parameters: []parameter{
				{Name: "limit", In: "query", schema: inRange(1, 1000), Text: "How many to list at most; 1000 by default."},
				{Name: "after", In: "query", schema: &schema{Type: types{"string"}, Pattern: `^(cogroupid:)?[0-9]+$`}, Text: "The CoPersonId of the last one of the page before, or `cogroupid:` and its CoGroupId."},
			},
			Answers: answers([]answer{ok(failedName, "a page of them"), wrongQuery}, failure(http.StatusNotFound, noTarget)),
		},
		{
			id: "resendProvisioningFailures", Method: http.MethodPost, Path: resend, Title: "Resend all failed and pending deliveries of one target",
			Text: "Deliveries that wait for their next try are sent at once, too, and the breaker is closed. The request has no body.", Answers: answers([]answer{resent, tooLarge}, disabled, failure(http.StatusNotFound, noTarget)),
		},
	}
	for _, s := range subjects {
		all = append(all, subjectOperations(s.word, s.resource, disabled, noTarget, resent)...)
	}
	for i := range all {
		o := &all[i]
		o.Parameters = append([]parameter{idParameter}, o.Parameters...)
		o.Path = target.Path + o.Path
		o.forms = []form{jsonForm}
	}
	return all
}

// subjectOperations returns the calls about one subject.
func subjectOperations(word string, r *comity.Resource, disabled []answer, noTarget reason, resent answer) []operation {
	none := failure(http.StatusNotFound, noTarget, reason{r.UnknownOnView, "there never was one in the target's CO"})
	one := "/{id}/" + word + ":{" + word + "}"
	parameters := []parameter{{Name: word, In: "path", Required: true, schema: number(1), Text: "The " + r.Singular + ", which may be deleted."}}
	return []operation{
		{
			id: "viewProvisioningStatusOf" + r.Singular, Method: http.MethodGet, Path: "/status" + one, Title: "View what one target was last sent about one " + r.Singular,
			Text: "What the target was last sent, what it answered, and when the next try is.", Parameters: parameters,
			Answers: answers([]answer{ok(subjectStatusName(r), "the status")}, none),
		},
		{
			id: "resendProvisioningFailureOf" + r.Singular, Method: http.MethodPost, Path: "/resend" + one, Title: "Resend a failed or pending delivery of one " + r.Singular,
			Text: "The request has no body.", Parameters: parameters, Answers: answers([]answer{resent, tooLarge}, disabled, none),
		},
		{
			id: "previewProvisioningOf" + r.Singular, Method: http.MethodGet, Path: "/preview" + one, Title: "See what one target would be sent about one " + r.Singular,
			Text:       "The requests as they would be sent, secrets written as `***`, and the differences to the body that was last sent. Nothing is sent.",
			Parameters: parameters, Answers: answers([]answer{ok(previewName(r), "the preview")}, none),
		},
		{
			id: "verifyProvisioningOf" + r.Singular, Method: http.MethodGet, Path: "/verify" + one, Title: "Compare what one target holds of one " + r.Singular,
			Text:       "Asks the endpoint by GET and reports drift: what it holds compared with what it should. Members that the endpoint added to objects are no difference.",
			Parameters: parameters, Answers: answers([]answer{ok(driftName(r), "what was found")}, none,
				failure(http.StatusForbidden, reason{comity.PhraseForbidden, "the target cannot be asked, its settings say so"})),
		},
	}
}

// putProvisioningSchemas adds the schemas of the answers to those calls.
func putProvisioningSchemas(out *object[any]) {
	text := &schema{Type: types{"string"}}
	at := schemaRef("Time")
	subject := shape([]string{"State", "Sequence", "Attempts"}, object[*schema]{
		{"CoPersonId", schemaRef("Id")},
		{"CoGroupId", schemaRef("Id")},
		{"State", &schema{Type: types{"string"}, Enum: []any{"never told", "told", "waiting", "in flight", "failed", "left out"}}},
		{"Identifier", text},
		{"Obsolete", &schema{Type: types{"array"}, Items: text, Description: "Identifiers whose deletion the target has not yet been sent."}},
		{"Sequence", count("")},
		{"WaitingSince", at},
		{"NextTry", at},
		{"Attempts", count("")},
		{"LastTry", at},
		{"LastSuccess", at},
		{"Answer", text},
		{"LastError", text},
		{"MessageDigest", &schema{Type: types{"string"}, Description: "The SHA-256 of the body that the target was last sent."}},
	})
	out.put(targetStatusName, typed(targetStatusName, shape([]string{"CoProvisioningTargetId", "Status", "Waiting", "InFlight", "Failed", "LeftOut", "Breaker"}, object[*schema]{
		{"CoProvisioningTargetId", schemaRef("Id")},
		{"Status", &schema{Type: types{"string"}, Description: "The target's mode."}},
		{"Waiting", count("")},
		{"InFlight", count("")},
		{"Failed", count("")},
		{"LeftOut", count("People without an identifier of the type under which the target is sent people: they are not sent, and nothing has failed.")},
		{"LeftOutReason", &schema{Type: types{"string"}, Description: "Which identifier they lack."}},
		{"OldestWait", at},
		{"LastSuccess", at},
		{"Breaker", &schema{Type: types{"string"}, Enum: []any{"closed", "open"}}},
		{"BreakerSince", at},
		{"BreakerNext", at},
		{"All", schemaRef("ProvisioningRun")},
	})))
	run := shape([]string{"State", "OnlyChanged", "Total", "Taken", "Began"}, object[*schema]{
		{"State", &schema{Type: types{"string"}, Enum: []any{"under way", "stopped", "done"}}},
		{"OnlyChanged", &schema{Type: types{"boolean"}}},
		{"Total", count("")},
		{"Taken", count("")},
		{"Began", at},
		{"Ended", at},
	})
	out.put("ProvisioningRun", run)
	out.put(allName, typed(allName, shape(run.Required, run.Properties)))
	out.put("ProvisioningSubject", subject)
	for _, s := range subjects {
		out.put(subjectStatusName(s.resource), typed(subjectStatusName(s.resource), shape(subject.Required, subject.Properties)))
	}
	out.put(failedName, typed(failedName, shape([]string{"Failed"}, object[*schema]{
		{"Failed", &schema{Type: types{"array"}, Items: schemaRef("ProvisioningSubject")}},
	})))
	out.put(resendName, typed(resendName, shape([]string{"Resent"}, object[*schema]{{"Resent", count("")}})))
	request := shape([]string{"Method", "Url", "Headers"}, object[*schema]{
		{"Method", text},
		{"Url", text},
		{"Headers", &schema{Type: types{"object"}, AdditionalProperties: text}},
		{"Body", &schema{Type: types{"object"}, Description: "The message, see message.schema.json."}},
	})
	difference := shape([]string{"Path", "Last", "Next"}, object[*schema]{
		{"Path", &schema{Type: types{"string"}, Description: "Where, as a JSON Pointer."}},
		{"Last", &schema{Description: "What was sent, null for nothing."}},
		{"Next", &schema{Description: "What would be sent, null for nothing."}},
	})
	for _, s := range subjects {
		out.put(previewName(s.resource), typed(previewName(s.resource), shape([]string{"Requests", "Differences"}, object[*schema]{
			{"Requests", &schema{Type: types{"array"}, Items: request}},
			{"Problem", &schema{Type: types{"string"}, Description: "Why nothing can be sent, or not all that should."}},
			{"Differences", &schema{Type: types{"array"}, Items: difference}},
		})))
	}
	putDriftSchemas(out, text, difference)
}

func putDriftSchemas(out *object[any], text, difference *schema) {
	finding := shape([]string{"Finding", "Identifier"}, object[*schema]{
		{"Finding", &schema{Type: types{"string"}, Enum: []any{"missing", "surplus", "different", "unreadable"}}},
		{"Identifier", text},
		{"Differences", &schema{Type: types{"array"}, Items: difference, Description: "From what the target holds (Last) to what it should (Next)."}},
		{"Answer", &schema{Type: types{"string"}, Description: "The answer that cannot be read."}},
	})
	for _, s := range subjects {
		id := s.resource.Singular + "Id"
		out.put(driftName(s.resource), typed(driftName(s.resource), shape([]string{id, "State", "Findings"}, object[*schema]{
			{id, schemaRef("Id")},
			{"State", &schema{Type: types{"string"}, Enum: []any{"as it should be", "drift", "waiting"}}},
			{"Findings", &schema{Type: types{"array"}, Items: finding}},
			{"Problem", &schema{Type: types{"string"}, Description: "Why the target cannot hold it as it should."}},
		})))
	}
}

func shape(required []string, properties object[*schema]) *schema {
	return &schema{Type: types{"object"}, Required: required, Properties: properties}
}

// typed adds the type of an answer and its version before its other members.
func typed(name string, s *schema) *schema {
	var head object[*schema]
	head.put("ResponseType", constant(name))
	head.put("Version", constant(version))
	s.Properties = append(head, s.Properties...)
	s.Required = append([]string{"ResponseType", "Version"}, s.Required...)
	return s
}
