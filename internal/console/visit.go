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
	"comity/internal/console/present"
	"comity/internal/httpserver"
	"comity/internal/signin"
)

// visit is one request under way.
type visit struct {
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
	// location is the result of zone, nil before.
	location *time.Location
	// source finds what forms offer to choose from, nil before it is needed.
	source *choices
}

// serve makes a page's handler.
func (c *Console) serve(pattern string, p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Console: c, w: w, r: r}
		v.exchange().Route = "console " + pattern
		defer v.recover()
		if err := v.answer(p); err != nil {
			v.fail(err)
		}
	})
}

// exchange returns what is recorded about the request.
func (v *visit) exchange() *httpserver.Exchange { return httpserver.Of(v.ctx()) }

// recover answers a request whose page panicked as one that failed.
func (v *visit) recover() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler || v.exchange().Status != 0 { //nolint:errorlint,err113 // it is compared, as net/http does
		panic(p)
	}
	v.fail(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}

// maxForm is the largest form that is read, in bytes.
const maxForm = 1 << 20

// maxControls is how many controls a form, or parameters a URL, may have: each takes many times its bytes.
const maxControls = 5000

// readForm reads what was sent, once it is known to be of bounded size.
func (v *visit) readForm() error {
	if strings.Count(v.r.URL.RawQuery, "&") >= maxControls {
		return comity.BadRequest("The URL has more than %d parameters", maxControls)
	}
	if v.r.Method != http.MethodPost {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, maxForm))
	if err == nil && bytes.Count(body, []byte("&")) >= maxControls {
		return comity.BadRequest("The form has more than %d controls", maxControls)
	}
	v.r.Body = io.NopCloser(bytes.NewReader(body))
	if err == nil {
		err = v.r.ParseForm()
	}
	if err != nil {
		return comity.BadRequest("The form cannot be read: %v", err)
	}
	return nil
}

func (v *visit) answer(p page) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if err := v.recognise(); err != nil {
		return err
	}
	v.present.Caller = v.caller
	if p.open {
		return p.handle(v)
	}
	if v.session.Who == "" {
		return v.askToSignIn()
	}
	v.exchange().User = v.session.Who
	if id := v.r.PathValue("co"); id != "" {
		var err error
		if v.co, err = v.View.Record(v.ctx(), v.caller, comity.Co.Resource, comity.ParseId(id)); err != nil {
			return err
		}
		v.present.CO = v.co.Id
	}
	return p.handle(v)
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// recognise finds the caller's session. One that is not valid any more counts as none.
func (v *visit) recognise() error {
	token := v.cookie(sessionCookie)
	if token == "" {
		return nil
	}
	session, err := v.Signin.Session(v.ctx(), token)
	if isRefusal(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if !session.OfApiUser() {
		v.session = session
		err := v.beAtCO()
		if isRefusal(err) {
			v.session = comity.Session{}
			return nil
		}
		return err
	}
	v.caller, err = v.Signin.Resume(v.ctx(), session.Who, session.KeyDigest, signin.ClientAddress(v.r, v.TrustedProxies))
	if isRefusal(err) {
		return v.Signin.EndSession(v.ctx(), session)
	}
	if err != nil {
		return err
	}
	v.session = session
	return v.takeTurn()
}

// takeTurn counts a request of an API user against its request limit, as the API does.
func (v *visit) takeTurn() error {
	if v.caller.RateLimit <= 0 {
		return nil
	}
	wait, ok := v.requests.Take(v.caller.Username, v.caller.RateLimit, time.Now())
	if ok {
		return nil
	}
	return &comity.Error{
		Code: comity.TooMany, Phrase: http.StatusText(http.StatusTooManyRequests),
		Detail: "This API user may make no more requests in this minute.", RetryAfter: wait,
	}
}

// beAtCO sets the caller of a person who logged in by OpenID Connect: their person in the CO of the path, or
// else the one in the platform's CO, whose administrators may act in every CO.
func (v *visit) beAtCO() (err error) {
	if v.memberships, err = v.Signin.SessionMemberships(v.ctx(), v.session); err != nil {
		return err
	}
	co := comity.ParseId(v.r.PathValue("co"))
	for _, m := range v.memberships {
		if m.CoId != co && m.CoId != comity.PlatformCO {
			continue
		}
		caller, err := v.Signin.CallerOf(v.ctx(), v.session.Who, m)
		if err != nil {
			return err
		}
		if v.caller.Username == "" || caller.Platform || m.CoId == co && !v.caller.Platform {
			v.caller = caller
		}
	}
	return nil
}

func isRefusal(err error) bool {
	var e *comity.Error
	return errors.As(err, &e) && e.Code == comity.Unauthorised
}

// askToSignIn sends the reader to where they sign in, and back afterwards.
func (v *visit) askToSignIn() error {
	if v.r.Header.Get("HX-Request") != "" {
		// A fragment was requested: htmx reloads the whole page.
		v.w.Header().Set("HX-Refresh", "true")
		v.w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	to := present.Root + "sign-in"
	if v.r.Method == http.MethodGet && v.r.URL.Path != present.Root {
		to += "?" + url.Values{"next": {v.r.URL.RequestURI()}}.Encode()
	}
	return v.redirect(to)
}

// redirect sends the reader to another page, by GET.
func (v *visit) redirect(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// next returns the path to continue at. It accepts only pages of the console, as anybody can write a link.
func (v *visit) next(field string) string {
	to := v.r.FormValue(field)
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, present.Root) || strings.Contains(to, `\`) {
		return present.Root
	}
	return to
}

// here is the path and query of the page.
func (v *visit) here() string {
	if v.r.Method != http.MethodGet {
		return v.r.URL.EscapedPath()
	}
	return v.r.URL.RequestURI()
}

// choices returns the source of what forms offer to choose from.
func (v *visit) choices() *choices {
	if v.source == nil {
		v.source = &choices{visit: v, found: map[*comity.Resource]offered{}}
	}
	return v.source
}
