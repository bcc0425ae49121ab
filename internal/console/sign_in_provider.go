package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"comity"
	"comity/internal/console/present"
	"comity/internal/signin"
)

// attempt is the attempt to sign in by the provider as the browser keeps it, with the page to go to afterwards.
type attempt struct {
	signin.Attempt
	Next string `json:"to"`
}

func oidcPages() []page {
	return []page{
		{pattern: "GET sign-in/provider", handle: (*visit).goToProvider, open: true},
		{pattern: "GET sign-in/callback", handle: (*visit).comeFromProvider, open: true},
	}
}

func (v *visit) goToProvider() error {
	if v.provider == nil {
		return comity.Missing(comity.PhraseUnknown)
	}
	a, url, err := v.provider.Begin(v.ctx())
	if err != nil {
		return v.providerTrouble(http.StatusBadGateway, err, "The provider does not answer.")
	}
	b, err := json.Marshal(attempt{a, v.next("next")})
	if err != nil {
		return fmt.Errorf("keep the attempt: %w", err)
	}
	v.setCookie(oidcCookie, base64.RawURLEncoding.EncodeToString(b), signin.AttemptLife)
	return v.redirect(url)
}

func (v *visit) comeFromProvider() error {
	if v.provider == nil {
		return comity.Missing(comity.PhraseUnknown)
	}
	var a attempt
	b, err := base64.RawURLEncoding.DecodeString(v.cookie(oidcCookie))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	v.setCookie(oidcCookie, "", -time.Second)
	if err != nil || !a.IsAnsweredBy(v.r.URL.Query().Get("state")) {
		return v.providerTrouble(http.StatusBadRequest, nil, "The provider's answer belongs to no sign-in of this browser, or to one that took too long.")
	}
	if why := v.r.URL.Query().Get("error"); why != "" {
		return v.providerTrouble(http.StatusForbidden, nil, "The provider signed nobody in: "+why+".")
	}
	login, err := v.provider.Login(v.ctx(), v.r.URL.Query().Get("code"), a.Attempt)
	switch {
	case errors.Is(err, signin.ErrUnverified):
		return v.providerTrouble(http.StatusForbidden, err, "The provider has not verified your email address, so it cannot say who you are here. Verify it there first.")
	case errors.Is(err, signin.ErrCode):
		return v.providerTrouble(http.StatusBadRequest, err, "The provider does not accept the code of its answer, or has accepted it before.")
	case err != nil:
		return v.providerTrouble(http.StatusBadGateway, err, "The provider's answer is not valid.")
	}
	token, err := v.Signin.SignInPerson(v.ctx(), login)
	if errors.Is(err, signin.ErrNobody) {
		v.Logins.Failed(v.ctx(), signin.ClientAddress(v.r, v.TrustedProxies), "provider", "", time.Now())
		return v.showAs(http.StatusForbidden, "nobody.html", "No person here has your login", nobodyPage{v.provider.Claim, login})
	}
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, signin.SessionLife)
	return v.redirect(a.Next)
}

// nobodyPage is shown to a user whom the provider knows and the registry does not.
type nobodyPage struct{ Claim, Login string }

// providerTrouble shows that the user could not be signed in, and logs why.
func (v *visit) providerTrouble(status int, err error, text string) error {
	if errors.Is(err, signin.ErrAsking) {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(signin.ProviderTimeout/time.Second)))
		status = http.StatusServiceUnavailable
	} else if err != nil {
		v.Log.WarnContext(v.ctx(), "sign-in by OpenID Connect failed", "error", err)
	}
	return v.showAs(status, "trouble.html", "You are not signed in", trouble{
		Text: text, Next: "Try again; if it stays so, the operator finds the reason in the log.", Back: present.Link{Text: "Sign in", To: present.Root + "sign-in"},
	})
}
