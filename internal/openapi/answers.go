package openapi

import (
	"net/http"
	"slices"
	"strings"

	"comity"
)

// answer is one status with which a call can be answered.
type answer struct {
	Status  int
	Reasons []reason
	// content are the alternative schemas of the body, by their names in JSON; none for no body.
	content []string
	// headers are the answer's headers other than X-Request-Id.
	headers []string
	// shared is the name of the component that the document refers to, "" to write the answer inline.
	shared string
}

var errorBody = []string{"ErrorResponse"}

// commonAnswers are the answers that any call may get.
var commonAnswers = []answer{unauthorised, tooMany, otherError, unavailable}

var (
	unauthorised = answer{
		Status: http.StatusUnauthorized, shared: "Unauthorized", content: errorBody, headers: []string{"WWW-Authenticate"},
		Reasons: []reason{{comity.PhraseUnauthorised, "no valid credentials, or the caller may not do this"}},
	}
	tooMany = answer{
		Status: http.StatusTooManyRequests, shared: "TooManyRequests", content: errorBody, headers: []string{"Retry-After"},
		Reasons: []reason{{comity.PhraseTooMany, "more than the API user's RateLimit, or too many failed logins from the address"}},
	}
	otherError = answer{
		Status: http.StatusInternalServerError, shared: "OtherError", content: errorBody,
		Reasons: []reason{{comity.PhraseOther, "a failure of the server itself"}},
	}
	unavailable = answer{
		Status: http.StatusServiceUnavailable, shared: "ServiceUnavailable", content: errorBody, headers: []string{"Retry-After"},
		Reasons: []reason{{comity.PhraseUnavailable, "the request cannot be carried out now: the database is unavailable, full or read-only, or the request exceeded the time limit and was rolled back"}},
	}
	notModified = answer{
		Status: http.StatusNotModified, shared: "NotModified", headers: []string{"ETag"},
		Reasons: []reason{{comity.PhraseNotModified, "the record still has the tag of If-None-Match"}},
	}
	stale = answer{
		Status: http.StatusPreconditionFailed, shared: "PreconditionFailed", content: errorBody,
		Reasons: []reason{{comity.PhrasePreconditionFailed, "the record has changed since it was read with the tag of If-Match"}},
	}
	tooLarge = answer{
		Status: http.StatusRequestEntityTooLarge, shared: "TooLarge", content: errorBody,
		Reasons: []reason{{comity.PhraseTooLarge, "a body over 1 MiB"}},
	}
	wrongCoding = answer{
		Status: http.StatusUnsupportedMediaType, shared: "UnsupportedMediaType", content: errorBody,
		Reasons: []reason{{comity.PhraseUnsupported, "a body with a Content-Encoding, such as gzip"}},
	}
	wrongBody = answer{
		Status: http.StatusBadRequest, shared: "WrongBody", content: errorBody,
		Reasons: []reason{unreadable, faulty},
	}
	done      = answer{Status: http.StatusOK, shared: "Done", Reasons: []reason{{comity.PhraseOK, "no body"}}}
	deleted   = answer{Status: http.StatusOK, shared: "Deleted", Reasons: []reason{{comity.PhraseDeleted, "no body"}}}
	keyReused = answer{
		Status: http.StatusUnprocessableEntity, shared: "KeyReused", content: errorBody,
		Reasons: []reason{{comity.PhraseUnprocessable, "the Idempotency-Key was used for another request"}},
	}
	wrongPast = answer{
		Status: http.StatusBadRequest, shared: "WrongPast", content: errorBody,
		Reasons: []reason{{comity.PhraseBadRequest, "a revision or time that cannot be read"}},
	}
	wrongQuery = answer{
		Status: http.StatusBadRequest, shared: "WrongQuery", content: errorBody,
		Reasons: []reason{{comity.PhraseBadRequest, "a parameter that is empty, cannot be read, or narrows other lists and not this one"}},
	}
	noID = answer{
		Status: http.StatusBadRequest, shared: "NoId", content: errorBody,
		Reasons: []reason{{comity.PhraseInvalidFields, "no id given (`id`)"}},
	}
)

var (
	unreadable = reason{comity.PhraseBadRequest, "no body, or one that cannot be read"}
	faulty     = reason{comity.PhraseInvalidFields, "fields that are missing or wrong, which the body names"}
	noCO       = reason{comity.PhraseNoCO, "the CoId names no CO"}
	noPerson   = reason{comity.PhraseNoPerson, "the request names no owner"}
	personGone = reason{comity.PhrasePersonGone, "the owner that it names does not exist"}
)

// ok returns an answer with a body, which the words describe.
func ok(content, words string) answer {
	return answer{Status: http.StatusOK, Reasons: []reason{{comity.PhraseOK, words}}, content: []string{content}}
}

func added(content string) answer {
	return answer{
		Status: http.StatusCreated, shared: "Added" + content, content: []string{content},
		Reasons: []reason{{comity.PhraseAdded, "a NewObject with its Id"}},
	}
}

