package openapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// policy lets a page use nothing but its own style sheet.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// file is the prepared answer for one path.
type file struct {
	mediaType, tag string
	text           []byte
}

func newFile(mediaType string, text []byte) file {
	sum := sha256.Sum256(text)
	// Weak, because a proxy may compress the same file for one client and not for another.
	return file{mediaType, `W/"` + hex.EncodeToString(sum[:16]) + `"`, text}
}

// Handler serves <root>openapi.json, the JSON Schema of the provisioning message at <root>message.schema.json
// and the pages below <root>docs/ without login, and passes every other request to next. Root begins and ends
// with a slash.
func Handler(root, program string, messageSchema []byte, next http.Handler) (http.Handler, error) {
	document, err := Document(root, program)
	if err != nil {
		return nil, err
	}
	all, err := pages(root, program)
	if err != nil {
		return nil, err
	}
	served := map[string]file{
		root + "openapi.json":        newFile("application/json", document),
		root + "message.schema.json": newFile("application/schema+json", messageSchema),
	}
	for name, text := range all {
		mediaType := "text/html; charset=utf-8"
		if name == styleName {
			mediaType = "text/css; charset=utf-8"
		}
		served[root+"docs/"+name] = newFile(mediaType, text)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read := r.Method == http.MethodGet || r.Method == http.MethodHead
		f, ok := served[r.URL.Path]
		switch {
		case read && ok:
			f.serve(w, r)
		case read && r.URL.Path == root+"docs":
			// Relative, so that it also works through a proxy that serves the root elsewhere.
			w.Header().Set("Location", "docs/")
			w.WriteHeader(http.StatusPermanentRedirect)
		default:
			next.ServeHTTP(w, r)
		}
	}), nil
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("ETag", f.tag)
	// Revalidated each time, at the cost of a 304: another version of the program has other content.
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if strings.HasPrefix(f.mediaType, "text/html") {
		h.Set("Content-Security-Policy", policy)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.text))
}
