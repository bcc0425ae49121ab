package openapi

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"comity"
)

//go:embed page
var files embed.FS

// pages returns the files below docs/, by their names there; "" is the index.
func pages(root, program string) (map[string][]byte, error) {
	templates, err := template.New("").Funcs(template.FuncMap{"spans": spans}).ParseFS(files, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	style, err := files.ReadFile("page/" + styleName)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	all := map[string][]byte{styleName: style}
	index := indexView{
		Title: title, Summary: summary, Version: program, Root: root,
		Sections: sections, Parameters: []parameter{requestID}, Answers: commonAnswers,
	}
	for _, r := range comity.All() {
		v, err := viewOf(r)
		if err != nil {
			return nil, fmt.Errorf("page of %s: %w", r.Plural, err)
		}
		index.Resources = append(index.Resources, v)
		if all[r.Plural], err = render(templates, "resource.html", v); err != nil {
			return nil, fmt.Errorf("page of %s: %w", r.Plural, err)
		}
	}
	if all[""], err = render(templates, "index.html", index); err != nil {
		return nil, fmt.Errorf("index of pages: %w", err)
	}
	return all, nil
}

// styleName is the name of the style sheet, in the program and below docs/.
const styleName = "style.css"

func render(t *template.Template, name string, view any) ([]byte, error) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, view); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
