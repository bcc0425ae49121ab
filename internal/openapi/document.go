package openapi

import (
	"fmt"
	"strings"

	"comity"
)

// document is an OpenAPI document, in reading order.
type document struct {
	OpenAPI    string                `json:"openapi"`
	Info       info                  `json:"info"`
	Servers    []server              `json:"servers"`
	Security   []map[string][]string `json:"security"`
	Tags       []tag                 `json:"tags"`
	Paths      object[*pathItem]     `json:"paths"`
	Components object[object[any]]   `json:"components"`
}

type info struct {
	Title       string            `json:"title"`
	Summary     string            `json:"summary"`
	Description string            `json:"description"`
	License     map[string]string `json:"license"`
	Version     string            `json:"version"`
}

type server struct {
	URL string `json:"url"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

const (
	title   = "Comity REST API v1"
	summary = "An identity registry for research collaborations"
	// basic is the name of the security scheme.
	basic = "basic"
)

// Document returns the OpenAPI document of the API below root, which begins and ends with a slash, as served
// by that version of the program. The same arguments give the same bytes.
func Document(root, program string) ([]byte, error) {
	d := document{
		OpenAPI: "3.1.0",
		Info: info{
			Title: title, Summary: summary, Description: markdown(sections), Version: program,
			License: map[string]string{"name": "Apache License 2.0", "identifier": "Apache-2.0"},
		},
		// A path is appended to the server's, and begins with a slash itself.
		Servers:  []server{{URL: "/" + strings.Trim(root, "/")}},
		Security: []map[string][]string{{basic: {}}},
	}
	var all []operation
	for _, r := range comity.All() {
		d.Tags = append(d.Tags, tag{Name: r.Plural, Description: r.Doc})
		all = append(all, operations(r)...)
	}
	d.Paths = pathItems(all)
	d.Components = components(all)
	b, err := marshal(d)
	if err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	return b, nil
}
