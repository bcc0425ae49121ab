package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"comity"
)

// registry is a server on a database of its own, whose one CO has so many people. Ten at a time
// share a word, which is what is looked for.
type registry struct {
	*process
	database string
	co       string
	people   int
	// first is the first of the people.
	first int64
}

// lookup is a request: its path after the API's root for a person, and how many records answer it.
type lookup struct {
	name    string
	path    func(r *registry, n int64) string
	records int
}

func allLookups() []lookup {
	byCO := func(plural, query string) func(*registry, int64) string {
		return func(r *registry, n int64) string {
			query := strings.NewReplacer("<word>", word(n/cohort), "<n>", fmt.Sprint(n%cohort)).Replace(query)
			return plural + ".json?coid=" + r.co + "&" + query
		}
	}
	byPerson := func(plural string) func(*registry, int64) string {
		return func(r *registry, n int64) string { return fmt.Sprintf("%s.json?copersonid=%d", plural, r.first+n) }
	}
	return []lookup{
		{"person by identifier", byCO("co_people", "identifier=<word><n>@example.org&identifiertype=uid"), 1},
		{"group by name", byCO("co_groups", "name=<word>"), 1},
		{"identifier", byCO("identifiers", "identifier=<word><n>@example.org"), 1},
		{"email address", byCO("email_addresses", "mail=<word>@example.org<n>"), 1},
		{"a person's names", byPerson("names"), 1},
		{"a person's roles", byPerson("co_person_roles"), 1},
		{"a person's groups", byPerson("co_groups"), 3},
		{"match by given and family name", byCO("co_people", "given=<word>&family=<word>"), cohort},
		{"match by mail", byCO("co_people", "mail=<word>@example.org"), cohort},
		{"part of an identifier", byCO("co_people", "search.identifier=<word>"), cohort},
		{"part of all identifiers, a page", byCO("co_people", "search.identifier=example.org&limit=10"), 10},
		{"what was modified since, nothing", byCO("co_people", "modifiedsince=2100-01-01T00:00:00Z"), 0},
	}
}

// lookups asks two registries, of few people and of many, the same questions in turns.
func (b *bench) lookups(ctx context.Context) (err error) {
	if err := b.closeRates(); err != nil {
		return err
	}
	few, err := b.registry(ctx, "few", fewPeople)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, few.stop()) }()
	many, err := b.many(ctx)
	if err != nil {
		return err
	}
	// There are many of them, and none waits for the disk.
	quick := *b
	quick.length = b.length / 4
	for _, l := range allLookups() {
		note("%s: look up: %s", b.version, l.name)
		result, err := quick.compare(ctx, many.side(l), few.side(l))
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		b.report.lookup(b.version, l.name, many.people, aims.lookup.on(b.database), result)
	}
	return nil
}

func (r *registry) side(l lookup) side {
	return side{process: r.process, authorization: r.authorization, work: func(c *conn) error {
		path := root + l.path(r, rand.Int64N(int64(r.people)))
		answer, err := c.call(http.MethodGet, path, "", http.StatusOK)
		if err != nil {
			return err
		}
		// The list itself has a version too.
		if n := bytes.Count(answer, []byte(`"Version"`)) - 1; n != l.records {
			return fmt.Errorf("GET %s: %d records, not %d: %s", path, n, l.records, answer)
		}
		return nil
	}}
}

// registry starts the program on another database and fills that.
func (b *bench) registry(ctx context.Context, name string, people int) (*registry, error) {
	note("%s: filling a registry of %d people", b.version, people)
	address, err := anotherDatabase(ctx, b.database, name)
	if err != nil {
		return nil, err
	}
	own := b.on(address)
	r := &registry{database: address, people: people}
	if r.process, err = own.start(ctx); err != nil {
		return nil, err
	}
	err = own.addCO(ctx, r)
	first := r.process
	if err := errors.Join(err, first.stop()); err != nil {
		return nil, err
	}
	// While tables have no indexes, a running program would search all of them every second.
	if err := own.fillRegistry(ctx, r); err != nil {
		return nil, fmt.Errorf("fill the registry of %d people: %w", people, err)
	}
	if r.process, err = own.start(ctx); err != nil {
		return nil, err
	}
	r.user, r.key, r.authorization = first.user, first.key, first.authorization
	return r, nil
}

