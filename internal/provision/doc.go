// Package provision builds the messages about people and groups and sends them to HTTP endpoints. It
// neither schedules deliveries nor retries them: given a comity.Snapshot it returns the messages after
// which an endpoint holds that state.
//
//   - messages.go decides which messages are sent, and under which identifiers
//   - person.go, names.go, roles.go and group.go build the messages, with a type for each kind of object
//   - message.schema.json is their JSON Schema, for authors of receivers
//   - http.go, tls.go, escape.go and answer.go send them and classify the answers
package provision
