package console

import (
	"net/netip"
	"net/url"
	"strconv"

	"comity"
	"comity/internal/console/present"
	"comity/internal/provisioning"
	"comity/internal/registry/view"
)

// wiring is what a target is provisioned with: its settings, their server and the server's settings. Each is
// nil if it does not exist.
type wiring struct{ settings, server, where *comity.Record }

// wiring reads the wiring of a target.
func (v *visit) wiring(target *comity.Record) (w wiring, err error) {
	table := comity.SettingsFor(target.Text(comity.CoProvisioningTarget.Plugin))
	if w.settings, err = v.only(table, comity.CoProvisioningTarget.Resource, target.Id); err != nil || w.settings == nil || table.ServerId() == nil {
		return w, err
	}
	id := w.settings.Int(table.ServerId())
	found, err := v.View.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{comity.Server.Resource: {id}})
	if err != nil {
		return w, err
	}
	if w.server = found[comity.Server.Resource][id]; w.server != nil {
		w.where, err = v.only(settingsOf(w.server), comity.Server.Resource, id)
	}
	return w, err
}

// how returns the settings as a page shows them.
func (v *visit) how(w wiring) []present.Field {
	if w.settings == nil {
		return nil
	}
	t := present.Titles{Found: view.Named{comity.Server.Resource: {}}, Caller: v.caller}
	if w.server != nil {
		t.Found[comity.Server.Resource][w.server.Id] = w.server
	}
	var fields []present.Field
	if f := w.settings.Resource.ServerId(); f != nil {
		fields = append(fields, present.Field{Label: "Server", Value: v.present.Value(w.settings, f, t)})
	}
	for _, rec := range []*comity.Record{w.where, w.settings} {
		if rec == nil {
			continue
		}
		for _, f := range rec.Resource.Fields {
			if !f.Summary {
				continue
			}
			x := v.present.Value(rec, f, t)
			if rec == w.where {
				x.To = "" // an endpoint is no page to go to
			}
			fields = append(fields, present.Field{Label: f.Label, Value: x})
		}
	}
	return fields
}

// obstacle is why a target cannot work yet, and the form to change that.
type obstacle struct {
	Text string
	Form present.Link
}

// obstacles returns why a target cannot work yet, nil if nothing is missing.
func (v *visit) obstacles(target *comity.Record, w wiring) ([]obstacle, error) {
	var all []obstacle
	add := func(text, form, to string) { all = append(all, obstacle{text, present.Link{Text: form, To: to}}) }
	if provisioning.IsDisabled(target) {
		add("The target is disabled: nothing is sent to it.", "Choose another mode", v.present.EditPathIfAllowed(target))
	}
	if w.settings == nil {
		table := comity.SettingsFor(target.Text(comity.CoProvisioningTarget.Plugin))
		add("The target has no settings yet: where and how, and under which identifiers people are sent.",
			"Add its settings", v.present.AddPathIfAllowed(table, "coprovisioningtargetid", strconv.FormatInt(target.Id, 10)))
		return all, nil
	}
	if one := v.serverObstacle(w); one != nil {
		all = append(all, *one)
	}
	identifierType := w.settings.Resource.QueueField(comity.QueueIdentifierType)
	if identifierType == nil {
		return all, nil
	}
	kind := w.settings.Text(identifierType)
	has, err := v.Provisioning.HasIdentifiers(v.ctx(), v.caller, target, kind)
	if err == nil && !has {
		add("Nobody in this CO has an active identifier of the type "+kind+" yet, and people are sent under these.",
			"Edit the settings", v.present.EditPathIfAllowed(w.settings))
	}
	return all, err
}

// serverObstacle returns why nothing can be sent to a target's server, nil if nothing is missing.
func (v *visit) serverObstacle(w wiring) *obstacle {
	obstacleIs := func(text, form, to string) *obstacle { return &obstacle{text, present.Link{Text: form, To: to}} }
	switch {
	case w.server == nil:
		return nil
	case w.server.Text(comity.Server.Status) != comity.Active:
		return obstacleIs("The target's server is suspended.", "Edit the server", v.present.EditPathIfAllowed(w.server))
	case w.where == nil:
		table := settingsOf(w.server)
		return obstacleIs("The target's server has no address yet.", "Set up the "+table.One,
			v.present.AddPathIfAllowed(table, "serverid", strconv.FormatInt(w.server.Id, 10)))
	}
	for _, f := range w.where.Resource.Fields {
		switch {
		case f.Lacking != "" && w.where.Text(f) == "":
			return obstacleIs(f.Lacking, f.LackingAction, v.present.EditPathIfAllowed(w.where))
		case f.Format == "uri" && !v.mayReach(w.where.Text(f)):
			return obstacleIs("The target's server is at a private address, and this installation sends to public ones only (its operator can allow it by --allow-private-targets).",
				"Edit the server's settings", v.present.EditPathIfAllowed(w.where))
		}
	}
	return nil
}

// mayReach reports whether targets may be at a URL, as far as it shows that: host names are resolved when
// something is sent.
func (v *visit) mayReach(address string) bool {
	if v.Reachable == nil {
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
	return err != nil || v.Reachable(ip)
}
