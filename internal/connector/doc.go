// Package connector is what the connectors share. A connector sends the state of people and groups to one
// kind of external system and judges the answers; each is a package below this one. It neither schedules
// deliveries nor retries them.
//
//   - connectors.go is the interface, and the map that selects the connector of a target
//   - plan.go decides which messages are sent, and under which identifiers
//   - person.go, names.go, roles.go and group.go build the messages, with a type for each kind of object
//   - message.schema.json is their JSON Schema, for authors of receivers
//   - headers.go, sign.go and escape.go are what goes with a message, and how identifiers are encoded
//   - addresses.go connects to receivers, answer.go makes their answers safe to show
package connector
