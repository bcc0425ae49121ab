package console

import (
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
)

// serverPages are the custom pages of servers: one form for a server and its settings.
func serverPages() []page { return pairPages(comity.Server.Resource, newServer) }

// kafkaType is the value of the form's query parameter "type" for a Kafka server.
const kafkaType = "kafka"

func newServer(v *visit) (*pair, error) {
	http, kafka := comity.HttpServer, comity.KafkaServer
	f := comity.Server
	if v.r.URL.Query().Get("type") == kafkaType {
		p := newPair(v, f.Resource, kafka.Resource, kafka.ServerId)
		p.know(f.ServerType, comity.ServerKafka)
		p.seldom = []*comity.Field{kafka.SaslMechanism, kafka.Groupid, kafka.BatchSize, kafka.Partition, kafka.Timeout}
		p.page.Sections[0].Title, p.page.Sections[1].Title = "The server", "Its cluster"
		p.page.Ways = []present.Link{{Text: "HTTP", To: v.present.AddPath(f.Resource)}, {Text: "Kafka"}}
		return p, nil
	}
	p := newPair(v, f.Resource, http.Resource, http.ServerId)
	p.know(f.ServerType, comity.ServerHTTP)
	p.seldom = []*comity.Field{http.SslVerifyPeer, http.SslVerifyHost}
	p.page.Sections[0].Title, p.page.Sections[1].Title = "The server", "Where it is"
	p.page.Ways = []present.Link{{Text: "HTTP"}, {Text: "Kafka", To: v.present.AddPath(f.Resource, "type", kafkaType)}}
	return p, nil
}

// settingsOf returns the resource of a server's settings.
func settingsOf(server *comity.Record) *comity.Resource {
	if server.Text(comity.Server.ServerType) == comity.ServerKafka {
		return comity.KafkaServer.Resource
	}
	return comity.HttpServer.Resource
}

// fits reports whether records of a resource can belong to a record: a server has the settings of its type
// only.
func fits(rec *comity.Record, r *comity.Resource) bool {
	isSettings := r == comity.HttpServer.Resource || r == comity.KafkaServer.Resource
	return rec.Resource != comity.Server.Resource || !isSettings || r == settingsOf(rec)
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
	f := comity.CoApiProvisionerTarget
	if !v.caller.May(authz.View, f.Resource) {
		return nil, nil
	}
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(f.Resource, few))
	if err != nil {
		return nil, err
	}
	t, err := v.titles(l.Records)
	if err != nil {
		return nil, err
	}
	for _, settings := range l.Records {
		if target := settings.Int(f.CoProvisioningTargetId); settings.Int(f.ServerId) == server {
			used = append(used, v.present.Link(comity.CoProvisioningTarget.Resource, target, t))
		}
	}
	return used, nil
}
