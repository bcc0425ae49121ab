package console

import (
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
)

// serverPages are the custom pages of servers: one form for a server and its settings.
func serverPages() []page { return pairPages(comity.Server.Resource, newServer) }

// newServer returns the form of a server and its settings, of the type whose label, in lower case, is the query
// parameter "type".
func newServer(q *request) (*recordPair, error) {
	f := comity.Server
	tables := comity.ServerTables()
	table := tables[0]
	var kinds []present.Link
	for _, t := range tables {
		label := f.ServerType.WordLabel(t.ServerType)
		if q.r.URL.Query().Get("type") == strings.ToLower(label) {
			table = t
		}
		kinds = append(kinds, present.Link{Text: label, To: q.present.AddPath(f.Resource, "type", strings.ToLower(label))})
	}
	p := newRecordPair(q, f.Resource, table, table.ServerId())
	p.hide(f.ServerType, table.ServerType)
	p.page.Sections[0].Title, p.page.Sections[1].Title = "The server", table.Heading
	kinds[slices.Index(tables, table)].To = ""
	p.page.Kinds = kinds
	return p, nil
}

// settingsResource returns the resource of the settings of a server.
func settingsResource(server *comity.Record) *comity.Resource {
	return comity.ServerTable(server.Text(comity.Server.ServerType))
}

// matchesType reports whether a record can have dependents of a resource: a server has settings of its type only, a
// target those of its plugin only.
func matchesType(rec *comity.Record, r *comity.Resource) bool {
	switch {
	case rec.Resource == comity.Server.Resource && r.ServerType != "":
		return r == settingsResource(rec)
	case rec.Resource == comity.CoProvisioningTarget.Resource && r.Plugin != "":
		return r.Plugin == rec.Text(comity.CoProvisioningTarget.Plugin)
	}
	return true
}

// serverNext is the next step in setting up a server, or the targets that use it.
type serverNext struct {
	// Settings leads to the form of its settings if it has none, Target to the form of a new target.
	Settings present.Link
	Target   string
	// Used are the targets that send to the server.
	Used []present.Link
}

// serverParts are the custom parts of a server: what comes next.
func serverParts() []part {
	return []part{{template: "server_next", data: func(q *request, rec *comity.Record) (any, error) {
		settings := settingsResource(rec)
		id := strconv.FormatInt(rec.Id, 10)
		there, err := onlyDependent(q, settings, comity.Server.Resource, rec.Id)
		if err != nil {
			return nil, err
		}
		if there == nil {
			if !q.caller.May(authz.Add, settings) {
				return nil, nil
			}
			return serverNext{Settings: present.Link{Text: settings.One, To: q.present.AddPath(settings, "serverid", id)}}, nil
		}
		next := serverNext{Target: q.present.AddPathIfAllowed(comity.CoProvisioningTarget.Resource, "server", id)}
		if next.Used, err = targetsOfServer(q, rec.Id); err != nil || next.Target == "" && len(next.Used) == 0 {
			return nil, err
		}
		return next, nil
	}}}
}

// targetsOfServer returns the targets that send to a server, among the first few of the CO.
func targetsOfServer(q *request, server int64) (used []present.Link, err error) {
	for _, table := range comity.TargetSettings() {
		if table.ServerId() == nil || !q.caller.May(authz.View, table) {
			continue
		}
		more, err := settingsOnServer(q, table, server)
		if err != nil {
			return nil, err
		}
		used = append(used, more...)
	}
	return used, nil
}

// settingsOnServer returns the targets whose settings, in a table, name a server.
func settingsOnServer(q *request, table *comity.Resource, server int64) (used []present.Link, err error) {
	l, err := q.View.List(q.ctx(), q.caller, q.listQuery(table, maxChoices))
	if err != nil {
		return nil, err
	}
	t, err := q.titles(l.Records)
	if err != nil {
		return nil, err
	}
	for _, settings := range l.Records {
		if target := settings.Int(table.TargetId()); settings.Int(table.ServerId()) == server {
			used = append(used, q.present.Link(comity.CoProvisioningTarget.Resource, target, t))
		}
	}
	return used, nil
}
