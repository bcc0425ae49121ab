package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// settings are the values of a configuration file: a JSON object whose keys are flags' names, with
// dashes or underscores. A key that is no flag is an error, for a mistyped one would go unnoticed.
type settings map[string]any

func strictJSON(r io.Reader) (kong.Resolver, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the configuration file cannot be read: %w", err)
	}
	s := settings{}
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("the configuration file is not a JSON object: %w", err)
	}
	for key, v := range s {
		delete(s, key)
		s[strings.ReplaceAll(key, "_", "-")] = v
	}
	return s, nil
}

// Validate returns an error that names the keys which are not flags of the program.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	err := kong.Visit(app, func(n kong.Visitable, next kong.Next) error {
		if f, ok := n.(*kong.Flag); ok {
			known[f.Name] = true
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if !known[key] {
			wrong = append(wrong, fmt.Errorf("the configuration file has a setting %q that does not exist", key))
		}
	}
	return errors.Join(wrong...)
}

// Resolve returns a flag's value in the file, nil if the environment has one.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := s[flag.Name]
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			ok = false
		}
	}
	if !ok {
		return nil, nil //nolint:nilnil // kong's way to say that there is no value
	}
	return v, nil
}
