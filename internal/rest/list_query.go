package rest

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/registry/view"
)

// maxConditions is the maximum number of parameters of a list that narrow it. There are fewer different ones,
// but each may be repeated.
const maxConditions = 20

// listParameters parses the parameters of a list.
type listParameters struct {
	query view.ListQuery
	// unknown are the parameters without a meaning.
	unknown []string
}

// parseListQuery parses a list's parameters. The query has what could be parsed also if there is an error: that
// the caller may not ask at all is answered first.
func parseListQuery(res *comity.Resource, values url.Values) (view.ListQuery, error) {
	p := listParameters{query: view.ListQuery{Resource: res}}
	var err error
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range values[name] {
			if e := p.add(name, value); e != nil && err == nil {
				err = e
			}
		}
	}
	q := p.query
	if hasKey(q, view.SearchIdentifierType) && !hasKey(q, view.SearchIdentifier) && err == nil {
		err = comity.BadRequest("identifiertype narrows a look-up by identifier, and is nothing without it")
	}
	if n := len(q.CoIds) + len(q.Parents) + len(q.Search); n > maxConditions {
		err = comity.BadRequest("The query has %d parameters, at most %d are taken", n, maxConditions)
	}
	if q.Invalid = p.strictness(); q.Invalid == nil {
		q.Invalid = checkDeleted(q)
	}
	return q, err
}

func hasKey(q view.ListQuery, key view.SearchKey) bool {
	return slices.ContainsFunc(q.Search, func(c view.Criterion) bool { return c.Key == key })
}

func (p *listParameters) add(name, value string) (err error) {
	q := &p.query
	if name == "coid" && q.Resource != comity.Co.Resource {
		q.CoIds = append(q.CoIds, comity.ParseId(value))
		return refuseEmpty(name, value)
	}
	if parent, ok := q.Resource.Parent(name); ok {
		q.Parents = append(q.Parents, view.ParentRecord{Parent: parent, Id: comity.ParseId(value)})
		return refuseEmpty(name, value)
	}
	switch name {
	case "limit":
		q.Limit, err = parseLimit(value)
		return err
	case "after":
		q.After, err = parseAfterId(value, "Id of the last record")
		return err
	case "modifiedsince":
		q.ModifiedSince, err = parseEpochTime(name, value)
		return err
	case "deleted":
		q.Deleted, err = parseBoolean(name, value)
		return err
	case "expand":
		q.Expand, err = parseExpand(q.Resource, q.Expand, value)
		return err
	}
	return p.addSearch(name, value)
}

func refuseEmpty(name, value string) error {
	if value == "" {
		return comity.BadRequest("%s is empty, it must be an id", name)
	}
	return nil
}

// addSearch parses a search key, or notes an unknown parameter.
func (p *listParameters) addSearch(name, value string) error {
	res := p.query.Resource
	dotted := strings.Replace(name, "search_", "search.", 1)
	if slices.Contains(res.Queries, dotted) {
		c := view.Criterion{Key: view.SearchKey(dotted), Text: value}
		var err error
		if c.Key == view.SearchOwner {
			c.Is, err = parseBoolean(dotted, value)
		}
		p.query.Search = append(p.query.Search, c)
		return err
	}
	if meansToNarrow(res, dotted) || !res.StrictQuery && meansToNarrow(res, strings.ToLower(dotted)) {
		return comity.BadRequest("%s does not narrow a list of %s; what does is %s", name, res.Plural, strings.Join(res.ListKeys(), ", "))
	}
	p.unknown = append(p.unknown, name)
	return nil
}

// meansToNarrow reports whether an unknown parameter was probably meant to narrow the list, as it does
// elsewhere or by being a search: ignoring it would return everything.
func meansToNarrow(res *comity.Resource, name string) bool {
	return comity.NarrowsLists(name) || name == "at" || !res.StrictQuery && strings.HasPrefix(name, "search.")
}

