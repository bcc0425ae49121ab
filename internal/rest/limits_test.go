package rest_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"comity/internal/registry/view"
	"comity/internal/rest"
	"comity/internal/signin"
)

// TestRateLimit: above its limit a user gets 429 with the time to wait, and others do not.
func TestRateLimit(t *testing.T) {
	everywhere(t, func(s *fixture) {
		a := s.send("", "POST", "api_users.json",
			`{"Version":"1.0","CoId":$co,"Username":"slow","Privileged":true,"RateLimit":3,"Status":"Active"}`, nil)
		s.expect(a, "201 Added")
		slow := basic(s.fill("co_$co.slow"), a.secret)
		for range 3 {
			s.expect(s.attempt(slow), "200 OK")
		}
		over := s.attempt(slow)
		s.expect(over, "429 Too Many Requests")
		if wait, err := strconv.Atoi(over.header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
			s.Errorf("Retry-After is %q", over.header.Get("Retry-After"))
		}
		s.expect(s.attempt(basic(s.user("admin").Username, s.user("admin").Key)), "200 OK")
	})
}

// TestFailedLogins: an address with too many failed logins must wait, whatever the user name; only a trusted
// proxy may set the address.
func TestFailedLogins(t *testing.T) {
	everywhere(t, func(s *fixture) {
		admin := s.user("admin")
		serve := func(trusted ...netip.Prefix) func(key, forwarded string) int {
			server := httptest.NewServer(&rest.Server{
				Registry: s.registry, View: view.New(s.store), Authenticator: s.signin, Root: "/registry/",
				Log: slog.New(slog.DiscardHandler), Logins: &signin.Logins{PerMinute: 3}, TrustedProxies: trusted,
			})
			s.Cleanup(server.Close)
			return func(key, forwarded string) int {
				s.Helper()
				request, err := http.NewRequestWithContext(s.Context(), "GET", server.URL+s.fill("/registry/cos/$co.json"), nil)
				s.must(err)
				request.SetBasicAuth(admin.Username, key)
				request.Header.Set("X-Forwarded-For", forwarded)
				response, err := server.Client().Do(request)
				s.must(err)
				return readAnswer(s, response).status
			}
		}
		for _, tt := range []struct {
			title              string
			trusted            []netip.Prefix
			fails, other, from string
			then               int
		}{
			{"no proxy is trusted", nil, "192.0.2.1", "192.0.2.2", "192.0.2.3", http.StatusTooManyRequests},
			{"another address", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.1", "192.0.2.1", "192.0.2.2", http.StatusOK},
			{"the same address", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.1", "192.0.2.1", "192.0.2.1", http.StatusTooManyRequests},
			{"the same one in IPv6", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.1", http.StatusTooManyRequests},
			{"another address of its IPv6 network", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:1", http.StatusTooManyRequests},
			{"another IPv6 network", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:1::2", http.StatusOK},
			// The part that the client wrote, before the proxy's, is ignored.
			{"a forged one before", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.1", "192.0.2.9, 192.0.2.1", "192.0.2.8, 192.0.2.1", http.StatusTooManyRequests},
			{
				"through two proxies",
				[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")},
				"192.0.2.1, 10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1, 10.0.0.3", http.StatusTooManyRequests,
			},
			{"through one that is not trusted", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.1, 10.0.0.1", "192.0.2.1, 10.0.0.1", "192.0.2.1, 10.0.0.2", http.StatusOK},
		} {
			get := serve(tt.trusted...)
			for _, forwarded := range []string{tt.fails, tt.fails, tt.other} {
				if got := get("wrong", forwarded); got != http.StatusUnauthorized {
					s.Errorf("%s: a failed login is answered %d", tt.title, got)
				}
			}
			if got := get(admin.Key, tt.from); got != tt.then {
				s.Errorf("%s: then a good one is answered %d, want %d", tt.title, got, tt.then)
			}
		}
	})
}

// TestAddressBehindAProxy: the address is compared with a user's RemoteIp.
func TestAddressBehindAProxy(t *testing.T) {
	everywhere(t, func(s *fixture) {
		a := s.send("", "POST", "api_users.json",
			`{"Version":"1.0","CoId":$co,"Username":"far","Privileged":true,"RemoteIp":"^192\\.0\\.2\\.","Status":"Active"}`, nil)
		login := signin.Login{Username: s.fill("co_$co.far"), Key: a.secret}
		s.users["far"] = login
		// This server trusts no proxy.
		s.expect(s.send("far", "GET", "cos/$co.json", "", map[string]string{"X-Forwarded-For": "192.0.2.1"}), "401 Unauthorized")
	})
}

// TestParametersAreBounded: the number of parameters in a URL is limited, and so is the length of a request's
// head; a refusal names the limit, and a request below it succeeds.
func TestParametersAreBounded(t *testing.T) {
	everywhere(t, func(s *fixture) {
		const most = 1000 - 1 // in addition to coid
		query := func(first, part string, n int) string {
			return "cous.json?coid=$co&" + first + strings.Repeat(part, n-1)
		}
		for _, tt := range []struct{ title, path, want string }{
			{"as many as may be", query("limit=1", "&a=1", most), "200 OK"},
			{"one more", query("limit=1", "&a=1", most+1), "400 Bad Request"},
			{"of nothing", query("", "&", most+1), "400 Bad Request"},
			{"of one name", query("limit=1", "&limit=1", most+1), "400 Bad Request"},
			{"one that is long", "cous.json?coid=$co&a=" + strings.Repeat("x", 60<<10), "200 OK"},
		} {
			a := s.send("admin", "GET", tt.path, "", nil)
			if got := fmt.Sprintf("%d %s", a.status, a.phrase); got != tt.want || a.status == http.StatusBadRequest && !strings.Contains(a.says, "more than 1000 parameters") {
				s.Errorf("%s: answered %s %s, want %s", tt.title, got, a.says, tt.want)
			}
		}
	})
}
