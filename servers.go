package comity

// The types of server.
const (
	ServerHTTP  = "HT"
	ServerKafka = "KA"
)

// Server is an outside system that the CO talks to.
var Server = func() (t struct {
	*Resource
	CoId, Description, ServerType, Status *Field
},
) {
	t.Resource = resource("Server", "Servers", "servers").short("SRV")
	t.CoId = t.co()
	t.Description = t.text("Description", 128).required()
	t.ServerType = t.code("ServerType", words(ServerHTTP, ServerKafka)...).required()
	t.Status = t.code("Status", onOff...).required()
	return t
}()
