package main

import (
	"fmt"
	"strings"

	"comity/internal/control"
)

type eraseCommand struct {
	database
	Person int64 `required:"" help:"The person's id." placeholder:"ID"`
	Delete bool  `help:"Delete the person first, with their roles and the org identities that are theirs alone, if they are still there."`
}

// Run erases a person and prints what is left to be done at the targets.
func (e *eraseCommand) Run(p *program) error {
	return e.withControl(p, use{}, func(c *control.Client) error {
		erased, err := control.Do(p.ctx, c, control.Erase{PersonId: e.Person, Deleting: e.Delete})
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "person %d is erased: %d rows of the history have no values any more\n", e.Person, erased.Rows)
		for _, id := range erased.OrgIdentities {
			fmt.Fprintf(p.out, "org identity %d was theirs alone and is erased with them\n", id)
		}
		for _, known := range erased.Known {
			names := strings.Join(known.Identifiers, ", ")
			if known.Waiting {
				fmt.Fprintf(p.out, "target %d has not been sent the deletion of %s yet: the identifier is kept until it is delivered\n", known.Target, names)
			} else {
				fmt.Fprintf(p.out, "target %d holds them as %s and is not sent changes automatically: delete them there\n", known.Target, names)
			}
		}
		return nil
	})
}
