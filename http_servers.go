package comity

import (
	"net/url"
	"strings"
)

// How an HTTP server is told who is calling.
const (
	AuthBasic  = "BA"
	AuthBearer = "BE"
	AuthNone   = "X"
)

// HttpServer is the HTTP side of a server of type HT.
var HttpServer = func() (t struct {
	*Resource
	ServerId, Serverurl, Username, Password, AuthType, SslVerifyPeer, SslVerifyHost *Field
},
) {
	t.Resource = resource("HttpServer", "HttpServers", "http_servers").short("HTS")
	t.ServerId = t.reference("ServerId", "Server").required().listed()
	t.Serverurl = t.text("Serverurl", 256).required().must(httpURL)
	t.Username = t.text("Username", 128)
	t.Password = t.secret("Password", 400)
	t.AuthType = t.code("AuthType", words(AuthBasic, AuthBearer, AuthNone)...).required()
	t.SslVerifyPeer = t.boolean("SslVerifyPeer").defaults(BoolCell(true))
	t.SslVerifyHost = t.boolean("SslVerifyHost").defaults(BoolCell(true))
	t.unique(Unique{Phrase: "Server Already Configured", Fields: []*Field{t.ServerId}})
	return t
}()

func httpURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "", strings.ContainsAny(s, " \t\n"):
		return "The serverurl must start with http:// or https:// and name a host"
	case u.User != nil:
		return "The serverurl may hold no name and password: they have fields of their own"
	case strings.Contains(s, "#"):
		return "The serverurl may hold no fragment (#)"
	}
	return ""
}
