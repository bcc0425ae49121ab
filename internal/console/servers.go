package console

import (
	"strconv"

	"comity"
	"comity/internal/access"
)

// serverPages are the pages of servers that are made by hand. "Add a New Server" is the drawn form by
// another name; the page after it asks for what the type needs (serverParts).
func serverPages() []page { return nil }

// serverParts tell whoever adds a server what comes next.
func serverParts() []part {
	return []part{{template: "server_next", data: func(v *visit, rec *comity.Record) (any, error) {
		settings := comity.HttpServer.Resource
		if rec.Text(comity.Server.ServerType) == comity.ServerKafka {
			settings = comity.KafkaServer.Resource
		}
		id := strconv.FormatInt(rec.Id, 10)
		l, err := v.Registry.List(v.ctx(), v.caller, settings, map[string][]string{"coid": {strconv.FormatInt(rec.CoId, 10)}, "serverid": {id}, "limit": {"1"}})
		if err != nil || len(l.Records) > 0 || !v.caller.May(access.Add, settings) {
			return nil, err
		}
		return link{one(settings), v.add(settings, "serverid", id)}, nil
	}}}
}
