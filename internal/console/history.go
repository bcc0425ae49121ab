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
	return []page{{pattern: "GET co/{co}/history_records/{$}", handle: (*visit).history}}
}

// historyPage is what was done in a CO, newest first.
type historyPage struct {
	head
	Happenings []happening
	Filters    historyFilters
	// Faults are what of the filters cannot be read, by their names; Zone is the time zone of the days.
	Errors map[string]string
	Zone   string
	// All leads to the history of the whole CO.
	All   string
	Asked bool
	pager
}

// happening is a line of the history as it is shown.
type happening struct {
	When time.Time
	// Deed is what was done, Tone its colour.
	Deed, Tone string
	Kind       string
	// What was changed, as it is now; Then how it was after the change, or before it was deleted.
	What present.Link
	Then string
	// Words are a note's.
	Words      string
	Who, Whom  present.Link
	Difference []difference
}

// difference is what a change did to a field.
type difference struct {
	Label         string
	Before, After present.Value
}

// historyFilters are the values of the form that narrows the history.
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

// historyOf is the path of the history of a record, "" where the reader may not see it: of a person, a
// group or an org identity of all that hangs on it, too.
func (v *visit) historyOf(rec *comity.Record) string {
	if !v.caller.May(authz.View, comity.HistoryRecord.Resource) || rec.Resource.InHistory || v.co == nil {
		return ""
	}
	id := strconv.FormatInt(rec.Id, 10)
	switch rec.Resource {
	case comity.CoPerson.Resource:
		return v.present.ListPath(comity.HistoryRecord.Resource, byPerson, id)
	case comity.CoGroup.Resource:
		return v.present.ListPath(comity.HistoryRecord.Resource, byGroup, id)
	case comity.OrgIdentity.Resource:
		return v.present.ListPath(comity.HistoryRecord.Resource, byOrg, id)
	}
	return v.present.ListPath(comity.HistoryRecord.Resource, "kind", present.Segment(rec.Resource), "record", id)
}

// history shows what was done.
func (v *visit) history() error {
	asked := v.r.URL.Query()
	filter, faults := v.historyFilter(asked)
	if !v.caller.May(authz.View, comity.HistoryRecord.Resource) {
		return comity.Forbid()
	}
	var found view.HistoryPage
	if len(faults) == 0 {
		var err error
		if found, err = v.View.History(v.ctx(), v.caller, filter, comity.ParseId(asked.Get("before")), pageSize); err != nil {
			return err
		}
	}
	t, err := v.titles(changed(filter, found)...)
	if err != nil {
		return err
	}
	p := historyPage{
		head:    head{Purpose: comity.HistoryRecord.Resource.Purpose + " The newest is first.", Of: v.historyIs(filter, found, t), AddText: "Add a note"},
		Filters: filtersOfHistory(asked, filter), Errors: faults, Zone: v.zone().String(), All: v.present.ListPath(comity.HistoryRecord.Resource), Asked: narrows(asked),
	}
	p.Add = v.present.AddPathIfAllowed(comity.HistoryRecord.Resource)
	if filter.CoPersonId != 0 {
		p.Add = v.present.AddPathIfAllowed(comity.HistoryRecord.Resource, byPerson, asked.Get(byPerson))
	}
	for _, h := range found.Entries {
		p.Happenings = append(p.Happenings, v.happening(h, t))
	}
	if asked.Get("before") != "" {
		p.First = present.Link{Text: "Newest", To: again(asked, "before", "")}
	}
	if found.Next != 0 {
		p.More = present.Link{Text: "Earlier", To: again(asked, "before", afterId(found.Next))}
	}
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusBadRequest
	}
	return v.showAs(status, "history.html", "History", p, present.Link{Text: "History"})
}

