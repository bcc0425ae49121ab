package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// consolePage is a page of the console.
type consolePage struct {
	name string
	// path is below the CO's and for the n-th person.
	path func(r *registry, n int64) string
	// part says that it is asked for as htmx does.
	part bool
}

// crowd are the records that the pages show: nearly all of them concern everybody.
type crowd struct {
	// group and unit hold everybody, list is an email list of the group, role is one of the unit.
	group, unit, list, role string
	// provisioned is a target that holds everybody, away one of whose deliveries half are pending and half failed.
	provisioned, away, server string
}

// dayBefore is a day on which everybody was there and was as they are now.
const dayBefore = "2020-02-29"

func fixed(format string, a ...any) func(*registry, int64) string {
	return func(*registry, int64) string { return fmt.Sprintf(format, a...) }
}

// ofPerson is a path with a person's id.
func ofPerson(format string) func(*registry, int64) string {
	return func(r *registry, n int64) string { return fmt.Sprintf(format, r.first+n) }
}

// ofWord is a path with a word that ten people have.
func ofWord(path string) func(*registry, int64) string {
	return func(_ *registry, n int64) string { return path + word(n/cohort) }
}

// consolePages are the pages that are measured. All people have a part of their address in common, so
// that a search for that is one for everybody.
func consolePages(c crowd) []consolePage {
	group, unit := "co_groups/"+c.group+"/", "cous/"+c.unit+"/"
	provisioned, away := "co_provisioning_targets/"+c.provisioned+"/", "co_provisioning_targets/"+c.away+"/"
	today := time.Now().UTC().Format(time.DateOnly)
	return []consolePage{
		{name: "overview", path: fixed("")},
		{name: "people", path: fixed("co_people/")},
		{name: "people, from the middle on", path: func(r *registry, n int64) string {
			w := word(n / cohort)
			return "co_people/?" + url.Values{"after": {fmt.Sprintf("%d %s %s", r.first+n, w, w)}}.Encode()
		}},
		{name: "people, a word of ten", path: ofWord("co_people/?q=")},
		{name: "people, a word of all", path: fixed("co_people/?q=example")},
		{name: "people, two words of all", path: fixed("co_people/?q=example+org")},
		{name: "people, a word and one of all", path: ofWord("co_people/?q=example+")},
		{name: "people, a letter", path: fixed("co_people/?q=e")},
		{name: "people, a status of all", path: fixed("co_people/?status=Active")},
		{name: "people, a status of nobody", path: fixed("co_people/?status=Suspended&q=example")},
		{name: "people of a unit of all", path: fixed("co_people/?unit=%s", c.unit)},
		{name: "people of a group of all", path: fixed("co_people/?group=%s", c.group)},
		{name: "people of both, a word of all", path: fixed("co_people/?unit=%s&group=%s&q=example", c.unit, c.group)},
		{name: "people of both, a word of ten", path: ofWord("co_people/?unit=" + c.unit + "&group=" + c.group + "&q=")},
		{name: "search, a word of ten", path: ofWord("search?q=")},
		{name: "search, a word of all", path: fixed("search?q=example")},
		{name: "search, two words of all", path: fixed("search?q=example+org")},
		{name: "search, nothing", path: fixed("search?q=zzzzzzzzzz")},
		{name: "a picker of people, a word of all", path: fixed("pick/co_person_roles/SponsorCoPersonId?SponsorCoPersonId.Search=example")},
		{name: "a person", path: ofPerson("co_people/%d/")},
		{name: "a person on a date", path: ofPerson("co_people/%d/?at=" + dayBefore)},
		{name: "a form to add a person", path: fixed("co_people/add")},
		{name: "groups", path: fixed("co_groups/")},
		{name: "groups, a part of one name", path: ofWord("co_groups/?q=")},
		{name: "groups, a part of no name", path: fixed("co_groups/?q=zzzzzzzzzz")},
		{name: "a group of all", path: fixed("%s", group)},
		{name: "a group of all, its owners", path: fixed("%s?owners=1", group)},
		{name: "a group of all, a word of ten", path: ofWord(group + "?q=")},
		{name: "a group of all, a word of all", path: fixed("%s?q=example", group)},
		{name: "a group of all, its members on a date", path: fixed("%smembers-at?date=%s", group, dayBefore)},
		{name: "a group of all, whether to delete it", path: fixed("%sdelete", group)},
		{name: "units", path: fixed("cous/")},
		{name: "a unit of all", path: fixed("%s", unit)},
		{name: "a unit of all on a date", path: fixed("%s?at=%s", unit, today)},
		{name: "a unit of all, whether to delete it", path: fixed("%sdelete", unit)},
		{name: "email lists", path: fixed("co_email_lists/")},
		{name: "an email list", path: fixed("co_email_lists/%s/", c.list)},
		{name: "roles", path: fixed("co_person_roles/")},
		{name: "roles of a unit of all", path: fixed("co_person_roles/?couid=%s", c.unit)},
		{name: "a role", path: fixed("co_person_roles/%s/", c.role)},
		{name: "a role on a date", path: fixed("co_person_roles/%s/?at=%s", c.role, dayBefore)},
		{name: "a form of a role", path: fixed("co_person_roles/new")},
		{name: "identifiers", path: fixed("identifiers/")},
		{name: "servers", path: fixed("servers/")},
		{name: "a server", path: fixed("servers/%s/", c.server)},
		{name: "targets", path: fixed("co_provisioning_targets/")},
		{name: "a target that knows all", path: fixed("%s", provisioned)},
		{name: "a target that knows all, its health", path: fixed("%shealth?was=0", provisioned), part: true},
		{name: "a target that fails, of all", path: fixed("%s", away)},
		{name: "a target that fails, its health", path: fixed("%shealth?was=0", away), part: true},
		{name: "a target that fails, all that rests", path: fixed("%sfailed", away)},
		{name: "a target's people", path: fixed("%speople/", provisioned)},
		{name: "a target's people, a word of all", path: fixed("%speople/?q=example", provisioned)},
		{name: "a person's message", path: ofPerson(provisioned + "people/%d/")},
		{name: "history", path: fixed("history_records/")},
		{name: "history of a person", path: ofPerson("history_records/?copersonid=%d")},
		{name: "history of a group of all", path: fixed("history_records/?cogroupid=%s", c.group)},
		{name: "history of a kind", path: fixed("history_records/?kind=co_people")},
		{name: "history, a kind of nothing", path: fixed("history_records/?kind=ssh_keys")},
		{name: "history of a record", path: fixed("history_records/?kind=co_person_roles&record=%s", c.role)},
		{name: "history, what was added", path: fixed("history_records/?operation=add")},
		{name: "history, what was edited, long ago", path: fixed("history_records/?operation=edit")},
		{name: "history, what was deleted", path: fixed("history_records/?operation=delete")},
		{name: "history, people who were edited", path: fixed("history_records/?kind=co_people&operation=edit")},
		{name: "history, roles that were edited", path: fixed("history_records/?kind=co_person_roles&operation=edit")},
		{name: "history, a group of all edited", path: fixed("history_records/?cogroupid=%s&operation=edit", c.group)},
		{name: "history, who did nearly all", path: fixed("history_records/?actor=bench")},
		{name: "history, edits of who did nearly all", path: fixed("history_records/?actor=bench&operation=edit")},
		{name: "history, units of who did nearly all", path: fixed("history_records/?actor=bench&kind=cous")},
		{name: "history of a day", path: fixed("history_records/?from=%s&until=%s", dayBefore, dayBefore)},
		{name: "history until today", path: fixed("history_records/?until=%s", today)},
		{name: "all records", path: fixed("everything/")},
	}
}

