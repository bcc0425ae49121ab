// Package connectortest has what tests of connectors share: subjects that have everything a message can show, a
// destination, the steps of a delivery, and the JSON Schema of messages.
package connectortest

import (
	"bytes"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"comity/internal/connector"
)

// Validator returns a function that returns an error if a message's body does not match the schema.
func Validator() (func(body []byte) error, error) {
	const name = "message.schema.json"
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(connector.Schema()))
	if err != nil {
		return nil, fmt.Errorf("read the message's schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, document); err != nil {
		return nil, fmt.Errorf("read the message's schema: %w", err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("compile the message's schema: %w", err)
	}
	return func(body []byte) error {
		message, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
		return schema.Validate(message)
	}, nil
}
