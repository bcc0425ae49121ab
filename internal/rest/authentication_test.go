package rest_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"comity/internal/signin"
)

// attempt views the fixture's CO with an Authorization header, "" for none.
func (s *fixture) attempt(authorization string) answer {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), "GET", s.url+"cos/"+s.ids["co"]+".json", nil)
	if err != nil {
		s.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	return readAnswer(s, response)
}

func basic(name, key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+key))
}

// TestCredentials: a refused login does not reveal what is wrong with the name or the key.
func TestCredentials(t *testing.T) {
	everywhere(t, func(s *fixture) {
		admin, other := s.user("admin"), s.user("stranger")
		for title, tt := range map[string]struct{ header, want string }{
			"right":                       {basic(admin.Username, admin.Key), "200 OK"},
			"right, in small letters":     {"basic " + basic(admin.Username, admin.Key)[6:], "200 OK"},
			"none":                        {"", "401 Unauthorized"},
			"another scheme":              {"Bearer " + admin.Key, "401 Unauthorized"},
			"no base64":                   {"Basic %%%", "401 Unauthorized"},
			"no colon":                    {"Basic " + base64.StdEncoding.EncodeToString([]byte(admin.Username)), "401 Unauthorized"},
			"nothing":                     {basic("", ""), "401 Unauthorized"},
			"no key":                      {basic(admin.Username, ""), "401 Unauthorized"},
			"a wrong key":                 {basic(admin.Username, "wrong"), "401 Unauthorized"},
			"the key of another":          {basic(admin.Username, other.Key), "401 Unauthorized"},
			"half the key":                {basic(admin.Username, admin.Key[:16]), "401 Unauthorized"},
			"the key and more":            {basic(admin.Username, admin.Key+" "), "401 Unauthorized"},
			"the key in capitals":         {basic(admin.Username, strings.ToUpper(admin.Key)), "401 Unauthorized"},
			"a name that there is not":    {basic("co_1.nobody", admin.Key), "401 Unauthorized"},
			"the name in capitals":        {basic(strings.ToUpper(admin.Username), admin.Key), "401 Unauthorized"},
			"the name without its prefix": {basic("admin", admin.Key), "401 Unauthorized"},
			"NUL in the name":             {basic(admin.Username+"\x00", admin.Key), "401 Unauthorized"},
			"NUL for a name":              {basic("\x00", admin.Key), "401 Unauthorized"},
			"NUL in the key":              {basic(admin.Username, admin.Key+"\x00"), "401 Unauthorized"},
			"bytes that are no text":      {basic("\xff\xfe", "\xff"), "401 Unauthorized"},
			"quotes":                      {basic(`' OR 1=1 --`, `"`), "401 Unauthorized"},
			"a name of any length":        {basic(strings.Repeat("x", 30000), admin.Key), "401 Unauthorized"},
			"a key of any length":         {basic(admin.Username, strings.Repeat("x", 30000)), "401 Unauthorized"},
		} {
			a := s.attempt(tt.header)
			if a.line() != tt.want {
				s.Errorf("with %s: %s, want %s: %s", title, a.line(), tt.want, a.body)
			}
			if tt.want != "200 OK" && (a.says != "Unauthorized" || a.header.Get("WWW-Authenticate") != `Basic realm="Comity", charset="UTF-8"`) {
				s.Errorf("with %s: says %q, challenge %q", title, a.says, a.header.Get("WWW-Authenticate"))
			}
		}
	})
}

