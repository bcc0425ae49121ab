package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

func bareView(c *conn) error {
	_, err := c.call(http.MethodGet, "/"+strconv.Itoa(1+rand.IntN(manyPeople)), "", http.StatusOK)
	return err
}

func bareAdd(c *conn) error {
	_, err := c.call(http.MethodPost, "/", `{"CoId":"2","Status":"Active"}`, http.StatusCreated)
	return err
}

// view views people, any of many.
func (b *bench) view(ctx context.Context) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	ours := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
		id := f.stock.firstPerson + rand.Int64N(manyPeople)
		_, err := c.call(http.MethodGet, root+"co_people/"+strconv.FormatInt(id, 10)+".json", "", http.StatusOK)
		return err
	}}
	result, err := b.compare(ctx, ours, side{process: f.bare, work: bareView})
	if err != nil {
		return err
	}
	b.report.rate(b.version, "view a person", b.clients, aims.view.on(b.database), result)
	return nil
}

// add adds people without anything that hangs on them.
func (b *bench) add(ctx context.Context) error { return b.addBy(ctx, aims.write) }

// addAlone has one client add people.
func (b *bench) addAlone(ctx context.Context) error { return b.alone().addBy(ctx, aims.writeAlone) }

// alone returns the same run with one client.
func (b *bench) alone() *bench {
	one := *b
	one.clients = 1
	return &one
}

func (b *bench) addBy(ctx context.Context, a aim) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	ours := side{process: f.server, authorization: f.server.authorization, work: func(c *conn) error {
		_, err := c.add("CoPeople", "co_people", `"CoId":"`+f.stock.adds+`","Status":"Active"`)
		return err
	}}
	result, err := b.compare(ctx, ours, side{process: f.bare, work: bareAdd})
	if err != nil {
		return err
	}
	b.report.rate(b.version, "add a person", b.clients, a.on(b.database), result)
	return nil
}

// onboard adds people with all that a person usually has, in a CO with a target. A turn is over when the
// target holds them.
func (b *bench) onboard(ctx context.Context) error { return b.onboardBy(ctx, aims.write) }

// onboardAlone has one client onboard people.
func (b *bench) onboardAlone(ctx context.Context) error {
	return b.alone().onboardBy(ctx, aims.writeAlone)
}

func (b *bench) onboardBy(ctx context.Context, a aim) error {
	f, err := b.rates(ctx)
	if err != nil {
		return err
	}
	before, arrived := f.onboarded.Load(), f.receiver.arrived.Load()
	var waits []time.Duration
	ours := side{process: f.server, authorization: f.server.authorization}
	ours.work = func(c *conn) error { return onboardOne(c, f.stock.onboards, f.onboarded.Add(1)) }
	ours.await = func() error {
		wait, err := sent(ctx, b.direct)
		waits = append(waits, wait)
		return err
	}
	result, err := b.compare(ctx, ours, side{process: f.bare, work: bareAdd})
	if err != nil {
		return err
	}
	b.report.rate(b.version, "onboard (8 requests)", b.clients, a.on(b.database), result)
	b.report.note("%s, %d clients: of each person onboarded the target was sent %.1f messages; it held all %v after the last answer of a turn (median).",
		b.version, b.clients, float64(f.receiver.arrived.Load()-arrived)/float64(f.onboarded.Load()-before), median(waits).Round(time.Millisecond))
	return nil
}

// onboardOne is one person's eight requests.
func onboardOne(c *conn, co string, n int64) error {
	org, err := c.add("OrgIdentities", "org_identities", `"CoId":"`+co+`","Affiliation":"staff","O":"Example University"`)
	if err != nil {
		return err
	}
	name := `"Given":"Grace","Family":"Hopper","Type":"official","Person":`
	if _, err = c.add("Names", "names", name+`{"Type":"Org","Id":"`+org+`"}`); err != nil {
		return err
	}
	id, err := c.add("CoPeople", "co_people", `"CoId":"`+co+`","Status":"Active"`)
	if err != nil {
		return err
	}
	if _, err = c.add("CoOrgIdentityLinks", "co_org_identity_links", `"CoPersonId":"`+id+`","OrgIdentityId":"`+org+`"`); err != nil {
		return err
	}
	person := `"Person":{"Type":"CO","Id":"` + id + `"}`
	uid := "user" + strconv.FormatInt(n, 10)
	for _, r := range []struct{ plural, path, fields string }{
		{"Names", "names", name + `{"Type":"CO","Id":"` + id + `"}`},
		{"Identifiers", "identifiers", `"Identifier":"` + uid + `","Type":"uid","Login":true,"Status":"Active",` + person},
		{"EmailAddresses", "email_addresses", `"Mail":"` + uid + `@example.org","Type":"official",` + person},
		{"CoPersonRoles", "co_person_roles", `"Affiliation":"staff","Title":"Professor","O":"Example University","Status":"Active",` + person},
	} {
		if _, err = c.add(r.plural, r.path, r.fields); err != nil {
			return err
		}
	}
	return nil
}

// sent waits until all targets of a database were sent everyone, and returns how long that took.
func sent(ctx context.Context, d direct) (time.Duration, error) {
	const pause = 5 * time.Millisecond
	start := time.Now()
	for time.Since(start) < patience {
		waiting, err := number(ctx, d, `SELECT CAST(count(*) AS text) FROM deliveries WHERE due IS NOT NULL`)
		if err != nil {
			return 0, err
		}
		if waiting == 0 {
			undelivered, err := number(ctx, d, `SELECT CAST(count(*) AS text) FROM deliveries WHERE delivered IS NULL`)
			if err == nil && undelivered > 0 {
				err = fmt.Errorf("the target was never sent %d people", undelivered)
			}
			return time.Since(start), err
		}
		time.Sleep(pause)
	}
	return 0, errors.New("the target has still not been sent everyone")
}
