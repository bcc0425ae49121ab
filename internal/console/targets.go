package console

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
	"comity/internal/registry/view"
)

// targetPages are the custom pages of targets: one form for a target and its settings, and the pages about its
// deliveries.
func targetPages() []page {
	at := "co/{co}/" + present.Segment(comity.CoProvisioningTarget.Resource) + "/{id}/"
	return append(pairPages(comity.CoProvisioningTarget.Resource, newTarget),
		page{pattern: "GET " + at + "health", handle: reloadHealth},
		page{pattern: "GET " + at + "failed", handle: listFailed},
		page{pattern: "POST " + at + "resend", handle: resendAll},
		page{pattern: "POST " + at + "everybody", handle: startFullSync},
		page{pattern: "POST " + at + "stop", handle: stopFullSync},
		page{pattern: "GET " + at + "people/{$}", handle: peopleToProvision},
		page{pattern: "GET " + at + "people/{person}/{$}", handle: showSubject},
		page{pattern: "POST " + at + "people/{person}/send", handle: sendSubject},
		page{pattern: "POST " + at + "people/{person}/resend", handle: resendSubject},
		page{pattern: "GET " + at + "groups/{group}/{$}", handle: showSubject},
		page{pattern: "POST " + at + "groups/{group}/send", handle: sendSubject},
		page{pattern: "POST " + at + "groups/{group}/resend", handle: resendSubject},
	)
}

// newTarget returns the form of a target and its settings, in the table of the plugin that was chosen in the form or
// that the query parameter "plugin" names.
func newTarget(q *request) (*recordPair, error) {
	f := comity.CoProvisioningTarget
	settings := comity.SettingsFor(cmp.Or(q.r.PostForm.Get(f.Plugin.Name), q.r.URL.Query().Get("plugin")))
	if settings == nil {
		settings = comity.TargetSettings()[0]
	}
	p := newRecordPair(q, f.Resource, settings, settings.TargetId())
	p.first.Given.SetText(f.Plugin, settings.Plugin)
	p.first.Given.SetText(f.Status, comity.ModeAutomatic)
	p.page.Sections[0].Title, p.page.Sections[1].Title = "The target", "How it is provisioned"
	if tables := comity.TargetSettings(); len(tables) > 1 {
		for _, t := range tables {
			p.page.Kinds = append(p.page.Kinds, present.Link{Text: f.Plugin.WordLabel(t.Plugin), To: q.present.AddPath(f.Resource, "plugin", t.Plugin)})
		}
		p.page.Kinds[slices.Index(tables, settings)].To = ""
	}
	if settings.ServerId() == nil {
		return p, nil
	}
	return p, chooseServer(q, p)
}

// chooseServer fills in the server of a target's settings: the one that the query parameter "server" names, or the only
// one.
func chooseServer(q *request, p *recordPair) error {
	f := p.second.Resource.ServerId()
	servers, few, err := q.choices().Records(comity.Server.Resource)
	if err != nil {
		return err
	}
	server := comity.ParseId(q.r.URL.Query().Get("server"))
	switch {
	case server != 0:
		p.second.Given.SetInt(f, server)
	case few && len(servers) == 1:
		p.second.Given.SetInt(f, comity.ParseId(servers[0].Value))
	case few && len(servers) == 0:
		p.page.Missing = present.Link{Text: "A target needs a server to send to, and there is none in this CO yet.", To: q.present.AddPathIfAllowed(comity.Server.Resource)}
	}
	return nil
}

// requestedTarget returns the target of the path, if the caller may do op to it.
func requestedTarget(q *request, op authz.Operation) (*comity.Record, error) {
	target, err := q.Provisioning.Target(q.ctx(), q.caller, op, comity.ParseId(q.r.PathValue("id")))
	if err == nil && target.CoId != q.co.Id {
		err = comity.Missing(comity.CoProvisioningTarget.UnknownOnView)
	}
	return target, err
}

// targetPath returns a path below a target's page.
func targetPath(q *request, target int64, what string) string {
	return q.present.ActionPath(comity.CoProvisioningTarget.Resource, target, what)
}

// subjectPath returns the path of the page of a person or group at a target.
func subjectPath(q *request, target int64, s comity.Subject) string {
	kind := "people/"
	if s.Kind == comity.KindGroup {
		kind = "groups/"
	}
	return targetPath(q, target, kind+strconv.FormatInt(s.Id, 10)+"/")
}

