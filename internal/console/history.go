package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// historyPages are the custom pages of the history.
func historyPages() []page {
	return []page{{pattern: "GET co/{co}/history_records/{$}", handle: showHistory}}
}

// historyPage is the history of a CO or a record, newest first.
type historyPage struct {
	heading
	Entries []historyEntry
	Filters historyFilters
	// Errors are the errors of the filters, by their names. Zone is the time zone of the days.
	Errors map[string]string
	Zone   string
	// All is the path of the history of the whole CO.
	All   string
	Asked bool
	pager
}

// historyEntry is an entry of the history as a page shows it.
type historyEntry struct {
	When time.Time
	// Action is the word for the operation, Tone the CSS class of its badge.
	Action, Tone string
	Kind         string
	// What is the record that was changed. Then is the path of its state after the change, or before its delete.
	What present.Link
	Then string
	// Note is the text of a note, "" for changes.
	Note       string
	Who, Whom  present.Link
	Difference []difference
}

// difference is the change of a field.
type difference struct {
	Label         string
	Before, After present.Value
}

// historyFilters are the values of the form that filters the history.
type historyFilters struct {
	Person, Group, Org, Record, Actor, From, Until string
	Kinds, Operations                              []form.Choice
}

// The parameters of the history that name what it is about.
const (
	byPerson = "copersonid"
	byGroup  = "cogroupid"
	byOrg    = "orgidentityid"
)

// historyPath returns the path of the history of a record, "" if the caller may not see it. That of a person,
// group or org identity includes their dependents.
func historyPath(q *request, rec *comity.Record) string {
	if !q.caller.May(authz.View, comity.HistoryRecord.Resource) || rec.Resource.InHistory || q.co == nil {
		return ""
	}
	id := strconv.FormatInt(rec.Id, 10)
	switch rec.Resource {
	case comity.CoPerson.Resource:
		return q.present.ListPath(comity.HistoryRecord.Resource, byPerson, id)
	case comity.CoGroup.Resource:
		return q.present.ListPath(comity.HistoryRecord.Resource, byGroup, id)
	case comity.OrgIdentity.Resource:
		return q.present.ListPath(comity.HistoryRecord.Resource, byOrg, id)
	}
	return q.present.ListPath(comity.HistoryRecord.Resource, "kind", present.Segment(rec.Resource), "record", id)
}

// showHistory shows the history that the query names.
func showHistory(q *request) error {
	asked := q.r.URL.Query()
	filter, faults := readHistoryFilter(q, asked)
	if !q.caller.May(authz.View, comity.HistoryRecord.Resource) {
		return comity.Forbid()
	}
	var found view.HistoryPage
	if len(faults) == 0 {
		var err error
		if found, err = q.View.History(q.ctx(), q.caller, filter, comity.ParseId(asked.Get("before")), pageSize); err != nil {
			return err
		}
	}
	t, err := q.titles(recordsOf(filter, found)...)
	if err != nil {
		return err
	}
	p := historyPage{
		heading: heading{Purpose: comity.HistoryRecord.Resource.Purpose + " The newest is first.", Of: historySubject(q, filter, found, t), AddText: "Add a note"},
		Filters: filtersOfHistory(asked, filter), Errors: faults, Zone: q.zone().String(), All: q.present.ListPath(comity.HistoryRecord.Resource), Asked: isFiltered(asked),
	}
	p.Add = q.present.AddPathIfAllowed(comity.HistoryRecord.Resource)
	if filter.CoPersonId != 0 {
		p.Add = q.present.AddPathIfAllowed(comity.HistoryRecord.Resource, byPerson, asked.Get(byPerson))
	}
	for _, h := range found.Entries {
		p.Entries = append(p.Entries, newHistoryEntry(q, h, t))
	}
	if asked.Get("before") != "" {
		p.First = present.Link{Text: "Newest", To: queryFrom(asked, "before", "")}
	}
	if found.Next != 0 {
		p.More = present.Link{Text: "Earlier", To: queryFrom(asked, "before", afterId(found.Next))}
	}
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusBadRequest
	}
	return q.showAs(status, "history.html", "History", p, present.Link{Text: "History"})
}

