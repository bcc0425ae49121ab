package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/cookies"
	"comity/internal/console/present"
	"comity/internal/httpserver"
	"comity/internal/signin"
)

// request is a request with its session and caller, and the services that answer it.
type request struct {
	*Console
	w http.ResponseWriter
	r *http.Request
	// session is the caller's session; its Who is "" if nobody has signed in.
	session comity.Session
	// caller is the caller in the CO, or outside of any.
	caller authz.Caller
	// memberships are the COs of a person who logged in by OpenID Connect.
	memberships []signin.Membership
	// co is the CO that the page is in, nil outside of any.
	co *comity.Record
	// presenter turns records into what the page shows.
	present present.Presenter
	cookies cookies.Jar
	// location is the result of zone, nil before.
	location *time.Location
	// source finds what forms offer to choose from, nil before it is needed.
	source *choices
}

// serve returns the handler of a page.
func (c *Console) serve(pattern string, p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := newRequest(c, w, r)
		q.exchange().Route = "console " + pattern
		defer q.recover()
		if err := q.answer(p); err != nil {
			q.fail(err)
		}
	})
}

// newRequest returns the request, before it is known who sent it.
func newRequest(c *Console, w http.ResponseWriter, r *http.Request) *request {
	secure := r.TLS != nil || strings.HasPrefix(c.PublicURL, "https://")
	return &request{Console: c, w: w, r: r, cookies: cookies.New(w, r, secure)}
}

// exchange returns what is recorded about the request.
func (q *request) exchange() *httpserver.Exchange { return httpserver.Of(q.ctx()) }

// recover answers a request whose page panicked as one that failed.
func (q *request) recover() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler || q.exchange().Status != 0 { //nolint:errorlint,err113 // it is compared, as net/http does
		panic(p)
	}
	q.fail(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}

// maxForm is the largest form that is read, in bytes.
const maxForm = 1 << 20

// maxControls is how many controls a form, or parameters a URL, may have. Each takes many times its bytes in
// memory.
const maxControls = 5000

// readForm reads the form that was sent, if its size is within the limits.
func (q *request) readForm() error {
	if strings.Count(q.r.URL.RawQuery, "&") >= maxControls {
		return comity.BadRequest("The URL has more than %d parameters", maxControls)
	}
	if q.r.Method != http.MethodPost {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(q.w, q.r.Body, maxForm))
	if err == nil && bytes.Count(body, []byte("&")) >= maxControls {
		return comity.BadRequest("The form has more than %d controls", maxControls)
	}
	q.r.Body = io.NopCloser(bytes.NewReader(body))
	if err == nil {
		err = q.r.ParseForm()
	}
	if err != nil {
		return comity.BadRequest("The form cannot be read: %v", err)
	}
	return nil
}

func (q *request) answer(p page) error {
	if err := q.readForm(); err != nil {
		return err
	}
	if err := q.identify(); err != nil {
		return err
	}
	q.present.Caller = q.caller
	if p.open {
		return p.handle(q)
	}
	if q.session.Who == "" {
		return q.redirectToSignIn()
	}
	q.exchange().User = q.session.Who
	if id := q.r.PathValue("co"); id != "" {
		var err error
		if q.co, err = q.View.Record(q.ctx(), q.caller, comity.Co.Resource, comity.ParseId(id)); err != nil {
			return err
		}
		q.present.CO = q.co.Id
	}
	return p.handle(q)
}

func (q *request) ctx() context.Context { return q.r.Context() }

