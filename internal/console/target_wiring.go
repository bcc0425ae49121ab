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
	f := comity.CoApiProvisionerTarget
	if w.settings, err = v.only(f.Resource, comity.CoProvisioningTarget.Resource, target.Id); err != nil || w.settings == nil {
		return w, err
	}
	id := w.settings.Int(f.ServerId)
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
	f := comity.CoApiProvisionerTarget
	t := present.Titles{Found: view.Named{comity.Server.Resource: {}}, Caller: v.caller}
	if w.server != nil {
		t.Found[comity.Server.Resource][w.server.Id] = w.server
	}
	fields := []present.Field{{Label: "Server", Value: v.present.Value(w.settings, f.ServerId, t)}}
	if w.where != nil {
		shown := []*comity.Field{comity.HttpServer.Serverurl, comity.HttpServer.AuthType}
		if w.where.Resource == comity.KafkaServer.Resource {
			shown = []*comity.Field{comity.KafkaServer.Brokers, comity.KafkaServer.Topic}
		}
		for _, s := range shown {
			x := v.present.Value(w.where, s, t)
			x.To = "" // an endpoint is no page to go to
			fields = append(fields, present.Field{Label: s.Label, Value: x})
		}
	}
	for _, s := range []*comity.Field{f.Mode, f.IdentifierType, f.IncludeAttributes} {
		fields = append(fields, present.Field{Label: s.Label, Value: v.present.Value(w.settings, s, t)})
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
	settings, server := comity.CoApiProvisionerTarget, comity.Server
	if provisioning.IsDisabled(target) {
		add("The target is disabled: nothing is sent to it.", "Choose another mode", v.present.EditPathIfAllowed(target))
	}
	if w.settings == nil {
		add("The target has no settings yet: to which server, how, and under which identifiers people are sent.",
			"Add its settings", v.present.AddPathIfAllowed(settings.Resource, "coprovisioningtargetid", strconv.FormatInt(target.Id, 10)))
		return all, nil
	}
	switch {
	case w.server == nil:
	case w.server.Text(server.Status) != comity.Active:
		add("The target's server is suspended.", "Edit the server", v.present.EditPathIfAllowed(w.server))
	case w.where == nil:
		kind := settingsOf(w.server)
		add("The target's server has no address yet.", "Set up the "+kind.One, v.present.AddPathIfAllowed(kind, "serverid", strconv.FormatInt(w.server.Id, 10)))
	case w.where.Resource == comity.KafkaServer.Resource && w.where.Text(comity.KafkaServer.Topic) == "":
		add("The target's Kafka server names no topic to write to.", "Name a topic", v.present.EditPathIfAllowed(w.where))
	case !v.mayReach(w.where):
		add("The target's server is at a private address, and this installation sends to public ones only (its operator can allow it by --allow-private-targets).",
			"Edit the server's settings", v.present.EditPathIfAllowed(w.where))
	}
	kind := w.settings.Text(settings.IdentifierType)
	has, err := v.Provisioning.HasIdentifiers(v.ctx(), v.caller, target, kind)
	if err == nil && !has {
		add("Nobody in this CO has an active identifier of the type "+kind+" yet, and people are sent under these.",
			"Edit the settings", v.present.EditPathIfAllowed(w.settings))
	}
	return all, err
}

// mayReach reports whether targets may be at a server's address, as far as its URL shows it: host names are
// resolved when something is sent.
func (v *visit) mayReach(where *comity.Record) bool {
	if v.Reachable == nil || where.Resource != comity.HttpServer.Resource {
		return true
	}
	u, err := url.Parse(where.Text(comity.HttpServer.Serverurl))
	if err != nil {
		return true
	}
	if u.Hostname() == "localhost" {
		return false
	}
	address, err := netip.ParseAddr(u.Hostname())
	return err != nil || v.Reachable(address)
}