// addCO adds the one CO of a registry.
func (b *bench) addCO(ctx context.Context, r *registry) error {
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return err
	}
	defer c.close()
	r.co, err = c.add("Cos", "cos", `"Name":"Lookups","Status":"Active"`)
	return err
}

// on returns the same run on another database of the same server.
func (b *bench) on(database string) *bench {
	return &bench{settings: b.settings, dir: b.dir, servers: b.servers, place: &place{database: database}}
}

func (b *bench) fillRegistry(ctx context.Context, r *registry) (err error) {
	if b.direct, err = openDirect(ctx, b.database); err != nil {
		return err
	}
	defer b.direct.close()
	return b.fast(ctx, r.co, func() error {
		if err := b.putPeople(ctx, r.co, r.people); err != nil {
			return err
		}
		if r.first, err = number(ctx, b.direct, `SELECT CAST(min(id) AS text) FROM co_people WHERE co_id = `+r.co); err != nil {
			return err
		}
		return b.putAttributes(ctx, r)
	})
}

// cohort is how many people share a word.
const cohort = 10

// A word is six letters of the alphabet, chosen by a number that runs through all such words.
const (
	letters  = "abcdefghijklmnopqrstuvwxyz"
	wordSize = 6
	allWords = 26 * 26 * 26 * 26 * 26 * 26
	stride   = 48_271
)

func word(n int64) string {
	b := make([]byte, wordSize)
	k := n * stride % allWords
	for i := range b {
		b[i] = letters[k%26]
		k /= 26
	}
	return string(b)
}

// wordSQL is word in SQL.
func wordSQL(n string) string {
	parts := make([]string, wordSize)
	divisor := int64(1)
	for i := range parts {
		parts[i] = fmt.Sprintf("substr('%s', CAST(1 + (%s) * %d %% %d / %d %% 26 AS integer), 1)", letters, n, stride, allWords, divisor)
		divisor *= 26
	}
	return strings.Join(parts, " || ")
}

// putAttributes gives people names, a mail, an identifier, a role and a group. Their history is
// left out: no look-up reads it.
func (b *bench) putAttributes(ctx context.Context, r *registry) error {
	n := fmt.Sprintf("(p.id - %d)", r.first)
	w := wordSQL(fmt.Sprintf("%s / %d", n, cohort))
	into := func(table, columns, values string) string {
		return fmt.Sprintf(`INSERT INTO %s (co_id, %s, created, modified, revision, actor)
			SELECT p.co_id, %s, 1, 1, 0, 'bench' FROM co_people p`, table, columns, values)
	}
	ofCO := " WHERE p.co_id = " + r.co + " ORDER BY p.id"
	place := fmt.Sprintf("CAST(%s %% %d AS text)", n, cohort)
	identifier, mail := w+" || "+place+" || '@example.org'", w+" || '@example.org' || "+place
	for _, sql := range []string{
		into("names", "co_person_id, given, given_folded, family, family_folded, type, primary_name",
			fmt.Sprintf("p.id, %[1]s, %[1]s, %[1]s, %[1]s, 'official', true", w)) + ofCO,
		into("email_addresses", "co_person_id, mail, mail_folded, type, verified", fmt.Sprintf("p.id, %[1]s, %[1]s, 'official', false", mail)) + ofCO,
		into("identifiers", "co_person_id, identifier, identifier_folded, type, login, status",
			fmt.Sprintf("p.id, %[1]s, %[1]s, 'uid', false, '%[2]s'", identifier, comity.Active)) + ofCO,
		into("co_person_roles", "co_person_id, affiliation, title, status, ordr", fmt.Sprintf("p.id, 'staff', 'Professor', '%s', 1", comity.Active)) + ofCO,
		into("co_groups", "name, open, status, group_type, auto, nesting_mode_all",
			fmt.Sprintf("%s, false, '%s', '%s', false, false", w, comity.Active, comity.GroupStandard)) +
			fmt.Sprintf(" WHERE p.co_id = %s AND %s %% %d = 0 ORDER BY p.id", r.co, n, cohort),
		into("co_group_members", "co_group_id, co_person_id, member, owner", "g.id, p.id, true, false") +
			fmt.Sprintf(" JOIN co_groups g ON g.co_id = p.co_id AND g.name = %s", w) + ofCO,
	} {
		if err := b.direct.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
