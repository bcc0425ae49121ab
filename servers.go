package comity

// The types of server.
const (
	ServerHTTP  = "HT"
	ServerKafka = "KA"
)

// Server is an external system to which the CO connects.
var Server = func() (t struct {
	*Resource
	CoId, Description, ServerType, Status *Field
},
) {
	t.Resource = resource("Server", "Servers", "servers").short("SRV").
		addedAs("Add a New Server").purpose("The outside systems that the CO talks to.").
		doc("An outside system that the CO talks to.")
	t.CoId = t.co()
	t.Description = t.text("Description", 128).required()
	t.ServerType = t.code("ServerType",
		option(ServerHTTP, "HTTP"),
		option(ServerKafka, "Kafka"),
	).required().
		doc("What the server speaks. It stays while the server has its HttpServer or KafkaServer, which hold its address.")
	t.Status = t.code("Status", onOff...).required()
	return t
}()