// targetCrumbs returns the breadcrumbs of a page below a target's.
func targetCrumbs(q *request, target *comity.Record, more ...present.Link) []present.Link {
	return q.present.Crumbs(target, present.Titles{}.Of(target), more...)
}

// targetPart is what a target's page shows besides its record.
type targetPart struct {
	Obstacles      []obstacle
	Health         liveFragment
	SettingsFields []present.Field
	// Mode is the name of the target's mode, Explained what it does.
	Mode, Explained string
	// People leads to the list of people, to choose one to send. Settings leads to the settings shown in How.
	People, Settings string
	// FullSync is the path that the form of a full sync is posted to, "" if the caller may not.
	FullSync string
	// Fresh says that nothing has been delivered to the target yet.
	Fresh bool
}

func targetParts() []part {
	return []part{{template: "target", data: func(q *request, rec *comity.Record) (any, error) {
		w, err := readTargetSettings(q, rec)
		if err != nil {
			return nil, err
		}
		p := targetPart{Mode: comity.CoProvisioningTarget.Status.WordLabel(rec.Text(comity.CoProvisioningTarget.Status))}
		p.Explained = comity.CoProvisioningTarget.Status.WordDoc(rec.Text(comity.CoProvisioningTarget.Status))
		if p.Obstacles, err = obstacles(q, rec, w); err != nil {
			return nil, err
		}
		l, err := readHealth(q, rec)
		if err != nil {
			return nil, err
		}
		if p.Health, err = healthFragment(q, l); err != nil {
			return nil, err
		}
		p.SettingsFields, p.People, p.Fresh = settingsFields(q, w), targetPath(q, rec.Id, "people/"), l.LastSuccess.IsZero()
		if w.settings != nil {
			p.Settings = q.present.RecordPath(w.settings.Resource, w.settings.Id)
		}
		if provisioning.MayProvision(q.caller, rec) {
			p.FullSync = targetPath(q, rec.Id, "everybody")
		}
		return p, nil
	}}}
}

// targetOfPerson is the delivery of a person to a target.
type targetOfPerson struct {
	delivery
	Name, To string
	// Message leads to what the target would be sent. Resend is the path that its form is posted to, "" if there
	// is nothing to resend or the caller may not.
	Message, Resend string
}

// mostTargets is how many targets a person's page shows.
const mostTargets = 20

// targetsOfPerson returns the CO's targets with the delivery of a person to each, none if the caller may not see
// targets. The template "person_targets" shows them.
func targetsOfPerson(q *request, person int64) ([]targetOfPerson, error) {
	targets, err := listTargets(q, mostTargets)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	subject := comity.PersonSubject(person)
	deliveries, err := q.Provisioning.SubjectStatuses(q.ctx(), q.caller, targets, subject)
	if err != nil {
		return nil, err
	}
	var all []targetOfPerson
	for i, target := range targets {
		one := targetOfPerson{
			delivery: newDelivery(deliveries[i]), Name: present.Titles{}.Of(target), To: q.present.RecordPath(target.Resource, target.Id), Message: subjectPath(q, target.Id, subject),
		}
		if one.Resendable() && provisioning.MayProvision(q.caller, target) {
			one.Resend = one.Message + "resend"
		}
		all = append(all, one)
	}
	return all, nil
}

// listTargets returns the first targets of the CO, none if the caller may not see targets.
func listTargets(q *request, most int) ([]*comity.Record, error) {
	r := comity.CoProvisioningTarget.Resource
	if !q.caller.May(authz.View, r) {
		return nil, nil
	}
	l, err := q.View.List(q.ctx(), q.caller, q.listQuery(r, most))
	if err != nil {
		return nil, err
	}
	return l.Records, nil
}

// targetSettings is what a target is provisioned with: its settings, their server and the server's settings.
// Each is nil if it does not exist.
type targetSettings struct{ settings, server, where *comity.Record }

// readTargetSettings reads the settings of a target.
func readTargetSettings(q *request, target *comity.Record) (w targetSettings, err error) {
	table := comity.SettingsFor(target.Text(comity.CoProvisioningTarget.Plugin))
	if w.settings, err = onlyDependent(q, table, comity.CoProvisioningTarget.Resource, target.Id); err != nil || w.settings == nil || table.ServerId() == nil {
		return w, err
	}
	id := w.settings.Int(table.ServerId())
	found, err := q.View.Lookup(q.ctx(), q.caller, map[*comity.Resource][]int64{comity.Server.Resource: {id}})
	if err != nil {
		return w, err
	}
	if w.server = found[comity.Server.Resource][id]; w.server != nil {
		w.where, err = onlyDependent(q, settingsResource(w.server), comity.Server.Resource, id)
	}
	return w, err
}

