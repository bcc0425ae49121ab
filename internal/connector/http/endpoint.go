package http

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"comity"
	"comity/internal/connector"
)

// Plan returns the requests that bring an endpoint up to date about a subject.
func (h *Connector) Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan {
	address, err := address(d)
	if err != nil {
		return comity.Plan{Problem: err}
	}
	return connector.PlanMessages(d, s, state, connector.TrueUnlessSet(d.Settings, comity.CoApiProvisionerTarget.IncludeAttributes), address)
}

// endpoint is the part of an HTTP destination that its messages depend on.
type endpoint struct {
	base url.URL
	put  bool
}

func address(d comity.Destination) (connector.Address, error) {
	mode := d.Settings.Text(comity.CoApiProvisionerTarget.Mode)
	if mode != comity.ProtocolPOST && mode != comity.ProtocolPUT {
		return nil, fmt.Errorf("%w: its Mode is neither %s nor %s", comity.ErrNotConfigured, comity.ProtocolPOST, comity.ProtocolPUT)
	}
	base, err := baseURL(d.Server.Text(comity.HttpServer.Serverurl))
	if err != nil {
		return nil, err
	}
	return endpoint{base: base, put: mode == comity.ProtocolPUT}.address, nil
}

// address sets an operation's method and URL: PUT or DELETE below the Serverurl under the identifier, or
// POST. An identifier is one path segment, so no person's URL is below that of the groups. The error
// is a connector.NoAddress if the identifier cannot be a segment.
func (e endpoint) address(op *comity.Operation) (err error) {
	if e.put && !connector.IsSegment(op.Identifier) {
		return connector.NoAddress{Identifier: op.Identifier, Reason: "cannot be one segment of a URL"}
	}
	path := connector.EscapeSegment(op.Identifier)
	if op.Subject.Kind == comity.KindGroup {
		path = "groups/" + path
	}
	switch {
	case !e.put:
		op.Method, path = http.MethodPost, ""
	case op.Delete:
		op.Method, op.Body = http.MethodDelete, nil
	default:
		op.Method = http.MethodPut
	}
	op.URL, err = e.url(path)
	return err
}

// baseURL parses a Serverurl and removes one trailing slash of its path. It drops user information,
// since a message's URL is shown to people and only AuthType determines the login, and a fragment, which
// is never sent. A query is kept behind the path of each message.
func baseURL(serverurl string) (url.URL, error) {
	u, err := url.Parse(serverurl)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		// The reason is left out: it repeats the URL, user information and all.
		return url.URL{}, fmt.Errorf("%w: its server's Serverurl cannot be read", comity.ErrNotConfigured)
	}
	base := url.URL{Scheme: u.Scheme, Host: u.Host, RawQuery: u.RawQuery}
	base.RawPath = strings.TrimSuffix(u.EscapedPath(), "/")
	return base, nil
}

// url returns the URL of a path below the Serverurl. The path must be escaped already. RawPath and Path
// are set together, since net/url uses its own escaping where they differ.
func (e endpoint) url(below string) (string, error) {
	u := e.base
	u.RawPath += "/" + below
	path, err := url.PathUnescape(u.RawPath)
	if err != nil {
		return "", fmt.Errorf("%w: its server's Serverurl cannot be read", comity.ErrNotConfigured)
	}
	u.Path = path
	return u.String(), nil
}
