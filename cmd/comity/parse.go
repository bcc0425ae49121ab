package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// valueErrors are the values that cannot be parsed, collected so that all are reported and not the first alone.
type valueErrors map[*kong.Value]valueError

// valueError is the error in a value, nil for none. A value that was given on the command line or in the
// configuration file takes precedence over the environment and the default.
type valueError struct {
	given bool
	err   error
}

// in returns the errors in the values of a command's flags, joined.
func (m valueErrors) in(command *kong.Node) error {
	var all []error
	for _, group := range command.AllFlags(false) {
		for _, flag := range group {
			all = append(all, m[flag.Value].err)
		}
	}
	return errors.Join(all...)
}

// options make kong record values that cannot be parsed, and continue with their defaults.
func (m valueErrors) options() []kong.Option {
	defaults := kong.NewRegistry().RegisterDefaults()
	var options []kong.Option
	for _, t := range []reflect.Type{reflect.TypeFor[int64](), reflect.TypeFor[int](), reflect.TypeFor[float64]()} {
		options = append(options, kong.TypeMapper(t, m.recording(defaults.ForType(t))))
	}
	flag := reflect.TypeFor[bool]()
	duration := reflect.TypeFor[time.Duration]()
	return append(options,
		kong.TypeMapper(flag, boolMapper{m.recording(defaults.ForType(flag))}),
		kong.TypeMapper(duration, m.recording(durationMapper{defaults.ForType(duration)})))
}

// boolMapper is a mapper of flags that need no value.
type boolMapper struct{ kong.Mapper }

// IsBool implements kong.BoolMapper.
func (boolMapper) IsBool() bool { return true }

// durationMapper takes no number of a configuration file: kong would take it as nanoseconds.
type durationMapper struct{ kong.Mapper }

// Decode implements kong.Mapper.
func (d durationMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if value := ctx.Scan.Peek().Value; value != nil && reflect.TypeOf(value).Kind() != reflect.String {
		_ = ctx.Scan.Pop()
		return fmt.Errorf("expected a duration such as \"30s\" but got %v", value)
	}
	return d.Mapper.Decode(ctx, target)
}

func (m valueErrors) recording(mapper kong.Mapper) kong.Mapper {
	return kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		v, text := ctx.Value, ctx.Scan.Peek().Value
		err := mapper.Decode(ctx, target)
		if v.Flag == nil {
			return err
		}
		// kong reads the command line first, and then the environment or the default into the target itself.
		given := target.Addr().UnsafePointer() != v.Target.Addr().UnsafePointer()
		if m[v].given && !given {
			return nil
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", v.ShortSummary(), err)
		}
		if i := slices.IndexFunc(v.Tag.Envs, func(name string) bool { return os.Getenv(name) == text }); i >= 0 && !given && err != nil {
			err = fmt.Errorf("%w (from %s)", err, v.Tag.Envs[i])
		}
		m[v] = valueError{given, err}
		if err == nil {
			return nil
		}
		if !v.HasDefault {
			return nil
		}
		return mapper.Decode(&kong.DecodeContext{Value: v, Scan: kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: v.Default})}, target)
	})
}

// configuration are the values of a configuration file: a JSON object whose keys are flags' names, with
// dashes or underscores. A key that is no flag is an error, for a mistyped one would go unnoticed.
type configuration map[string]any

// strictJSON reads a configuration file.
func strictJSON(r io.Reader) (kong.Resolver, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the configuration file cannot be read: %w", err)
	}
	s := configuration{}
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
func (s configuration) Validate(app *kong.Application) error {
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
func (s configuration) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
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
