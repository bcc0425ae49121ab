package main

import (
	"errors"
	"fmt"

	"comity/internal/registry"
	"comity/internal/store"
)

type checkCommand struct {
	database
}

// Run lists the violations of the registry's rules. It only reads, so it works while the registry is served.
func (c *checkCommand) Run(p *program) (err error) {
	s, err := c.openToRead(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	problems, err := registry.New(s, func() {}).Check(p.ctx)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		fmt.Fprintln(p.out, problem)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s has %d problems", store.Redact(c.Database), len(problems))
	}
	_, err = fmt.Fprintln(p.out, store.Redact(c.Database), "is as the rules say")
	return err
}