// strictness returns the error of a resource that refuses unknown parameters.
func (p *listParameters) strictness() error {
	res := p.query.Resource
	if len(p.unknown) == 0 || !res.StrictQuery {
		return nil
	}
	return &comity.Error{
		Code: comity.Unprocessable, Phrase: comity.PhraseUnprocessable,
		Detail: fmt.Sprintf("There is no search key %q; there are coid, %s", p.unknown[0], strings.Join(res.Queries, ", ")),
	}
}

// checkDeleted returns an error if deleted records cannot be listed by the query's other parameters.
func checkDeleted(q view.ListQuery) error {
	if !q.Deleted {
		return nil
	}
	if q.ModifiedSince.IsZero() {
		return comity.BadRequest("deleted=true goes with modifiedsince: it lists what was deleted since")
	}
	for _, p := range q.Parents {
		if p.Column == "" {
			return comity.BadRequest("deleted=true does not go with %s: who was tied to what was deleted is not kept", p.Key)
		}
	}
	for _, p := range q.Parents {
		if !slices.Contains([]string{"co_person_id", "org_identity_id", "co_group_id"}, p.Column) {
			return comity.BadRequest("deleted=true goes with coid, copersonid, orgidentityid and cogroupid only")
		}
	}
	if len(q.Search) > 0 {
		return comity.BadRequest("deleted=true goes with no search")
	}
	return nil
}

// checkAt returns an error if memberships as of a time cannot be listed by the query's other parameters.
func checkAt(q view.ListQuery) error {
	ofGroup := slices.ContainsFunc(q.Parents, func(p view.ParentRecord) bool { return p.Resource == comity.CoGroup.Resource })
	if !ofGroup || !q.ModifiedSince.IsZero() || q.Deleted || len(q.Expand) > 0 {
		return comity.BadRequest("at goes with cogroupid, which it needs, and with coid, copersonid, owner, limit and after only")
	}
	return nil
}

// parseEpochTime is parseTime for a parameter of which the zero time means that it is missing: times before the
// epoch, when nothing was stored, become the epoch.
func parseEpochTime(name, value string) (time.Time, error) {
	t, err := parseTime(name, value)
	if epoch := time.Unix(0, 0).UTC(); err == nil && t.Before(epoch) {
		return epoch, nil
	}
	return t, err
}

// parseExpand parses which dependents of the listed records are shown with them, and adds them to others.
func parseExpand(parent *comity.Resource, others []*comity.Resource, value string) ([]*comity.Resource, error) {
	for _, name := range strings.Split(value, ",") {
		i := slices.IndexFunc(comity.All(), func(r *comity.Resource) bool { return r.Plural == strings.TrimSpace(name) })
		known := i >= 0
		if known {
			_, known = comity.All()[i].ParentIn(parent)
		}
		if !known {
			return others, comity.BadRequest("expand names %q, which is not listed by a %s", name, parent.Noun)
		}
		if res := comity.All()[i]; !slices.Contains(others, res) {
			others = append(others, res)
		}
	}
	return others, nil
}

// parseLimit parses the length of a page of a list.
func parseLimit(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > view.MaxPage {
		return 0, comity.BadRequest("limit is %q, it must be a number from 1 to %d", value, view.MaxPage)
	}
	return n, nil
}

// parseAfterId parses the id after which a page begins; last names what the previous page ended with.
func parseAfterId(value, last string) (int64, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id < 0 {
		return 0, comity.BadRequest("after is %q, it must be the %s of the page before", value, last)
	}
	return id, nil
}

// parseBoolean parses a parameter that is true or false.
func parseBoolean(name, value string) (bool, error) {
	if value != "true" && value != "false" {
		return false, comity.BadRequest("%s is %q, it must be true or false", name, value)
	}
	return value == "true", nil
}

// sinceLayout is the format of the time from which to ask next, to the microsecond.
const sinceLayout = "2006-01-02 15:04:05.000000"

// parseTime parses a parameter that is a time in UTC, to the microsecond if need be.
func parseTime(name, value string) (time.Time, error) {
	for _, layout := range []string{comity.TimeLayout, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, comity.BadRequest("%s is %q, it must be a time in UTC written YYYY-MM-DD HH:MM:SS", name, value)
}
