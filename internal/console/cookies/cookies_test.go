package cookies_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"comity/internal/console/cookies"
)

// next returns a request of a browser that got the cookies of a response.
func next(w *httptest.ResponseRecorder) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/console/", nil)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			r.AddCookie(c)
		}
	}
	return r
}

// What one response sets, the next request has.
func ExampleJar() {
	w := httptest.NewRecorder()
	jar := cookies.New(w, httptest.NewRequest(http.MethodPost, "/console/", nil), true)
	jar.Set(cookies.Session, "token", time.Hour)
	fmt.Println(w.Result().Header.Get("Set-Cookie"))

	jar = cookies.New(httptest.NewRecorder(), next(w), true)
	fmt.Println(jar.Get(cookies.Session))
	// Output:
	// __Host-comity=token; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax
	// token
}

func TestValueIsTakenOnce(t *testing.T) {
	w := httptest.NewRecorder()
	if err := cookies.New(w, httptest.NewRequest(http.MethodGet, "/", nil), false).SetValue(cookies.Notice, "Saved.", time.Minute); err != nil {
		t.Fatal(err)
	}
	r, w := next(w), httptest.NewRecorder()
	var text string
	if !cookies.New(w, r, false).TakeValue(cookies.Notice, &text) || text != "Saved." {
		t.Errorf("the value is %q", text)
	}
	if cookies.New(httptest.NewRecorder(), next(w), false).TakeValue(cookies.Notice, &text) {
		t.Error("the value is there again")
	}
}

func TestZone(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "comity-zone", Value: "Europe/Paris"})
	jar := cookies.New(httptest.NewRecorder(), r, true)
	for name, want := range map[string]string{"": "Europe/Paris", "Asia/Tokyo": "Asia/Tokyo", "Local": "Europe/Paris", "Mars/Base": "Europe/Paris"} {
		if got := jar.Zone(name).String(); got != want {
			t.Errorf("with %q the zone is %s, want %s", name, got, want)
		}
	}
	if got := cookies.New(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), true).Zone().String(); got != "UTC" {
		t.Errorf("without a cookie the zone is %s", got)
	}
}
