// Package static serves the stylesheets and scripts of the console.
//
// A file's path contains a digest of its content, so that browsers may keep it without asking again and load a
// changed one at once.
package static

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

//go:embed *.css *.js htmx.LICENSE
var embedded embed.FS

// Files serves the embedded files.
type Files struct {
	// content has the files by their names with the digest.
	content map[string][]byte
	// Styles and Scripts are the paths of all stylesheets and scripts, in the order of their names.
	Styles, Scripts []string
}

// Read returns the embedded files. Their paths begin with root, which ends with a slash.
func Read(root string) (Files, error) {
	s := Files{content: map[string][]byte{}}
	entries, err := fs.ReadDir(embedded, ".")
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		content, err := embedded.ReadFile(e.Name())
		if err != nil {
			return s, err
		}
		digest := sha256.Sum256(content)
		extension := path.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), extension) + "." + hex.EncodeToString(digest[:6]) + extension
		s.content[name] = content
		switch extension {
		case ".css":
			s.Styles = append(s.Styles, root+name)
		case ".js":
			s.Scripts = append(s.Scripts, root+name)
		}
	}
	return s, nil
}

// ServeHTTP answers with the file that the path value "name" names, or 404.
func (s Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, ok := s.content[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // the client may have gone
}