// identify finds the session and its caller. A session that is not valid any more counts as none.
func (q *request) identify() error {
	token := q.cookies.Get(cookies.Session)
	if token == "" {
		return nil
	}
	session, err := q.Signin.Session(q.ctx(), token)
	if isUnauthorised(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if !session.OfApiUser() {
		q.session = session
		err := q.resolveCaller()
		if isUnauthorised(err) {
			q.session = comity.Session{}
			return nil
		}
		return err
	}
	q.caller, err = q.Signin.Resume(q.ctx(), session.Who, session.KeyDigest, signin.ClientAddress(q.r, q.TrustedProxies))
	if isUnauthorised(err) {
		return q.Signin.EndSession(q.ctx(), session)
	}
	if err != nil {
		return err
	}
	q.session = session
	return q.limitRate()
}

// limitRate counts a request of an API user against its request limit, as the API does.
func (q *request) limitRate() error {
	if q.caller.RateLimit <= 0 {
		return nil
	}
	wait, ok := q.requests.Take(q.caller.Username, q.caller.RateLimit, time.Now())
	if ok {
		return nil
	}
	return &comity.Error{
		Code: comity.TooMany, Phrase: comity.PhraseTooMany,
		Detail: "This API user may make no more requests in this minute.", RetryAfter: wait,
	}
}

// resolveCaller sets the caller of a person who signed in by OpenID Connect: their person in the CO of the path,
// or else the one in the platform's CO, whose administrators may act in every CO.
func (q *request) resolveCaller() (err error) {
	if q.memberships, err = q.Signin.SessionMemberships(q.ctx(), q.session); err != nil {
		return err
	}
	co := comity.ParseId(q.r.PathValue("co"))
	for _, m := range q.memberships {
		if m.CoId != co && m.CoId != comity.PlatformCO {
			continue
		}
		caller, err := q.Signin.CallerOf(q.ctx(), q.session.Who, m)
		if err != nil {
			return err
		}
		if q.caller.Username == "" || caller.Platform || m.CoId == co && !q.caller.Platform {
			q.caller = caller
		}
	}
	return nil
}

func isUnauthorised(err error) bool {
	var e *comity.Error
	return errors.As(err, &e) && e.Code == comity.Unauthorised
}

// redirectToSignIn redirects to the sign-in page, which returns here.
func (q *request) redirectToSignIn() error {
	if q.r.Header.Get("HX-Request") != "" {
		// A fragment was requested: htmx reloads the whole page.
		q.w.Header().Set("HX-Refresh", "true")
		q.w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	to := present.Root + "sign-in"
	if q.r.Method == http.MethodGet && q.r.URL.Path != present.Root {
		to += "?" + url.Values{"next": {q.r.URL.RequestURI()}}.Encode()
	}
	return q.redirect(to)
}

// redirect redirects to another page, by GET.
func (q *request) redirect(to string) error {
	http.Redirect(q.w, q.r, to, http.StatusSeeOther)
	return nil
}

// nextPath returns the path to continue at, which a field of the form or query names. Only pages of the console
// are accepted, because anybody can write a link.
func (q *request) nextPath(field string) string {
	to := q.r.FormValue(field)
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, present.Root) || strings.Contains(to, `\`) {
		return present.Root
	}
	return to
}

// currentPath returns the path and query of the page.
func (q *request) currentPath() string {
	if q.r.Method != http.MethodGet {
		return q.r.URL.EscapedPath()
	}
	return q.r.URL.RequestURI()
}

// choices returns the source of what forms offer to choose from.
func (q *request) choices() *choices {
	if q.source == nil {
		q.source = &choices{request: q, found: map[*comity.Resource]offered{}}
	}
	return q.source
}

// zone returns the time zone in which the user sees and enters times: the one that a form was shown in, else the
// browser's, else UTC.
func (q *request) zone() *time.Location {
	if q.location == nil {
		q.location = q.cookies.Zone(q.r.PostForm.Get(zoneField))
	}
	return q.location
}

// notice is what the next page says about what was done.
type notice struct {
	Text string
	// Undo is the path that a form posts Revision to in order to undo it, "" if it cannot be undone.
	Undo     string
	Revision int64
}

// notify makes the next page say what was done.
func (q *request) notify(text string) { q.setNotice(notice{Text: text}) }

// setNotice is notify with an offer to undo it.
func (q *request) setNotice(n notice) {
	if err := q.cookies.SetValue(cookies.Notice, n, time.Minute); err != nil {
		q.Log.ErrorContext(q.ctx(), "set the notice", "error", err)
	}
}

// takeNotice returns the notice of the page before, nil for none. A notice is shown once.
func (q *request) takeNotice() *notice {
	var n notice
	if !q.cookies.TakeValue(cookies.Notice, &n) || n.Undo != "" && !strings.HasPrefix(n.Undo, present.Root) {
		return nil
	}
	return &n
}

// titles looks up the titles of all records that the records refer to, and of the people among them, with one
// query per resource.
func (q *request) titles(lists ...[]*comity.Record) (present.Titles, error) {
	wanted := map[*comity.Resource][]int64{}
	for _, records := range lists {
		for _, rec := range records {
			if rec.Resource == comity.CoPerson.Resource {
				wanted[rec.Resource] = append(wanted[rec.Resource], rec.Id)
			}
			for _, f := range rec.Resource.Fields {
				if target, id := present.Named(rec, f); id != 0 && target != comity.Co.Resource {
					wanted[target] = append(wanted[target], id)
				}
			}
		}
	}
	found, err := q.View.Lookup(q.ctx(), q.caller, wanted)
	return present.Titles{Found: found, Caller: q.caller}, err
}

// linkToOne looks up a record, and returns its title and its path if the caller may see it.
func (q *request) linkToOne(r *comity.Resource, id int64) (present.Link, error) {
	found, err := q.View.Lookup(q.ctx(), q.caller, map[*comity.Resource][]int64{r: {id}})
	return q.present.Link(r, id, present.Titles{Found: found, Caller: q.caller}), err
}