// TestWhenAndFromWhereAUserMayCall.
func TestWhenAndFromWhereAUserMayCall(t *testing.T) {
	const yes, no = "200 OK", "401 Unauthorized"
	everywhere(t, func(s *fixture) {
		for title, tt := range map[string]struct{ send, want string }{
			"active":                            {`"Status":"Active"`, yes},
			"suspended":                         {`"Status":"Suspended"`, no},
			"expired":                           {`"Status":"Active","ValidThrough":"2020-01-01 00:00:00"`, no},
			"not valid yet":                     {`"Status":"Active","ValidFrom":"2999-01-01 00:00:00"`, no},
			"valid":                             {`"Status":"Active","ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2999-01-01 00:00:00"`, yes},
			"valid and suspended":               {`"Status":"Suspended","ValidFrom":"2020-01-01 00:00:00"`, no},
			"from here":                         {`"Status":"Active","RemoteIp":"^127\\.0\\.0\\.1$"`, yes},
			"from here, with slashes":           {`"Status":"Active","RemoteIp":"/^127\\.0\\.0\\.1$/"`, yes},
			"from a part of here":               {`"Status":"Active","RemoteIp":"27\\.0"`, yes},
			"from anywhere":                     {`"Status":"Active","RemoteIp":""`, yes},
			"from one of several":               {`"Status":"Active","RemoteIp":"^(10\\.|127\\.)"`, yes},
			"from elsewhere":                    {`"Status":"Active","RemoteIp":"^10\\."`, no},
			"from elsewhere, with slashes":      {`"Status":"Active","RemoteIp":"/^10\\./"`, no},
			"from what begins otherwise":        {`"Status":"Active","RemoteIp":"^27"`, no},
			"from here and no longer, together": {`"Status":"Active","RemoteIp":"127","ValidThrough":"2020-01-01 00:00:00"`, no},
		} {
			a := s.call("", "POST", "api_users.json", strings.NewReader(
				s.fill(`{"Version":"1.0","CoId":$co,"Username":"u$n","Privileged":true,`+tt.send+`}`)))
			s.ids["user"] = a.created
			user := s.call("", "GET", s.fill("api_users/$user.json"), nil).records[0]
			if got := s.attempt(basic(user["Username"], a.secret)); got.line() != tt.want {
				s.Errorf("%s: %s, want %s", title, got.line(), tt.want)
			}
		}
	})
}

// TestUsersOfACOThatIsNotActive are refused, those of the platform are not.
func TestUsersOfACOThatIsNotActive(t *testing.T) {
	everywhere(t, func(s *fixture) {
		admin := s.user("admin")
		for _, status := range []string{"Suspended", "Active", "Template", "InTrash", "Active"} {
			want := "401 Unauthorized"
			if status == "Active" {
				want = "200 OK"
			}
			s.perform(step{call: "PUT cos/$co", send: `{"Name":"$coname","Status":"` + status + `"}`})
			s.eventually(func() bool { return s.attempt(basic(admin.Username, admin.Key)).line() == want })
			s.perform(step{call: "GET cos/$co", has: `{"Status":"` + status + `"}`})
		}
	})
}

// TestUserWhoLosesTheRightIsRefused soon: one that is suspended, expired, at another address, deleted, or
// whose key was changed.
func TestUserWhoLosesTheRightIsRefused(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for title, lose := range map[string]func(signin.Login){
			"suspended": func(signin.Login) { s.perform(edit(`"Username":"$name","Status":"Suspended"`)) },
			"expired": func(signin.Login) {
				s.perform(edit(`"Username":"$name","Status":"Active","ValidThrough":"2020-01-01 00:00:00"`))
			},
			"elsewhere":   func(signin.Login) { s.perform(edit(`"Username":"$name","Status":"Active","RemoteIp":"^10"`)) },
			"no more":     func(signin.Login) { s.perform(edit(`"Username":"$name","Status":"Active","Privileged":false`)) },
			"renamed":     func(signin.Login) { s.perform(edit(`"Username":"x$name","Status":"Active"`)) },
			"deleted":     func(signin.Login) { s.perform(step{call: "DELETE api_users/$user"}) },
			"by operator": func(l signin.Login) { s.must(s.signin.SuspendUser(s.Context(), l.Username)) },
			"rotated": func(l signin.Login) {
				rotated, err := s.signin.RotateKey(s.Context(), l.Username, "")
				s.must(err)
				if got := s.attempt(basic(rotated.Username, rotated.Key)); got.status == http.StatusUnauthorized {
					s.eventually(func() bool { return s.attempt(basic(rotated.Username, rotated.Key)).line() == "200 OK" })
				}
			},
		} {
			a := s.call("", "POST", "api_users.json", strings.NewReader(
				s.fill(`{"Version":"1.0","CoId":$co,"Username":"u$n","Privileged":true,"Status":"Active"}`)))
			s.ids["user"] = a.created
			s.ids["name"] = strings.TrimPrefix(s.call("", "GET", s.fill("api_users/$user.json"), nil).records[0]["Username"], s.fill("co_$co."))
			login := signin.Login{Username: s.fill("co_$co.$name"), Key: a.secret}
			if got := s.attempt(basic(login.Username, login.Key)); got.line() != "200 OK" {
				s.Fatalf("%s: %s before", title, got.line())
			}
			lose(login)
			s.eventually(func() bool { return s.attempt(basic(login.Username, login.Key)).line() == "401 Unauthorized" })
		}
	})
}

func edit(send string) step {
	return step{call: "PUT api_users/$user", send: `{"CoId":$co,` + send + `}`}
}

func (s *fixture) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}
