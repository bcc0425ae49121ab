package console

import (
	"net/http"
	"time"

	"comity"
	"comity/internal/console/present"
	"comity/internal/signin"
)

// signInPages are how somebody comes in by a key or a link, and goes out.
func signInPages() []page {
	return []page{
		{pattern: "GET sign-in", handle: (*visit).signInForm, open: true},
		{pattern: "POST sign-in", handle: (*visit).signIn, open: true},
		{pattern: "GET sign-in/link", handle: (*visit).linkForm, open: true},
		{pattern: "POST sign-in/link", handle: (*visit).followLink, open: true},
		{pattern: "POST sign-out", handle: (*visit).signOut},
		{pattern: "POST sign-out/everywhere", handle: (*visit).signOutEverywhere},
		{pattern: "POST theme", handle: (*visit).chooseTheme, open: true},
	}
}

// signInPage is what the form to sign in shows.
type signInPage struct {
	Username, Next, Error string
	// Provider is where people sign in by themselves, "" if they cannot.
	Provider string
}

func (v *visit) signInForm() error {
	if v.session.Who != "" {
		return v.redirect(v.next("next"))
	}
	return v.showSignIn(http.StatusOK, "")
}

func (v *visit) showSignIn(status int, fault string) error {
	p := signInPage{Username: v.r.PostFormValue("username"), Next: v.next("next"), Error: fault}
	if v.provider != nil {
		p.Provider = present.Root + "sign-in/provider" + present.Query([]string{"next", p.Next})
	}
	return v.showAs(status, "sign_in.html", "Sign in", p)
}

// signIn checks an API user's name and key, as the API does.
func (v *visit) signIn() error {
	username, key := v.r.PostFormValue("username"), v.r.PostFormValue("key")
	address, now := signin.ClientAddress(v.r, v.TrustedProxies), time.Now()
	if wait, blocked := v.Logins.Blocked(address, now); blocked {
		return &comity.Error{
			Code: comity.TooMany, Phrase: http.StatusText(http.StatusTooManyRequests),
			Detail: "Too many failed to sign in from this address.", RetryAfter: wait,
		}
	}
	token, err := v.Signin.SignIn(v.ctx(), username, key, address)
	if isRefusal(err) {
		v.Logins.Failed(v.ctx(), address, "key", username, now)
		return v.showSignIn(http.StatusForbidden, "The name or the key is not right, or this user may not sign in from here now.")
	}
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, signin.SessionLife)
	return v.redirect(v.next("next"))
}

// linkForm asks whether to follow a link that is good once: programs that look at links before their
// readers do would use it up.
func (v *visit) linkForm() error {
	return v.show("link.html", "Sign in", v.r.URL.Query().Get("token"))
}

func (v *visit) followLink() error {
	token, err := v.Signin.FollowLink(v.ctx(), v.r.PostFormValue("token"))
	if isRefusal(err) {
		v.Logins.Failed(v.ctx(), signin.ClientAddress(v.r, v.TrustedProxies), "link", "", time.Now())
		return v.showAs(http.StatusForbidden, "trouble.html", "This link is used up", trouble{
			Text: "A link signs in once, within an hour of being made.",
			Next: "The command `comity console-link` makes a new one.", Back: present.Link{Text: "Sign in by key", To: present.Root + "sign-in"},
		})
	}
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, signin.SessionLife)
	return v.redirect(present.Root)
}

func (v *visit) signOut() error {
	if err := v.Signin.EndSession(v.ctx(), v.session); err != nil {
		return err
	}
	return v.signedOut("You are signed out.")
}

func (v *visit) signOutEverywhere() error {
	if err := v.Signin.EndSessions(v.ctx(), v.session); err != nil {
		return err
	}
	return v.signedOut("You are signed out, here and everywhere else.")
}

func (v *visit) signedOut(text string) error {
	v.setCookie(sessionCookie, "", -time.Second)
	v.say(text)
	return v.redirect(present.Root + "sign-in")
}

// chooseTheme keeps whether pages are light or dark.
func (v *visit) chooseTheme() error {
	if t := v.r.PostFormValue("theme"); t == "light" || t == "dark" {
		v.setCookie(themeCookie, t, 365*24*time.Hour)
	} else {
		v.setCookie(themeCookie, "", -time.Second)
	}
	return v.redirect(v.next("back"))
}
