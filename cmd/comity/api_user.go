package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"comity"
	"comity/internal/control"
	"comity/internal/signin"
)

type apiUserCommand struct {
	Add     addUserCommand     `cmd:"" help:"Add an API user and print its name and key."`
	List    listUsersCommand   `cmd:"" help:"List API users."`
	Rotate  rotateUserCommand  `cmd:"" help:"Replace an API user's key and print the new one."`
	Suspend suspendUserCommand `cmd:"" help:"Suspend an API user."`
	Resume  resumeUserCommand  `cmd:"" help:"Make a suspended API user active again."`
}

type keySource struct {
	KeyStdin bool `help:"Read the key from standard input instead of generating one; it needs at least 32 characters."`
}

func (k keySource) read(p *program) (string, error) {
	if !k.KeyStdin {
		return "", nil
	}
	b, err := io.ReadAll(io.LimitReader(p.in, 4096))
	if err != nil {
		return "", fmt.Errorf("read the key from standard input: %w", err)
	}
	key := strings.TrimRight(string(b), "\r\n")
	if key == "" {
		return "", errors.New("there is no key on standard input")
	}
	return key, nil
}

// show prints a login; a key that the operator chose is not repeated.
func (k keySource) show(p *program, login signin.Login) error {
	line := login.Username
	if !k.KeyStdin {
		line += " " + login.Key
	}
	_, err := fmt.Fprintln(p.out, line)
	return err
}

type addUserCommand struct {
	database
	keySource
	CO         int64  `name:"co" required:"" help:"The id of the CO; 1 is the platform." placeholder:"ID"`
	Name       string `required:"" help:"The name; co_<id>. is put before it." placeholder:"NAME"`
	Privileged bool   `help:"Make the user an administrator of the CO."`
}

// Run adds an API user.
func (a *addUserCommand) Run(p *program) error {
	key, err := a.read(p)
	if err != nil {
		return err
	}
	return a.withControl(p, use{creates: true}, func(c *control.Client) error {
		login, err := control.Do(p.ctx, c, control.AddUser{CoId: a.CO, Name: a.Name, Privileged: a.Privileged, Key: key})
		if err != nil {
			return err
		}
		return a.show(p, login)
	})
}

type listUsersCommand struct {
	database
	CO int64 `name:"co" help:"List only the users of this CO." placeholder:"ID"`
}

// Run lists API users.
func (l *listUsersCommand) Run(p *program) error {
	return l.withControl(p, use{}, func(c *control.Client) error {
		list, err := control.Do(p.ctx, c, control.ListUsers{CoId: l.CO})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "USER\tCO\tSTATUS\tRIGHTS\tVALID THROUGH")
		for _, u := range list {
			rights, through := "none", ""
			if u.Privileged {
				rights = "CO"
			}
			if u.CoId == comity.PlatformCO {
				rights = "platform"
			}
			if !u.ValidThrough.IsZero() {
				through = u.ValidThrough.Format(comity.TimeLayout)
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", u.Username, u.CoId, u.Status, rights, through)
		}
		return w.Flush()
	})
}

type rotateUserCommand struct {
	database
	keySource
	User string `arg:"" help:"The user's whole name, co_<id>.<name>."`
}

// Run gives an API user a new key.
func (r *rotateUserCommand) Run(p *program) error {
	key, err := r.read(p)
	if err != nil {
		return err
	}
	return r.withControl(p, use{}, func(c *control.Client) error {
		login, err := control.Do(p.ctx, c, control.RotateKey{Username: r.User, Key: key})
		if err != nil {
			return err
		}
		return r.show(p, login)
	})
}

type suspendUserCommand struct {
	database
	User string `arg:"" help:"The user's whole name, co_<id>.<name>."`
}

// Run suspends an API user.
func (s *suspendUserCommand) Run(p *program) error {
	return s.withControl(p, use{}, func(c *control.Client) error {
		if _, err := control.Do(p.ctx, c, control.SuspendUser{Username: s.User}); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.out, s.User, "is suspended")
		return err
	})
}

type resumeUserCommand struct {
	database
	User string `arg:"" help:"The user's whole name, co_<id>.<name>."`
}

// Run resumes a suspended API user.
func (r *resumeUserCommand) Run(p *program) error {
	return r.withControl(p, use{}, func(c *control.Client) error {
		if _, err := control.Do(p.ctx, c, control.ResumeUser{Username: r.User}); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.out, r.User, "is active")
		return err
	})
}
