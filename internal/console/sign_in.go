package console

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"comity"
	"comity/internal/console/cookies"
	"comity/internal/console/present"
	"comity/internal/signin"
)

// signInPages are the pages to sign in by a key or a link, and to sign out.
func signInPages() []page {
	return []page{
		{pattern: "GET sign-in", handle: signInForm, open: true},
		{pattern: "POST sign-in", handle: signIn, open: true},
		{pattern: "GET sign-in/link", handle: linkForm, open: true},
		{pattern: "POST sign-in/link", handle: followLink, open: true},
		{pattern: "POST sign-out", handle: signOut},
		{pattern: "POST sign-out/everywhere", handle: signOutEverywhere},
		{pattern: "POST theme", handle: chooseTheme, open: true},
	}
}

// signInPage is the form to sign in.
type signInPage struct {
	Username, Next, Error string
	// Provider is where people sign in by themselves, "" if they cannot.
	Provider string
}

func signInForm(q *request) error {
	if q.session.Who != "" {
		return q.redirect(q.nextPath("next"))
	}
	return showSignIn(q, http.StatusOK, "")
}

func showSignIn(q *request, status int, fault string) error {
	p := signInPage{Username: q.r.PostFormValue("username"), Next: q.nextPath("next"), Error: fault}
	if q.provider != nil {
		p.Provider = present.Root + "sign-in/provider" + present.Query([]string{"next", p.Next})
	}
	return q.showAs(status, "sign_in.html", "Sign in", p)
}

// signIn checks an API user's name and key, as the API does.
func signIn(q *request) error {
	username, key := q.r.PostFormValue("username"), q.r.PostFormValue("key")
	address, now := signin.ClientAddress(q.r, q.TrustedProxies), time.Now()
	if wait, blocked := q.Logins.Blocked(address, now); blocked {
		return &comity.Error{
			Code: comity.TooMany, Phrase: comity.PhraseTooMany,
			Detail: "Too many failed to sign in from this address.", RetryAfter: wait,
		}
	}
	token, err := q.Signin.SignIn(q.ctx(), username, key, address)
	if isUnauthorised(err) {
		q.Logins.Failed(q.ctx(), address, "key", username, now)
		return showSignIn(q, http.StatusForbidden, "The name or the key is not right, or this user may not sign in from here now.")
	}
	if err != nil {
		return err
	}
	q.cookies.Set(cookies.Session, token, signin.SessionLife)
	return q.redirect(q.nextPath("next"))
}

// linkForm asks whether to follow a sign-in link. Programs that fetch links before their readers follow them
// would use it up.
func linkForm(q *request) error {
	return q.show("link.html", "Sign in", q.r.URL.Query().Get("token"))
}

func followLink(q *request) error {
	token, err := q.Signin.FollowLink(q.ctx(), q.r.PostFormValue("token"))
	if isUnauthorised(err) {
		q.Logins.Failed(q.ctx(), signin.ClientAddress(q.r, q.TrustedProxies), "link", "", time.Now())
		return q.showAs(http.StatusForbidden, "trouble.html", "This link is used up", errorPage{
			Text: "A link signs in once, within an hour of being made.",
			Next: "The command `comity console-link` makes a new one.", Back: present.Link{Text: "Sign in by key", To: present.Root + "sign-in"},
		})
	}
	if err != nil {
		return err
	}
	q.cookies.Set(cookies.Session, token, signin.SessionLife)
	return q.redirect(present.Root)
}

func signOut(q *request) error {
	if err := q.Signin.EndSession(q.ctx(), q.session); err != nil {
		return err
	}
	return signedOut(q, "You are signed out.")
}

func signOutEverywhere(q *request) error {
	if err := q.Signin.EndSessions(q.ctx(), q.session); err != nil {
		return err
	}
	return signedOut(q, "You are signed out, here and everywhere else.")
}

func signedOut(q *request, text string) error {
	q.cookies.Remove(cookies.Session)
	q.notify(text)
	return q.redirect(present.Root + "sign-in")
}

