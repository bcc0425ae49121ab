package openapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"comity/internal/openapi"
)

// handler passes requests for other paths to a teapot.
func handler(t *testing.T, root string) http.Handler {
	t.Helper()
	h, err := openapi.Handler(root, "1.2.3", []byte(`{"$id":"x"}`), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandler(t *testing.T) {
	handlers := map[string]http.Handler{root: handler(t, root), "/": handler(t, "/")}
	for _, tt := range []struct {
		root, method, path string
		status             int
	}{
		{root, "GET", "/registry/openapi.json", 200},
		{root, "HEAD", "/registry/openapi.json", 200},
		{root, "GET", "/registry/docs/", 200},
		{root, "GET", "/registry/docs/Cous", 200},
		{root, "GET", "/registry/docs/style.css", 200},
		{root, "GET", "/registry/docs", 308},
		{root, "GET", "/registry/docs/Nothing", 418},
		{root, "GET", "/registry/docs/index.html", 418},
		{root, "POST", "/registry/openapi.json", 418},
		{root, "POST", "/registry/docs/", 418},
		{root, "GET", "/registry/cous.json", 418},
		{root, "GET", "/openapi.json", 418},
		{"/", "GET", "/openapi.json", 200},
		{"/", "GET", "/docs/", 200},
		{"/", "GET", "/registry/docs/", 418},
	} {
		if got := ask(handlers[tt.root], tt.method, tt.path).Code; got != tt.status {
			t.Errorf("below %s, %s %s is answered %d, not %d", tt.root, tt.method, tt.path, got, tt.status)
		}
	}
}

func TestCaching(t *testing.T) {
	h := handler(t, root)
	for _, path := range []string{"openapi.json", "docs/", "docs/Cous", "docs/style.css"} {
		first := ask(h, http.MethodGet, root+path).Header()
		if first.Get("ETag") == "" || first.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s has the tag %q and is cached by %q", path, first.Get("ETag"), first.Get("Cache-Control"))
		}
		again := ask(h, http.MethodGet, root+path, "If-None-Match", first.Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s is sent again: %d", path, again.Code)
		}
	}
}