// settingsFields returns the settings as a page shows them.
func settingsFields(q *request, w targetSettings) []present.Field {
	if w.settings == nil {
		return nil
	}
	t := present.Titles{Found: view.Named{comity.Server.Resource: {}}, Caller: q.caller}
	if w.server != nil {
		t.Found[comity.Server.Resource][w.server.Id] = w.server
	}
	var fields []present.Field
	if f := w.settings.Resource.ServerId(); f != nil {
		fields = append(fields, present.Field{Label: "Server", Value: q.present.Value(w.settings, f, t)})
	}
	for _, rec := range []*comity.Record{w.where, w.settings} {
		if rec == nil {
			continue
		}
		for _, f := range rec.Resource.Fields {
			if !f.Summary {
				continue
			}
			x := q.present.Value(rec, f, t)
			if rec == w.where {
				x.To = "" // an endpoint is no page to go to
			}
			fields = append(fields, present.Field{Label: f.Label, Value: x})
		}
	}
	return fields
}

// obstacle is a reason why a target cannot work yet, with the form to remove it.
type obstacle struct {
	Text string
	Form present.Link
}

// obstacles returns the reasons why a target cannot work yet.
func obstacles(q *request, target *comity.Record, w targetSettings) ([]obstacle, error) {
	var all []obstacle
	add := func(text, form, to string) { all = append(all, obstacle{text, present.Link{Text: form, To: to}}) }
	if provisioning.IsDisabled(target) {
		add("The target is disabled: nothing is sent to it.", "Choose another mode", q.present.EditPathIfAllowed(target))
	}
	if w.settings == nil {
		table := comity.SettingsFor(target.Text(comity.CoProvisioningTarget.Plugin))
		add("The target has no settings yet: where and how, and under which identifiers people are sent.",
			"Add its settings", q.present.AddPathIfAllowed(table, "coprovisioningtargetid", strconv.FormatInt(target.Id, 10)))
		return all, nil
	}
	if one := serverObstacle(q, w); one != nil {
		all = append(all, *one)
	}
	identifierType := w.settings.Resource.QueueField(comity.QueueIdentifierType)
	if identifierType == nil {
		return all, nil
	}
	kind := w.settings.Text(identifierType)
	has, err := q.Provisioning.HasIdentifiers(q.ctx(), q.caller, target, kind)
	if err == nil && !has {
		add("Nobody in this CO has an active identifier of the type "+kind+" yet, and people are sent under these.",
			"Edit the settings", q.present.EditPathIfAllowed(w.settings))
	}
	return all, err
}

// serverObstacle returns the reason why nothing can be sent to the server of a target, nil for none.
func serverObstacle(q *request, w targetSettings) *obstacle {
	because := func(text, form, to string) *obstacle { return &obstacle{text, present.Link{Text: form, To: to}} }
	switch {
	case w.server == nil:
		return nil
	case w.server.Text(comity.Server.Status) != comity.Active:
		return because("The target's server is suspended.", "Edit the server", q.present.EditPathIfAllowed(w.server))
	case w.where == nil:
		table := settingsResource(w.server)
		return because("The target's server has no address yet.", "Set up the "+table.One,
			q.present.AddPathIfAllowed(table, "serverid", strconv.FormatInt(w.server.Id, 10)))
	}
	for _, f := range w.where.Resource.Fields {
		switch {
		case f.Lacking != "" && w.where.Text(f) == "":
			return because(f.Lacking, f.LackingAction, q.present.EditPathIfAllowed(w.where))
		case f.Format == "uri" && !isReachable(q, w.where.Text(f)):
			return because("The target's server is at a private address, and this installation sends to public ones only (its operator can allow it by --allow-private-targets).",
				"Edit the server's settings", q.present.EditPathIfAllowed(w.where))
		}
	}
	return nil
}

// isReachable reports whether targets may have the address of a URL, as far as the URL shows it. Host names are resolved
// when something is sent.
func isReachable(q *request, address string) bool {
	if q.Reachable == nil {
		return true
	}
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	if u.Hostname() == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err != nil || q.Reachable(ip)
}
