package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// aimPage is how long a page of the console may take.
	aimPage = 50 * time.Millisecond
	// pageViews is how often each page is looked at.
	pageViews = 20
)

// consolePage is a page of the console: its path below the CO's for the n-th person.
type consolePage struct {
	name string
	path func(r *registry, n int64) string
}

// consolePages are the pages that are measured. Ten people share a word, and all have a part of their
// address in common, so that a search for that is one for everybody.
func consolePages(big, unit string) []consolePage {
	fixed := func(path string) func(*registry, int64) string {
		return func(*registry, int64) string { return path }
	}
	return []consolePage{
		{"overview", fixed("")},
		{"people", fixed("co_people/")},
		{"people, a word of ten", func(_ *registry, n int64) string { return "co_people/?q=" + word(n/cohort) }},
		{"people, a word of all", fixed("co_people/?q=example")},
		{"people, two words of all", fixed("co_people/?q=example+org")},
		{"people, a word and one of all", func(_ *registry, n int64) string { return "co_people/?q=example+" + word(n/cohort) }},
		{"search, a word of ten", func(_ *registry, n int64) string { return "search?q=" + word(n/cohort) }},
		{"search, a word of all", fixed("search?q=example")},
		{"search, two words of all", fixed("search?q=example+org")},
		{"search, nothing", fixed("search?q=zzzzzzzzzz")},
		{"a person", func(r *registry, n int64) string { return fmt.Sprintf("co_people/%d/", r.first+n) }},
		{"groups", fixed("co_groups/")},
		{"a group of all", fixed("co_groups/" + big + "/")},
		{"a group of all, a word of ten", func(_ *registry, n int64) string { return "co_groups/" + big + "/?q=" + word(n/cohort) }},
		{"a group of all, a word of all", fixed("co_groups/" + big + "/?q=example")},
		{"units", fixed("cous/")},
		{"a unit of all", fixed("cous/" + unit + "/")},
		{"roles", fixed("co_person_roles/")},
		{"history", fixed("history_records/")},
		{"history of a person", func(r *registry, n int64) string { return fmt.Sprintf("history_records/?copersonid=%d", r.first+n) }},
		{"a form", fixed("co_person_roles/new")},
	}
}

// console looks at the pages of the console in a registry of many people, one after the other.
func (b *bench) console(ctx context.Context) (err error) {
	r, err := b.registry(ctx, "console", b.size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	big, unit, err := r.putConsole(ctx)
	if err != nil {
		return err
	}
	browser, err := signIn(ctx, r.process)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	for _, p := range consolePages(big, unit) {
		note("%s: look at: %s", b.version, p.name)
		took := make([]time.Duration, pageViews)
		for i := range took {
			path := "/console/co/" + r.co + "/" + p.path(r, rand.Int64N(int64(r.people)))
			start := time.Now()
			if err := browser.look(ctx, path); err != nil {
				return err
			}
			took[i] = time.Since(start)
		}
		slices.Sort(took)
		b.report.page(b.version, p.name, r.people, took[len(took)/2], took[len(took)-1])
	}
	return nil
}

// putConsole puts all people into one group and, by their roles, into one unit, and history behind
// them. It returns the group and the unit.
func (r *registry) putConsole(ctx context.Context) (group, unit string, err error) {
	d, err := openDirect(ctx, r.database)
	if err != nil {
		return "", "", err
	}
	defer d.close()
	c, err := dial(ctx, r.process, r.authorization)
	if err != nil {
		return "", "", err
	}
	defer c.close()
	if group, err = c.add("CoGroups", "co_groups", `"CoId":`+r.co+`,"Name":"Everybody","Status":"Active"`); err != nil {
		return "", "", err
	}
	for i := range 100 {
		if unit, err = c.add("Cous", "cous", `"CoId":`+r.co+`,"Name":"Unit `+strconv.Itoa(i)+`"`); err != nil {
			return "", "", err
		}
	}
	for _, sql := range []string{
		fmt.Sprintf(`INSERT INTO co_group_members (co_id, co_group_id, co_person_id, member, owner, created, modified, revision, actor)
			SELECT p.co_id, %s, p.id, true, false, 1, 1, 0, 'bench' FROM co_people p WHERE p.co_id = %s`, group, r.co),
		fmt.Sprintf(`UPDATE co_person_roles SET cou_id = %s WHERE co_id = %s`, unit, r.co),
		fmt.Sprintf(`INSERT INTO history (resource, record_id, revision, operation, actor, since, co_id, co_person_id, data)
			SELECT 'Name', n.id, 0, 'add', 'bench', 1, n.co_id, n.co_person_id, '{"Given":"' || n.given || '","PrimaryName":true}' FROM names n WHERE n.co_id = %s`, r.co),
	} {
		if err := d.exec(ctx, sql); err != nil {
			return "", "", err
		}
	}
	if isPostgres(r.database) {
		return group, unit, d.exec(ctx, "VACUUM ANALYZE")
	}
	return group, unit, nil
}

// browser keeps the cookie of somebody who has signed in.
type browser struct {
	*http.Client
	root string
}

// signIn signs the operator in by their key.
func signIn(ctx context.Context, p *process) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{Client: &http.Client{Jar: jar, Timeout: patience}, root: "http://" + p.address}
	form := strings.NewReader(url.Values{"username": {p.user}, "key": {p.key}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.root+"/console/sign-in", form)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b, b.do(request)
}

// look reads a page to its end.
func (b *browser) look(ctx context.Context, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.root+path, nil)
	if err != nil {
		return err
	}
	return b.do(request)
}

func (b *browser) do(request *http.Request) error {
	answer, err := b.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s %s: %s", request.Method, request.URL.Path, answer.Status))
	}
	return errors.Join(err, answer.Body.Close())
}
