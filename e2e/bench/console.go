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
	"strings"
	"time"
)

// pageViews is how often each page is looked at.
const pageViews = 20

// console looks at the pages of the console in a registry of many people, one after the other. Nothing else can use
// that registry afterwards.
func (b *bench) console(ctx context.Context) (err error) {
	if err := b.closeRates(); err != nil {
		return err
	}
	r, err := b.many(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopRegistry(&b.fixtures.many)) }()
	made, err := r.putConsole(ctx)
	if err != nil {
		return err
	}
	user, key, err := r.administrator(ctx)
	if err != nil {
		return err
	}
	var all []looked
	for _, by := range []struct {
		user, key string
		pages     []consolePage
	}{
		{r.user, r.key, consolePages(made)},
		{user, key, called("to a unit's administrator", unitsPages(made))},
	} {
		browser, err := signIn(ctx, r.process, by.user, by.key)
		if err != nil {
			return fmt.Errorf("sign in as %s: %w", by.user, err)
		}
		for _, p := range by.pages {
			note("%s: look at: %s", b.version, p.name)
			l, err := b.lookAt(ctx, r, browser, p)
			if err != nil {
				return err
			}
			all = append(all, l)
		}
	}
	b.report.looks(b.version, r.people, all)
	return nil
}

// lookAt looks at a page again and again, each time for somebody else.
func (b *bench) lookAt(ctx context.Context, r *registry, browser *browser, p consolePage) (looked, error) {
	took := make([]time.Duration, pageViews)
	for i := range took {
		path := "/console/co/" + r.co + "/" + p.path(r, rand.Int64N(int64(r.people)))
		start := time.Now()
		if err := browser.look(ctx, path, p.part); err != nil {
			return looked{}, err
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return looked{page: p.name, fastest: took[0], usual: took[len(took)/2], slowest: took[len(took)-1]}, nil
}

// browser keeps the cookie of somebody who has signed in.
type browser struct {
	*http.Client
	root string
}

// signIn signs an API user in by their key.
func signIn(ctx context.Context, p *process, user, key string) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{Client: &http.Client{Jar: jar, Timeout: patience}, root: "http://" + p.address}
	form := strings.NewReader(url.Values{"username": {user}, "key": {key}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.root+"/console/sign-in", form)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b, b.do(request)
}

// look reads a page to its end, or a part of one that htmx asks for.
func (b *browser) look(ctx context.Context, path string, part bool) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.root+path, nil)
	if err != nil {
		return err
	}
	if part {
		request.Header.Set("HX-Request", "true")
	}
	return b.do(request)
}

func (b *browser) do(request *http.Request) error {
	answer, err := b.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK || request.Method == http.MethodGet && answer.Request.URL.Path != request.URL.Path {
		err = errors.Join(err, fmt.Errorf("%s %s: %s", request.Method, request.URL.Path, answer.Status))
	}
	return errors.Join(err, answer.Body.Close())
}