// failure returns an answer with an error's body; none if there are no reasons.
func failure(status int, reasons ...reason) []answer {
	reasons = distinct(reasons)
	if len(reasons) == 0 {
		return nil
	}
	return []answer{{Status: status, Reasons: reasons, content: errorBody}}
}

// distinct drops reasons whose phrase came before.
func distinct(reasons []reason) []reason {
	var out []reason
	for _, r := range reasons {
		if !slices.ContainsFunc(out, func(o reason) bool { return o.Phrase == r.Phrase }) {
			out = append(out, r)
		}
	}
	return out
}

// answers combines the answers of a call with those that any call may get, in order of status. Of two
// descriptions of a status, that of the call wins.
func answers(groups ...[]answer) []answer {
	all := slices.Concat(groups...)
	has := func(status int) bool {
		return slices.ContainsFunc(all, func(own answer) bool { return own.Status == status })
	}
	for _, a := range commonAnswers {
		if !has(a.Status) {
			all = append(all, a)
		}
	}
	if has(tooLarge.Status) {
		// A body that is read may have an unsupported coding.
		all = append(all, wrongCoding)
	}
	slices.SortStableFunc(all, func(a, b answer) int { return a.Status - b.Status })
	return all
}

func listAnswers(r *comity.Resource) []answer {
	var none, unknown []reason
	if r != comity.Co.Resource {
		unknown = append(unknown, reason{comity.PhraseCOUnknown, "no such CO"})
	}
	for _, p := range parents(r) {
		if p.none != "" {
			none = append(none, reason{p.none, "the " + p.resource.Singular + " is there but has none"})
		}
		unknown = append(unknown, reason{p.resource.UnknownParent(), "no such " + p.resource.Singular})
	}
	list := ok(listName(r), "a list, if an empty one")
	list.headers = []string{"ETag", "Link", "Comity-Next-Since"}
	all := []answer{list}
	if none = distinct(none); len(none) > 0 {
		all = append(all, answer{Status: http.StatusNoContent, Reasons: none, headers: []string{"Comity-Next-Since"}})
	}
	all = append(all, notModified, wrongQuery)
	all = append(all, failure(http.StatusNotFound, unknown...)...)
	if r.StrictQuery {
		all = append(all, failure(http.StatusUnprocessableEntity, reason{comity.PhraseUnprocessable, "a search key that does not exist"})...)
	}
	return answers(all)
}

func viewAnswers(r *comity.Resource) []answer {
	list := ok(listName(r), "a list of one")
	list.headers = []string{"ETag"}
	return answers([]answer{list, notModified, wrongPast}, missing(r.UnknownOnView))
}

func addAnswers(r *comity.Resource) []answer {
	return answers([]answer{added(newObjectName(r)), wrongBody, tooLarge, keyReused},
		failure(http.StatusForbidden, addRefusals(r)...))
}

func editAnswers(r *comity.Resource) []answer {
	return answers([]answer{done, wrongBody, stale, tooLarge},
		failure(http.StatusForbidden, editRefusals(r)...), missing(r.UnknownOnEdit))
}

func deleteAnswers(r *comity.Resource) []answer {
	return answers([]answer{deleted, stale}, failure(http.StatusForbidden, refusals[r].remove...), missing(r.UnknownOnDelete))
}

func missing(phrase comity.Phrase) []answer {
	return failure(http.StatusNotFound, reason{phrase, "no such record, or one that the caller may not know of"})
}

// addRefusals returns the reasons of the 403 answers to an add.
func addRefusals(r *comity.Resource) []reason {
	return slices.Concat(placeRefusals(r), uniqueRefusals(r, false), refusals[r].add)
}

func editRefusals(r *comity.Resource) []reason {
	return slices.Concat(placeRefusals(r), uniqueRefusals(r, true), refusals[r].edit)
}

// placeRefusals returns the reasons about the CO and the owner that a record names.
func placeRefusals(r *comity.Resource) []reason {
	var out []reason
	if r.CoId() != nil {
		out = append(out, noCO)
	}
	if f := r.Owner(); f != nil {
		if !f.MissingOwner {
			out = append(out, noPerson)
		}
		out = append(out, personGone)
		if r != comity.CoGroupMember.Resource {
			out = append(out, crowded)
		}
	}
	return out
}

// uniqueRefusals returns the reasons about values that no two records share. An edit cannot cause those of
// fields that it cannot change.
func uniqueRefusals(r *comity.Resource, edit bool) []reason {
	var out []reason
	for _, u := range r.Uniques {
		if edit && !slices.ContainsFunc(u.Fields, func(f *comity.Field) bool { return !f.Immutable }) {
			continue
		}
		names := make([]string, len(u.Fields))
		for i, f := range u.Fields {
			names[i] = f.Name
		}
		where := ""
		if u.PerCO {
			where = " of that CO"
		}
		out = append(out, reason{u.Phrase, "another " + r.Singular + where + " has the same " + strings.Join(names, " and ")})
	}
	return out
}
