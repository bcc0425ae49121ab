package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"comity/internal/store"
)

// settingsCommand has the flags of serve.
type settingsCommand struct {
	serveCommand
}

// check returns no error: Run reports errors after it has shown the settings.
func (*settingsCommand) check() error { return nil }

// Run prints each setting, its value and the value's source.
func (s *settingsCommand) Run(p *program, k *kong.Context) error {
	source := map[*kong.Value]string{}
	for _, path := range k.Path {
		if path.Flag != nil {
			source[path.Flag.Value] = "the command line"
			if path.Resolved {
				source[path.Flag.Value] = "the configuration file"
			}
		}
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, group := range k.Selected().AllFlags(true) {
		for _, flag := range group {
			if flag.Name == "help" || flag.Name == "version" {
				continue
			}
			from := source[flag.Value]
			for _, name := range flag.Envs {
				if _, set := os.LookupEnv(name); set && from == "" {
					from = name
				}
			}
			if from == "" {
				from = "the default"
			}
			fmt.Fprintf(w, "--%s\t%s\t%s\n", flag.Name, settingText(flag), from)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return s.serveCommand.check()
}

// settingText is a setting's value without the passwords in it.
func settingText(flag *kong.Flag) string {
	value := fmt.Sprint(flag.Target.Interface())
	if list, ok := flag.Target.Interface().([]string); ok {
		value = strings.Join(list, ",")
	}
	if flag.Name != "database" || store.IsPostgres(value) {
		return store.Redact(value)
	}
	if scheme, _, url := strings.Cut(value, "://"); url {
		return scheme + "://…"
	}
	if strings.Contains(value, "password=") {
		return "…"
	}
	return value
}
