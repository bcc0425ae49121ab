package console

import (
	"net/netip"
	"net/url"
	"strconv"

	"comity"
	"comity/internal/access"
	"comity/internal/registry"
)

// wiring is how a target is told: its settings, their server and the server's settings; nil is what is
// not there.
type wiring struct{ settings, server, where *comity.Record }

// wiring finds how a target is told.
func (v *visit) wiring(target *comity.Record) (w wiring, err error) {
	f := comity.CoApiProvisionerTarget
	if w.settings, err = v.only(f.Resource, "coprovisioningtargetid", target.Id); err != nil || w.settings == nil {
		return w, err
	}
	id := w.settings.Int(f.ServerId)
	found, err := v.Registry.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{comity.Server.Resource: {id}})
	if err != nil {
		return w, err
	}
	if w.server = found[comity.Server.Resource][id]; w.server != nil {
		w.where, err = v.only(settingsOf(w.server), "serverid", id)
	}
	return w, err
}

// how are the settings as a page shows them.
func (v *visit) how(w wiring) []field {
	if w.settings == nil {
		return nil
	}
	f := comity.CoApiProvisionerTarget
	t := titles{registry.Found{comity.Server.Resource: {}}, v.caller}
	if w.server != nil {
		t.found[comity.Server.Resource][w.server.Id] = w.server
	}
	fields := []field{{"Server", v.value(w.settings, f.ServerId, t)}}
	if w.where != nil {
		shown := []*comity.Field{comity.HttpServer.Serverurl, comity.HttpServer.AuthType}
		if w.where.Resource == comity.KafkaServer.Resource {
			shown = []*comity.Field{comity.KafkaServer.Brokers, comity.KafkaServer.Topic}
		}
		for _, s := range shown {
			x := v.value(w.where, s, t)
			x.To = "" // an endpoint is no page to go to
			fields = append(fields, field{s.Label, x})
		}
	}
	for _, s := range []*comity.Field{f.Mode, f.IdentifierType, f.IncludeAttributes} {
		fields = append(fields, field{s.Label, v.value(w.settings, s, t)})
	}
	return fields
}

// obstacle is why a target cannot work yet, and where that is mended.
type obstacle struct {
	Text   string
	Repair link
}

// obstacles are why a target cannot work yet.
func (v *visit) obstacles(target *comity.Record, w wiring) ([]obstacle, error) {
	var all []obstacle
	add := func(text, repair, to string) { all = append(all, obstacle{text, link{repair, to}}) }
	settings, server := comity.CoApiProvisionerTarget, comity.Server
	if isDisabled(target) {
		add("It is disabled: nothing is sent to it.", "Choose another mode", v.repair(target))
	}
	if w.settings == nil {
		add("It has no settings yet: to which server, how, and under which identifiers people are sent.",
			"Add its settings", v.mayAdd(settings.Resource, "coprovisioningtargetid", strconv.FormatInt(target.Id, 10)))
		return all, nil
	}
	switch {
	case w.server == nil:
	case w.server.Text(server.Status) != comity.Active:
		add("Its server is suspended.", "Edit the server", v.repair(w.server))
	case w.where == nil:
		kind := settingsOf(w.server)
		add("Its server does not say yet where it is.", "Set up the "+kind.One, v.mayAdd(kind, "serverid", strconv.FormatInt(w.server.Id, 10)))
	case w.where.Resource == comity.KafkaServer.Resource && w.where.Text(comity.KafkaServer.Topic) == "":
		add("Its Kafka server names no topic to write to.", "Name a topic", v.repair(w.where))
	case !v.mayReach(w.where):
		add("Its server is at a private address, and this installation sends to public ones only (its operator can allow it by --allow-private-targets).",
			"Edit the server's settings", v.repair(w.where))
	}
	kind := w.settings.Text(settings.IdentifierType)
	has, err := v.Registry.HasIdentifiers(v.ctx(), target, kind)
	if err == nil && !has {
		add("Nobody in this CO has an active identifier of the type "+kind+" yet, and people are sent under these.",
			"Edit the settings", v.repair(w.settings))
	}
	return all, err
}

// mend is the path of a record's form where the reader may change records of its resource.
func (v *visit) repair(rec *comity.Record) string {
	if !v.caller.May(access.Edit, rec.Resource) {
		return ""
	}
	return v.form(rec.Resource, rec.Id, "edit")
}

// mayReach says whether targets can be where a server is, as far as its URL shows: what a name stands
// for is asked when something is sent.
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
