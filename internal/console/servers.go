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

// newServer is the form of a server and its address, of the type that the query parameter "type" names by its
// label in lower case.
func newServer(v *visit) (*pair, error) {
	f := comity.Server
	tables := comity.ServerTables()
	table := tables[0]
	var ways []present.Link
	for _, t := range tables {
		label := f.ServerType.WordLabel(t.ServerType)
		if v.r.URL.Query().Get("type") == strings.ToLower(label) {
			table = t
		}
		ways = append(ways, present.Link{Text: label, To: v.present.AddPath(f.Resource, "type", strings.ToLower(label))})
	}
	p := newPair(v, f.Resource, table, table.ServerId())
	p.know(f.ServerType, table.ServerType)
	p.page.Sections[0].Title, p.page.Sections[1].Title = "The server", table.Heading
	ways[slices.Index(tables, table)].To = ""
	p.page.Ways = ways
	return p, nil
}

// settingsOf returns the resource of a server's address.
func settingsOf(server *comity.Record) *comity.Resource {
	return comity.ServerTable(server.Text(comity.Server.ServerType))
}

// fits reports whether records of a resource can belong to a record: a server has the address of its type
// only, a target the settings of its plugin only.
func fits(rec *comity.Record, r *comity.Resource) bool {
	switch {
	case rec.Resource == comity.Server.Resource && r.ServerType != "":
		return r == settingsOf(rec)
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

// serverParts show, with a server, what comes next.
func serverParts() []part {
	return []part{{template: "server_next", data: func(v *visit, rec *comity.Record) (any, error) {
		settings := settingsOf(rec)
		id := strconv.FormatInt(rec.Id, 10)
		there, err := v.only(settings, comity.Server.Resource, rec.Id)
		if err != nil {
			return nil, err
		}
		if there == nil {
			if !v.caller.May(authz.Add, settings) {
				return nil, nil
			}
			return serverNext{Settings: present.Link{Text: settings.One, To: v.present.AddPath(settings, "serverid", id)}}, nil
		}
		next := serverNext{Target: v.present.AddPathIfAllowed(comity.CoProvisioningTarget.Resource, "server", id)}
		if next.Used, err = v.targetsOfServer(rec.Id); err != nil || next.Target == "" && len(next.Used) == 0 {
			return nil, err
		}
		return next, nil
	}}}
}

// targetsOfServer returns the targets that send to a server, among the first few of the CO.
func (v *visit) targetsOfServer(server int64) (used []present.Link, err error) {
	for _, table := range comity.TargetSettings() {
		if table.ServerId() == nil || !v.caller.May(authz.View, table) {
			continue
		}
		more, err := v.settingsOnServer(table, server)
		if err != nil {
			return nil, err
		}
		used = append(used, more...)
	}
	return used, nil
}

// settingsOnServer returns the targets whose settings, in a table, name a server.
func (v *visit) settingsOnServer(table *comity.Resource, server int64) (used []present.Link, err error) {
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(table, few))
	if err != nil {
		return nil, err
	}
	t, err := v.titles(l.Records)
	if err != nil {
		return nil, err
	}
	for _, settings := range l.Records {
		if target := settings.Int(table.TargetId()); settings.Int(table.ServerId()) == server {
			used = append(used, v.present.Link(comity.CoProvisioningTarget.Resource, target, t))
		}
	}
	return used, nil
}
