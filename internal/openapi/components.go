package openapi

import (
	"comity"
)

// components returns the components that the paths refer to.
func components(all []operation) object[object[any]] {
	return object[object[any]]{
		{"schemas", schemas()},
		{"responses", sharedAnswers(all)},
		{"parameters", sharedParameters(all)},
		{"headers", headers()},
		{"securitySchemes", object[any]{{basic, object[any]{
			{"type", "http"}, {"scheme", "basic"}, {"description", "The name and key of an API user (`api_users`)."},
		}}}},
	}
}

func schemas() object[any] {
	var out object[any]
	var secrets []*comity.Field
	for _, r := range comity.All() {
		out.put(elementName(r), element(r))
		out.put(inputName(r), input(r))
		out.put(listName(r), listEnvelope(r))
		out.put(inXML(listName(r)), listEnvelopeXML(r))
		out.put(requestName(r), request(r, inputName(r), 1, 1))
		out.put(inXML(requestName(r)), requestXML(r, inputName(r)))
		out.put(bulkName(r), request(r, inputName(r), 0, comity.MaxBulk))
		if own := generated(r); len(own) > 0 {
			secrets = append(secrets, own...)
			out.put(newObjectName(r), newObject(own))
			out.put(inXML(newObjectName(r)), newObjectXML(own))
		}
	}
	identifiers := comity.Identifier.Resource
	out.put(inputName(identifiers)+assignSuffix, assignInput())
	out.put(requestName(identifiers)+assignSuffix, request(identifiers, inputName(identifiers)+assignSuffix, 1, 1))
	out.put(inXML(requestName(identifiers)+assignSuffix), requestXML(identifiers, inputName(identifiers)+assignSuffix))
	out.put("NewObject", newObject(nil))
	out.put(inXML("NewObject"), newObjectXML(nil))
	out.put("ErrorResponse", errorResponse())
	out.put(inXML("ErrorResponse"), errorResponseXML())
	out.put("BulkResponse", bulkResponse(secrets))
	putCallerSchemas(&out)
	putProvisioningSchemas(&out)
	out.put("Id", &schema{
		Description: "An Id: a number or, in JSON for an API user with StringIds, its text.",
		OneOf:       []*schema{number(1), {Type: types{"string"}, Pattern: "^" + idPattern + "$"}},
	})
	out.put("Time", &schema{
		Type: types{"string"}, Pattern: "^" + timePattern + "$", Description: "A time in UTC, written YYYY-MM-DD HH:MM:SS.",
	})
	return out
}

// sharedAnswers returns the answers that are components, in the forms in which they are used.
func sharedAnswers(all []operation) object[any] {
	var out object[any]
	seen := map[string]bool{}
	for _, o := range all {
		for _, a := range o.Answers {
			for _, f := range either {
				if name := f.name(a.shared); a.shared != "" && !seen[name] {
					seen[name] = true
					out.put(name, a.document(f))
				}
			}
		}
	}
	return out
}

func sharedParameters(all []operation) object[any] {
	var out object[any]
	seen := map[string]bool{}
	for _, o := range all {
		for _, p := range o.Parameters {
			if p.shared != "" && !seen[p.shared] {
				seen[p.shared] = true
				out.put(p.shared, p.document())
			}
		}
	}
	return out
}

// header is a header of an answer.
type header struct {
	Description string  `json:"description"`
	Required    bool    `json:"required,omitempty"`
	Schema      *schema `json:"schema"`
}

func headers() object[any] {
	text := &schema{Type: types{"string"}}
	return object[any]{
		{requestID.Name, header{"The request's name, its own or the server's.", true, text}},
		{"ETag", header{"The entity tag of the body, for If-Match and If-None-Match. A list has one with `limit`.", false, text}},
		{"Link", header{"With `limit`: the next page, `rel=\"next\"`, where there is one.", false, text}},
		{"Comity-Next-Since", header{"With `modifiedsince`: the time to ask from next, so that nothing is missed.", false, moment()}},
		{"WWW-Authenticate", header{"That a login by HTTP Basic is asked for.", false, text}},
		{"Retry-After", header{"In how many seconds to try again.", false, inRange(0, 3600)}},
	}
}