// readHistoryFilter returns the filter that a query names, and the errors of its parameters by their names.
func readHistoryFilter(q *request, asked url.Values) (filter view.HistoryFilter, faults map[string]string) {
	faults = map[string]string{}
	for _, name := range []string{byPerson, byGroup, byOrg, "record"} {
		if text := strings.TrimSpace(asked.Get(name)); text != "" && comity.ParseId(text) == 0 {
			faults[name] = fmt.Sprintf("%q is not a number of a record.", text)
		}
	}
	if asked.Get("record") != "" && resourceBySegment(asked.Get("kind")) == nil {
		faults["record"] = "Choose the kind of record, too: the number alone does not identify it."
	}
	from, wrongFrom := q.queryMoment("from", false)
	until, wrongUntil := q.queryMoment("until", true)
	for name, fault := range map[string]string{"from": wrongFrom, "until": wrongUntil} {
		if fault != "" {
			faults[name] = fault + "."
		}
	}
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		faults["until"] = "The end is before the beginning."
	}
	return view.HistoryFilter{
		CoId:       q.co.Id,
		CoPersonId: comity.ParseId(asked.Get(byPerson)), CoGroupId: comity.ParseId(asked.Get(byGroup)), OrgIdentityId: comity.ParseId(asked.Get(byOrg)),
		Resource: resourceBySegment(asked.Get("kind")), RecordId: requestedRecordId(asked), Actor: strings.TrimSpace(asked.Get("actor")), Operation: asked.Get("operation"),
		From: from, Until: until,
	}, faults
}

// requestedRecordId returns the id of the record that a query names, 0 for none. Without the kind of the record
// it names none.
func requestedRecordId(asked url.Values) int64 {
	if resourceBySegment(asked.Get("kind")) == nil {
		return 0
	}
	return comity.ParseId(asked.Get("record"))
}

func resourceBySegment(name string) *comity.Resource {
	for _, r := range comity.All() {
		if present.Segment(r) == name {
			return r
		}
	}
	return nil
}

// recordsOf returns the records that a page of the history refers to, and those that it is the history of.
func recordsOf(filter view.HistoryFilter, found view.HistoryPage) [][]*comity.Record {
	about := comity.NewRecord(comity.HistoryRecord.Resource)
	about.SetInt(comity.HistoryRecord.CoPersonId, filter.CoPersonId)
	about.SetInt(comity.HistoryRecord.CoGroupId, filter.CoGroupId)
	about.SetInt(comity.HistoryRecord.OrgIdentityId, filter.OrgIdentityId)
	records := []*comity.Record{about}
	for _, h := range found.Entries {
		for _, rec := range []*comity.Record{h.Change.Before, h.Change.After} {
			if rec != nil {
				records = append(records, rec)
			}
		}
	}
	return [][]*comity.Record{records}
}

// historySubject returns the record that the history is about, empty if it is about the whole CO.
func historySubject(q *request, filter view.HistoryFilter, found view.HistoryPage, t present.Titles) present.Link {
	if filter.RecordId != 0 && len(found.Entries) > 0 && found.Entries[0].Change.After != nil {
		return present.Link{Text: t.Of(found.Entries[0].Change.After), To: q.present.RecordPath(filter.Resource, filter.RecordId)}
	}
	for _, of := range []struct {
		resource *comity.Resource
		id       int64
	}{
		{comity.CoPerson.Resource, filter.CoPersonId},
		{comity.CoGroup.Resource, filter.CoGroupId},
		{comity.OrgIdentity.Resource, filter.OrgIdentityId},
		{filter.Resource, filter.RecordId},
	} {
		if of.id != 0 {
			return q.present.Link(of.resource, of.id, t)
		}
	}
	return present.Link{}
}

