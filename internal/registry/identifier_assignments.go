package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// maxCandidates is how many identifiers an assignment tries before it gives up.
const maxCandidates = 200

// AssignIdentifiers runs a CO's identifier assignments for a person. The request names the person as that of
// an identifier does. Types of which the person has an identifier are skipped.
func (r *Registry) AssignIdentifiers(ctx context.Context, caller authz.Caller, in comity.Input) error {
	if !caller.May(authz.Add, comity.Identifier.Resource) {
		return comity.Forbid()
	}
	var invalid error
	if fieldErrors := slices.DeleteFunc(slices.Clone(in.FieldErrors), func(f comity.FieldError) bool { return f.Field != "Version" && f.Field != "person" }); len(fieldErrors) > 0 {
		invalid = comity.InvalidFields(fieldErrors...)
	}
	person := in.Record.OwnedBy(comity.OwnerCO)
	if !in.Record.Has(comity.Identifier.Person) || in.Record.Text(comity.Identifier.Person) != comity.OwnerCO.Word {
		return cmp.Or(invalid, error(comity.Refuse(comity.PhraseNoPerson)))
	}
	// The closure may run twice, so the random seed is chosen outside it.
	seed := rand.Uint64()
	err := r.write(ctx, r.store.Write, func(tx *db.Tx) error {
		c := &change{tx: tx, caller: caller}
		var err error
		c.where, err = store.Enter(ctx, tx, comity.CoPerson.Resource, person, false)
		if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(c.where.CoId) {
			return comity.Refuse(comity.PhrasePersonGone)
		}
		if err != nil {
			return err
		}
		c.new = comity.NewRecord(comity.Identifier.Resource)
		c.new.SetOwner(comity.Identifier.Person, comity.OwnerCO, person)
		if err := cmp.Or(c.authorizePlace(ctx, authz.Add), invalid); err != nil {
			return err
		}
		return c.assign(ctx, rand.New(rand.NewPCG(seed, 0)))
	})
	if err != nil {
		return fmt.Errorf("assign identifiers to person %d: %w", person, err)
	}
	return nil
}

func (c *change) assign(ctx context.Context, random *rand.Rand) error {
	a, person := comity.CoIdentifierAssignment, c.where.CoPersonId
	assignments, err := store.List(ctx, c.tx, a.Resource, 0, maxLookedAt,
		store.Equal("co_id", c.where.CoId), store.Equal(a.Status.Column, comity.Active))
	if err != nil || len(assignments) == 0 {
		return err
	}
	slices.SortStableFunc(assignments, func(x, y *comity.Record) int { return cmp.Compare(x.Int(a.Ordr), y.Int(a.Ordr)) })
	names, err := store.List(ctx, c.tx, comity.Name.Resource, 0, 1,
		store.Equal(comity.OwnerCO.Column, person), store.Equal(comity.Name.PrimaryName.Column, true))
	if err != nil {
		return err
	}
	name := comity.NewRecord(comity.Name.Resource)
	if len(names) > 0 {
		name = names[0]
	}
	have, err := store.List(ctx, c.tx, comity.Identifier.Resource, 0, maxLookedAt, store.Equal(comity.OwnerCO.Column, person))
	if err != nil {
		return err
	}
	now := c.tx.Now()
	memberships, err := groups.MembershipsNow(ctx, c.tx, []int64{person}, comity.Active, now)
	if err != nil {
		return err
	}
	for _, assignment := range assignments {
		kind := assignment.Text(a.IdentifierType)
		has := slices.ContainsFunc(have, func(i *comity.Record) bool { return i.Text(comity.Identifier.Type) == kind })
		in := !assignment.Has(a.CoGroupId) || slices.ContainsFunc(memberships, func(m groups.PersonMembership) bool {
			return m.CoGroupId == assignment.Int(a.CoGroupId)
		})
		if has || !in {
			continue
		}
		rec, err := c.assignOne(ctx, identifierFormat{assignment, name}, random)
		if err != nil {
			return err
		}
		have = append(have, rec)
	}
	return nil
}

