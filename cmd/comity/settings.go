package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"comity/internal/store/db"
)

// settingsCommand has the flags of serve.
type settingsCommand struct {
	serveCommand
}

// Validate returns no error: Run reports errors after it has shown the settings.
func (*settingsCommand) Validate() error { return nil }

// Run prints each setting, its value and the value's source, and returns the errors in the settings.
func (s *settingsCommand) Run(p *program, k *kong.Context) error {
	given := givenFlags(k)
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, flag := range slices.Concat(k.Selected().AllFlags(true)...) {
		if flag.Name != "help" && flag.Name != "version" {
			fmt.Fprintf(w, "--%s\t%s\t%s\n", flag.Name, settingText(flag), sourceOf(flag, given))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return s.serveCommand.Validate()
}

// givenFlags returns where the flags have their values from that are on the command line or in the configuration
// file.
func givenFlags(k *kong.Context) map[*kong.Value]string {
	given := map[*kong.Value]string{}
	for _, path := range k.Path {
		switch {
		case path.Flag == nil:
		case path.Resolved:
			given[path.Flag.Value] = "the configuration file"
		default:
			given[path.Flag.Value] = "the command line"
		}
	}
	return given
}

// sourceOf returns where a flag has its value from.
func sourceOf(flag *kong.Flag, given map[*kong.Value]string) string {
	if from := given[flag.Value]; from != "" {
		return from
	}
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return name
		}
	}
	return "the default"
}

// settingText is a setting's value without the passwords in it.
func settingText(flag *kong.Flag) string {
	value := fmt.Sprint(flag.Target.Interface())
	if list, ok := flag.Target.Interface().([]string); ok {
		value = strings.Join(list, ",")
	}
	if flag.Name != "database" || db.IsPostgres(value) {
		return db.Redact(value)
	}
	if scheme, _, url := strings.Cut(value, "://"); url {
		return scheme + "://…"
	}
	if strings.Contains(value, "password=") {
		return "…"
	}
	return value
}