// unitsPages are those that the administrator of a unit looks at, whose rights are asked of each record.
func unitsPages(c crowd) []consolePage {
	unit := "cous/" + c.unit + "/"
	return []consolePage{
		{name: "overview", path: fixed("")},
		{name: "people", path: fixed("co_people/")},
		{name: "people, a word of ten", path: ofWord("co_people/?q=")},
		{name: "people, a word of all", path: fixed("co_people/?q=example")},
		{name: "people of a unit of all", path: fixed("co_people/?unit=%s", c.unit)},
		{name: "search, a word of ten", path: ofWord("search?q=")},
		{name: "search, a word of all", path: fixed("search?q=example")},
		{name: "a person", path: ofPerson("co_people/%d/")},
		{name: "groups", path: fixed("co_groups/")},
		{name: "units", path: fixed("cous/")},
		{name: "a unit of all", path: fixed("%s", unit)},
		{name: "roles", path: fixed("co_person_roles/")},
		{name: "a form of a role", path: fixed("co_person_roles/new")},
		{name: "history", path: fixed("history_records/")},
		{name: "history of a person", path: ofPerson("history_records/?copersonid=%d")},
	}
}

// called says who looks at the pages.
func called(who string, pages []consolePage) []consolePage {
	for i := range pages {
		pages[i].name = strings.TrimPrefix(who+": "+pages[i].name, ": ")
	}
	return pages
}