// historyFilter is what the query narrows the history by; faults are what of it cannot be read, by the
// parameters' names.
func (v *visit) historyFilter(asked url.Values) (filter view.HistoryFilter, faults map[string]string) {
	faults = map[string]string{}
	for _, name := range []string{byPerson, byGroup, byOrg, "record"} {
		if text := strings.TrimSpace(asked.Get(name)); text != "" && comity.ParseId(text) == 0 {
			faults[name] = fmt.Sprintf("%q is not a number of a record.", text)
		}
	}
	if asked.Get("record") != "" && bySegment(asked.Get("kind")) == nil {
		faults["record"] = "Choose the kind of record, too: the number alone does not identify it."
	}
	from, wrongFrom := v.askedMoment("from", false)
	until, wrongUntil := v.askedMoment("until", true)
	for name, fault := range map[string]string{"from": wrongFrom, "until": wrongUntil} {
		if fault != "" {
			faults[name] = fault + "."
		}
	}
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		faults["until"] = "The end is before the beginning."
	}
	return view.HistoryFilter{
		CoId:       v.co.Id,
		CoPersonId: comity.ParseId(asked.Get(byPerson)), CoGroupId: comity.ParseId(asked.Get(byGroup)), OrgIdentityId: comity.ParseId(asked.Get(byOrg)),
		Resource: bySegment(asked.Get("kind")), RecordId: recordOf(asked), Actor: strings.TrimSpace(asked.Get("actor")), Operation: asked.Get("operation"),
		From: from, Until: until,
	}, faults
}

// recordOf is the record that is asked for: an id says which only with its kind.
func recordOf(asked url.Values) int64 {
	if bySegment(asked.Get("kind")) == nil {
		return 0
	}
	return comity.ParseId(asked.Get("record"))
}

func bySegment(name string) *comity.Resource {
	for _, r := range comity.All() {
		if present.Segment(r) == name {
			return r
		}
	}
	return nil
}

// changed are the records that a page of the history names, and those that it is the history of.
func changed(filter view.HistoryFilter, found view.HistoryPage) [][]*comity.Record {
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

// historyIs is the record that the history is of, if it is that of one.
func (v *visit) historyIs(filter view.HistoryFilter, found view.HistoryPage, t present.Titles) present.Link {
	if filter.RecordId != 0 && len(found.Entries) > 0 && found.Entries[0].Change.After != nil {
		return present.Link{Text: t.Of(found.Entries[0].Change.After), To: v.present.RecordPath(filter.Resource, filter.RecordId)}
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
			return v.present.Link(of.resource, of.id, t)
		}
	}
	return present.Link{}
}

// deed is the word of an operation, and its colour.
func deed(operation string) (word, tone string) {
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

// happening is a line as it is shown.
func (v *visit) happening(h view.HistoryEntry, t present.Titles) happening {
	f := comity.HistoryRecord
	line := happening{When: h.Record.Created, Who: present.Link{Text: h.Record.Actor}}
	line.Deed, line.Tone = deed(h.Operation)
	if h.Actor != nil {
		line.Who = present.Link{Text: present.FullName(h.Actor) + " (" + h.Record.Actor + ")", To: v.present.RecordPath(comity.CoPerson.Resource, h.Record.Int(f.ActorCoPersonId))}
	}
	if h.Whom != nil && h.Resource != comity.CoPerson.Resource {
		line.Whom = present.Link{Text: present.FullName(h.Whom), To: v.present.RecordPath(comity.CoPerson.Resource, h.Record.Int(f.CoPersonId))}
	}
	after := h.Change.After
	if after == nil {
		line.Kind, line.Words = "", h.Record.Text(f.Comment)
		line.What = present.Link{Text: h.Record.Text(f.Action), To: v.present.RecordPath(f.Resource, h.RecordId)}
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
		line.Then = v.present.RecordPath(h.Resource, h.RecordId) + present.Query([]string{"at", h.Record.Created.Add(-time.Microsecond).Format(time.RFC3339Nano)})
	default:
		line.What.To = v.present.RecordPath(h.Resource, h.RecordId)
		line.Then = line.What.To + present.Query([]string{"at", h.Record.Created.Format(time.RFC3339Nano)})
	}
	if !v.caller.Admin {
		line.Then = ""
	}
	was, is := h.Change.Before, after
	if h.Operation == comity.OpDelete {
		was, is = after, nil
	}
	for _, d := range h.Difference {
		line.Difference = append(line.Difference, difference{Label: d.Field.Label, Before: v.present.Value(was, d.Field, t), After: v.present.Value(is, d.Field, t)})
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
		word, _ := deed(operation)
		f.Operations = append(f.Operations, form.Choice{Value: operation, Label: word, Selected: operation == filter.Operation})
	}
	return f
}

// narrows says whether a query asks for less than all.
func narrows(asked url.Values) bool {
	for name, values := range asked {
		if name != "before" && values[0] != "" {
			return true
		}
	}
	return false
}
