package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// static are the files that pages name, by names that hold a digest of what is in them: a browser
// keeps them for good.
type static struct {
	files map[string][]byte
	// Styles and Scripts are the paths of all of them, in order of their names.
	Styles, Scripts []string
}

func readStatic() (static, error) {
	s := static{files: map[string][]byte{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		content, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			return s, err
		}
		digest := sha256.Sum256(content)
		extension := path.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), extension) + "." + hex.EncodeToString(digest[:6]) + extension
		s.files[name] = content
		switch extension {
		case ".css":
			s.Styles = append(s.Styles, Root+"static/"+name)
		case ".js":
			s.Scripts = append(s.Scripts, Root+"static/"+name)
		}
	}
	return s, nil
}

// ServeHTTP answers a request for a file.
func (s static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, ok := s.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // who is gone does not hear the answer
}
