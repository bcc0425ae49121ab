package console

import (
	"strconv"

	"comity"
	"comity/internal/access"
)

// serverPages are the pages of servers that are made by hand: one form asks for a server and for where
// it is.
func serverPages() []page { return pairPages(comity.Server.Resource, newServer) }

// kafkaType is what the query of the form says for a Kafka server.
const kafkaType = "kafka"

func newServer(v *visit) (*pair, error) {
	http, kafka := comity.HttpServer, comity.KafkaServer
	f := comity.Server
	if v.r.URL.Query().Get("type") == kafkaType {
		p := newPair(v, f.Resource, kafka.Resource, kafka.ServerId)
		p.know(f.ServerType, comity.ServerKafka)
		p.seldom = []*comity.Field{kafka.SaslMechanism, kafka.Groupid, kafka.BatchSize, kafka.Partition, kafka.Timeout}
		p.page.Sections[0].Title, p.page.Sections[1].Title = "The server", "Its cluster"
		p.page.Ways = []link{{"HTTP", v.add(f.Resource)}, {"Kafka", ""}}
		return p, nil
	}
	p := newPair(v, f.Resource, http.Resource, http.ServerId)
	p.know(f.ServerType, comity.ServerHTTP)
	p.seldom = []*comity.Field{http.SslVerifyPeer, http.SslVerifyHost}
	p.page.Sections[0].Title, p.page.Sections[1].Title = "The server", "Where it is"
	p.page.Ways = []link{{"HTTP", ""}, {"Kafka", v.add(f.Resource, "type", kafkaType)}}
	return p, nil
}

// settingsOf is the resource of a server's settings.
func settingsOf(server *comity.Record) *comity.Resource {
	if server.Text(comity.Server.ServerType) == comity.ServerKafka {
		return comity.KafkaServer.Resource
	}
	return comity.HttpServer.Resource
}

// serverNext is what comes next for a server.
type serverNext struct {
	// Settings leads to the form of its settings, where it has none; Target to that of a target.
	Settings link
	Target   string
}

// serverParts tell whoever adds a server what comes next.
func serverParts() []part {
	return []part{{template: "server_next", data: func(v *visit, rec *comity.Record) (any, error) {
		settings := settingsOf(rec)
		id := strconv.FormatInt(rec.Id, 10)
		there, err := v.only(settings, "serverid", rec.Id)
		switch {
		case err != nil:
			return nil, err
		case there == nil && v.caller.May(access.Add, settings):
			return serverNext{Settings: link{one(settings), v.add(settings, "serverid", id)}}, nil
		case there != nil && v.caller.May(access.Add, comity.CoProvisioningTarget.Resource):
			return serverNext{Target: v.add(comity.CoProvisioningTarget.Resource, "server", id)}, nil
		}
		return nil, nil
	}}}
}