// assignOne adds one identifier to the person, and the email address that goes with it.
func (c *change) assignOne(ctx context.Context, f identifierFormat, random *rand.Rand) (*comity.Record, error) {
	a, i := comity.CoIdentifierAssignment, comity.Identifier
	rec := comity.NewRecord(i.Resource)
	rec.CoId = c.where.CoId
	rec.SetText(i.Type, f.assignment.Text(a.IdentifierType))
	rec.SetBool(i.Login, f.assignment.Bool(a.Login))
	rec.SetText(i.Status, comity.Active)
	rec.SetOwner(i.Person, comity.OwnerCO, c.where.CoPersonId)
	if authz.IsReserved(c.caller, rec) {
		return nil, comity.ForbidBecause("Identifier assignment %d gives a login: ask an administrator of the CO to assign the identifiers", f.assignment.Id)
	}
	if err := c.chooseIdentifier(ctx, f, rec, random); err != nil {
		return nil, err
	}
	e := comity.EmailAddress
	mails := f.assignment.Text(a.IdentifierType) == "mail" && f.assignment.Has(a.EmailType)
	address, sentence := e.Mail.Read(comity.Scalar{Type: comity.TextScalar, Text: rec.Text(i.Identifier)})
	if mails && sentence != "" {
		return nil, comity.InvalidFields(e.Mail.FieldError("%q, which identifier assignment %d made, is no email address: give its Format a domain, as in (g).(f)@example.org",
			rec.Text(i.Identifier), f.assignment.Id))
	}
	if err := store.Insert(ctx, c.tx, rec, c.caller.Username, c.where); err != nil || !mails {
		return rec, err
	}
	mail := comity.NewRecord(e.Resource)
	mail.CoId = c.where.CoId
	mail.Set(e.Mail, address)
	mail.SetText(e.Type, f.assignment.Text(a.EmailType))
	mail.SetBool(e.Verified, false)
	mail.SetOwner(e.Person, comity.OwnerCO, c.where.CoPersonId)
	return rec, store.Insert(ctx, c.tx, mail, c.caller.Username, c.where)
}

// chooseNumber draws a random number for a text, or takes the next of its sequence; left is false if the
// sequence is exhausted.
func (c *change) chooseNumber(ctx context.Context, assignment *comity.Record, text string, width int, random *rand.Rand) (number int64, left bool, err error) {
	least, greatest := bounds(assignment, width)
	if assignment.Text(comity.CoIdentifierAssignment.Algorithm) != comity.AssignSequential {
		return randomNumber(random, least, greatest), true, nil
	}
	number, err = store.NextOfSequence(ctx, c.tx, assignment.Id, text, least)
	return number, number <= greatest, err
}

// chooseIdentifier returns the first identifier of the format that is free in the CO.
func (c *change) chooseIdentifier(ctx context.Context, f identifierFormat, rec *comity.Record, random *rand.Rand) error {
	i := comity.Identifier
	unique := i.Uniques[0]
	text, kind := "", rec.Text(i.Type)
	for collisions := range maxCandidates {
		before := text
		var width int
		var numbered bool
		text, width, numbered = f.text(collisions)
		candidate := text
		if numbered {
			number, left, err := c.chooseNumber(ctx, f.assignment, text, width, random)
			if err != nil {
				return err
			}
			if !left {
				break
			}
			candidate = withNumber(text, width, number)
		} else if collisions > 0 && text == before {
			continue // after more collisions, the format may have another part
		}
		if cell, sentence := i.Identifier.Read(comity.Scalar{Type: comity.TextScalar, Text: candidate}); sentence != "" || cell.Text() == "" {
			break
		}
		rec.SetText(i.Identifier, candidate)
		taken, err := store.Taken(ctx, c.tx, rec, unique)
		if err != nil || !taken {
			return err
		}
	}
	return comity.RefuseBecause(unique.Phrase, "Identifier assignment %d found no free identifier of type %q; the last one tried was %q", f.assignment.Id, kind, rec.Text(i.Identifier))
}
