// Package provision tells other systems about people: it builds the person message and sends it
// to HTTP endpoints. It knows nothing of when to tell whom, nor of retries; it is handed a
// comity.Snapshot and says what an endpoint must be sent so that it holds that state.
//
//   - messages.go decides which messages bring an endpoint up to date
//   - person.go, names.go and roles.go are the message, a type for each kind of object in it
//   - message.schema.json is its JSON Schema, for those who receive it
//   - http.go, tls.go, escape.go and answer.go send it and judge the answer
package provision