// actionOf returns the word for an operation, and the CSS class of its badge.
func actionOf(operation string) (word, tone string) {
	switch operation {
	case comity.OpAdd:
		return "Added", "good"
	case comity.OpEdit:
		return "Edited", "quiet"
	case comity.OpDelete:
		return "Deleted", "bad"
	case comity.OpErase:
		return "Erased", "bad"
	}
	return "Note", "quiet"
}

// newHistoryEntry returns an entry as a page shows it.
func newHistoryEntry(q *request, h view.HistoryEntry, t present.Titles) historyEntry {
	f := comity.HistoryRecord
	line := historyEntry{When: h.Record.Created, Who: present.Link{Text: h.Record.Actor}}
	line.Action, line.Tone = actionOf(h.Operation)
	if h.Actor != nil {
		line.Who = present.Link{Text: present.FullName(h.Actor) + " (" + h.Record.Actor + ")", To: q.present.RecordPath(comity.CoPerson.Resource, h.Record.Int(f.ActorCoPersonId))}
	}
	if h.Whom != nil && h.Resource != comity.CoPerson.Resource {
		line.Whom = present.Link{Text: present.FullName(h.Whom), To: q.present.RecordPath(comity.CoPerson.Resource, h.Record.Int(f.CoPersonId))}
	}
	after := h.Change.After
	if after == nil {
		line.Kind, line.Note = "", h.Record.Text(f.Comment)
		line.What = present.Link{Text: h.Record.Text(f.Action), To: q.present.RecordPath(f.Resource, h.RecordId)}
		return line
	}
	line.Kind = h.Resource.One
	line.What = present.Link{Text: t.Of(after)}
	if len(h.Resource.Fields) == 0 {
		return line // of a program that knew more
	}
	switch h.Operation {
	case comity.OpErase:
	case comity.OpDelete:
		line.Then = q.present.RecordPath(h.Resource, h.RecordId) + present.Query([]string{"at", h.Record.Created.Add(-time.Microsecond).Format(time.RFC3339Nano)})
	default:
		line.What.To = q.present.RecordPath(h.Resource, h.RecordId)
		line.Then = line.What.To + present.Query([]string{"at", h.Record.Created.Format(time.RFC3339Nano)})
	}
	if !q.caller.Admin {
		line.Then = ""
	}
	was, is := h.Change.Before, after
	if h.Operation == comity.OpDelete {
		was, is = after, nil
	}
	for _, d := range h.Difference {
		line.Difference = append(line.Difference, difference{Label: d.Field.Label, Before: q.present.Value(was, d.Field, t), After: q.present.Value(is, d.Field, t)})
	}
	return line
}

func filtersOfHistory(asked url.Values, filter view.HistoryFilter) historyFilters {
	f := historyFilters{
		Person: asked.Get(byPerson), Group: asked.Get(byGroup), Org: asked.Get(byOrg), Record: asked.Get("record"),
		Actor: asked.Get("actor"), From: asked.Get("from"), Until: asked.Get("until"),
	}
	for _, r := range comity.Stored() {
		f.Kinds = append(f.Kinds, form.Choice{Value: present.Segment(r), Label: comity.Capitalize(r.Many), Selected: r == filter.Resource})
	}
	slices.SortFunc(f.Kinds, func(a, b form.Choice) int { return strings.Compare(a.Label, b.Label) })
	for _, operation := range []string{comity.OpAdd, comity.OpEdit, comity.OpDelete, comity.OpNote, comity.OpErase} {
		word, _ := actionOf(operation)
		f.Operations = append(f.Operations, form.Choice{Value: operation, Label: word, Selected: operation == filter.Operation})
	}
	return f
}

// isFiltered reports whether a query filters the history.
func isFiltered(asked url.Values) bool {
	for name, values := range asked {
		if name != "before" && values[0] != "" {
			return true
		}
	}
	return false
}
