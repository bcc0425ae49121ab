package comity

import "strings"

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
	t.Serverurl = t.text("Serverurl", 256).required().must(serverURL)
	t.Username = t.text("Username", 128)
	t.Password = t.secret("Password", 400)
	t.AuthType = t.code("AuthType", words(AuthBasic, AuthBearer, AuthNone)...).required()
	t.SslVerifyPeer = t.boolean("SslVerifyPeer").defaults(BoolCell(true))
	t.SslVerifyHost = t.boolean("SslVerifyHost").defaults(BoolCell(true))
	t.must(func(rec *Record) []Fault {
		var faults []Fault
		switch user := rec.Text(t.Username); rec.Text(t.AuthType) {
		case AuthBasic:
			switch {
			case user == "":
				faults = append(faults, t.Username.Missing())
			case strings.ContainsAny(user, ":\t\n"):
				faults = append(faults, t.Username.Fault("may not contain a colon, tab or line end: Basic authentication (RFC 7617) cannot carry it"))
			}
		case AuthBearer:
			if rec.Has(t.Password) && !isToken(rec.Text(t.Password)) {
				faults = append(faults, t.Password.Fault("%s", notToken))
			}
		}
		return faults
	})
	t.unique(Unique{Phrase: "Server Already Configured", Fields: []*Field{t.ServerId}})
	return t
}()
