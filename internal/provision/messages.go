package provision

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"comity"
)

var (
	// ErrNoIdentifier is the failure of a person who has no identifier of the type that the
	// target is sent people under.
	ErrNoIdentifier = errors.New("no identifier")
	// ErrNotConfigured is the failure of a target that does not say, or does not say usably,
	// where messages go.
	ErrNotConfigured = errors.New("the target is not configured")
)

// Messages returns what the destination must be sent, in this order, so that it holds the state
// of the snapshot, and the identifier that the person is then known under there, "" for none.
//
// A present person is sent as an object, and then every other identifier that the destination was
// told is deleted: the new one is there before the old one goes. Of a person who is gone, every
// identifier ever told is deleted; one who was never told costs no message, even to a target that
// is not configured.
//
// The error wraps ErrNoIdentifier for a person without an identifier of the configured type; what
// was told is then to be deleted all the same, so the messages are there with it. It wraps
// ErrNotConfigured for a destination without settings or server, or whose server is suspended.
func (h *HTTP) Messages(d comity.Destination, s comity.Snapshot, told comity.Told) (msgs []comity.Message, identifier string, err error) {
	known := identifiersTold(told)
	if s.Gone && len(known) == 0 {
		return nil, "", nil
	}
	e, err := open(d)
	if err != nil {
		return nil, "", err
	}
	var missing error
	if !s.Gone {
		identifier = identify(s, e.identifierType)
		if identifier == "" {
			missing = fmt.Errorf("%w of type %s", ErrNoIdentifier, e.identifierType)
		} else {
			m, err := e.tell(identifier, s)
			if err != nil {
				return nil, "", err
			}
			msgs = append(msgs, m)
		}
	}
	for _, old := range known {
		if old == identifier {
			continue
		}
		m, err := e.forget(old)
		if err != nil {
			return nil, "", err
		}
		msgs = append(msgs, m)
	}
	for i := range msgs {
		msgs[i].PersonId = s.PersonId
	}
	return msgs, identifier, missing
}

// identifiersTold returns what the destination may know the person under, each once.
func identifiersTold(told comity.Told) []string {
	var known []string
	for _, id := range append([]string{told.Identifier}, told.Obsolete...) {
		if id != "" && !slices.Contains(known, id) {
			known = append(known, id)
		}
	}
	return known
}

// identify returns the identifier that the person is sent under: of those of the type, the one
// with the lowest Id. It is "" where there is none.
func identify(s comity.Snapshot, identifierType string) string {
	for _, rec := range s.Identifiers {
		id := rec.Text(comity.Identifier.Identifier)
		if id != "" && rec.Text(comity.Identifier.Type) == identifierType {
			return id
		}
	}
	return ""
}

// endpoint is a destination as far as its messages depend on it.
type endpoint struct {
	base           url.URL
	put            bool
	identifierType string
	attributes     bool
}

func open(d comity.Destination) (endpoint, error) {
	if d.Settings == nil {
		return endpoint{}, fmt.Errorf("%w: it has no CoApiProvisionerTarget", ErrNotConfigured)
	}
	if d.Server == nil {
		return endpoint{}, fmt.Errorf("%w: its server has no HttpServer", ErrNotConfigured)
	}
	if !d.ServerActive {
		return endpoint{}, fmt.Errorf("%w: its server is suspended", ErrNotConfigured)
	}
	settings := comity.CoApiProvisionerTarget
	mode := d.Settings.Text(settings.Mode)
	if mode != comity.ProtocolPOST && mode != comity.ProtocolPUT {
		return endpoint{}, fmt.Errorf("%w: its Mode is neither %s nor %s", ErrNotConfigured, comity.ProtocolPOST, comity.ProtocolPUT)
	}
	base, err := baseURL(d.Server.Text(comity.HttpServer.Serverurl))
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{
		base:           base,
		put:            mode == comity.ProtocolPUT,
		identifierType: d.Settings.Text(settings.IdentifierType),
		attributes:     trueUnlessSaid(d.Settings, settings.IncludeAttributes),
	}, nil
}

// trueUnlessSaid reads a boolean whose default is true.
func trueUnlessSaid(rec *comity.Record, f *comity.Field) bool {
	return !rec.Has(f) || rec.Bool(f)
}

// baseURL reads a Serverurl, without one trailing slash of its path. User information in it is
// dropped, for a message's URL is shown to people and AuthType alone says who is calling; so is a
// fragment, which is never sent. A query is kept, behind the path of each message.
func baseURL(serverurl string) (url.URL, error) {
	u, err := url.Parse(serverurl)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		// The reason is left out: it repeats the URL, user information and all.
		return url.URL{}, fmt.Errorf("%w: its server's Serverurl cannot be read", ErrNotConfigured)
	}
	base := url.URL{Scheme: u.Scheme, Host: u.Host, RawQuery: u.RawQuery}
	base.RawPath = strings.TrimSuffix(u.EscapedPath(), "/")
	return base, nil
}

// tell is the message that the person is as the snapshot says.
func (e endpoint) tell(identifier string, s comity.Snapshot) (comity.Message, error) {
	m := comity.Message{Identifier: identifier, Method: http.MethodPost}
	segment := ""
	if e.put {
		m.Method, segment = http.MethodPut, escapeSegment(identifier)
	}
	var err error
	if m.URL, err = e.url(segment); err != nil {
		return comity.Message{}, err
	}
	m.Body, err = encode(personMessage(identifier, s, e.attributes))
	return m, err
}

// forget is the message that nobody is known under the identifier any more.
func (e endpoint) forget(identifier string) (m comity.Message, err error) {
	m = comity.Message{Identifier: identifier, Delete: true}
	if e.put {
		m.Method = http.MethodDelete
		m.URL, err = e.url(escapeSegment(identifier))
		return m, err
	}
	m.Method = http.MethodPost
	if m.URL, err = e.url(""); err != nil {
		return comity.Message{}, err
	}
	m.Body, err = encode(deletedMessage(identifier))
	return m, err
}

// url returns the URL of a segment below the Serverurl. The segment is escaped already; RawPath
// and Path are set together, as net/url falls back to an escaping of its own where they differ.
func (e endpoint) url(segment string) (string, error) {
	u := e.base
	u.RawPath += "/" + segment
	path, err := url.PathUnescape(u.RawPath)
	if err != nil {
		return "", fmt.Errorf("%w: its server's Serverurl cannot be read", ErrNotConfigured)
	}
	u.Path = path
	return u.String(), nil
}