// chooseTheme sets whether pages are light or dark.
func chooseTheme(q *request) error {
	q.cookies.SetTheme(q.r.PostFormValue("theme"))
	return q.redirect(q.nextPath("back"))
}

// attempt is what the browser keeps while its user is at the provider.
type attempt struct {
	signin.Attempt
	// Next is the path of the page to continue at.
	Next string `json:"to"`
}

// providerPages are the pages to sign in by the OpenID provider.
func providerPages() []page {
	return []page{
		{pattern: "GET sign-in/provider", handle: startProviderSignIn, open: true},
		{pattern: "GET sign-in/callback", handle: finishProviderSignIn, open: true},
	}
}

// startProviderSignIn sends the browser to the provider.
func startProviderSignIn(q *request) error {
	if q.provider == nil {
		return comity.Missing(comity.PhraseUnknown)
	}
	a, url, err := q.provider.Begin(q.ctx())
	if err != nil {
		return showProviderError(q, http.StatusBadGateway, err, "The provider does not answer.")
	}
	if err := q.cookies.SetValue(cookies.Attempt, attempt{a, q.nextPath("next")}, signin.AttemptLife); err != nil {
		return err
	}
	return q.redirect(url)
}

// finishProviderSignIn signs in the person whom the provider has sent back.
func finishProviderSignIn(q *request) error {
	if q.provider == nil {
		return comity.Missing(comity.PhraseUnknown)
	}
	var a attempt
	if !q.cookies.TakeValue(cookies.Attempt, &a) || !a.IsAnsweredBy(q.r.URL.Query().Get("state")) {
		return showProviderError(q, http.StatusBadRequest, nil, "The provider's answer belongs to no sign-in of this browser, or to one that took too long.")
	}
	if reason := q.r.URL.Query().Get("error"); reason != "" {
		return showProviderError(q, http.StatusForbidden, nil, "The provider signed nobody in: "+reason+".")
	}
	login, err := q.provider.Login(q.ctx(), q.r.URL.Query().Get("code"), a.Attempt)
	switch {
	case errors.Is(err, signin.ErrUnverified):
		return showProviderError(q, http.StatusForbidden, err, "The provider has not verified your email address, so it cannot say who you are here. Verify it there first.")
	case errors.Is(err, signin.ErrCode):
		return showProviderError(q, http.StatusBadRequest, err, "The provider does not accept the code of its answer, or has accepted it before.")
	case err != nil:
		return showProviderError(q, http.StatusBadGateway, err, "The provider's answer is not valid.")
	}
	token, err := q.Signin.SignInPerson(q.ctx(), login)
	if errors.Is(err, signin.ErrNobody) {
		q.Logins.Failed(q.ctx(), signin.ClientAddress(q.r, q.TrustedProxies), "provider", "", time.Now())
		return q.showAs(http.StatusForbidden, "nobody.html", "No person here has your login", nobodyPage{q.provider.Claim, login})
	}
	if err != nil {
		return err
	}
	q.cookies.Set(cookies.Session, token, signin.SessionLife)
	return q.redirect(a.Next)
}

// nobodyPage is shown to a user whose login no person here has.
type nobodyPage struct{ Claim, Login string }

// showProviderError shows that the user could not be signed in, and logs the error.
func showProviderError(q *request, status int, err error, text string) error {
	if errors.Is(err, signin.ErrAsking) {
		q.w.Header().Set("Retry-After", strconv.Itoa(int(signin.ProviderTimeout/time.Second)))
		status = http.StatusServiceUnavailable
	} else if err != nil {
		q.Log.WarnContext(q.ctx(), "sign-in by OpenID Connect failed", "error", err)
	}
	return q.showAs(status, "trouble.html", "You are not signed in", errorPage{
		Text: text, Next: "Try again; if it stays so, the operator finds the reason in the log.", Back: present.Link{Text: "Sign in", To: present.Root + "sign-in"},
	})
}
