package comity

import "strings"

// The authentication methods of an HTTP server.
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
	t.Resource = resource("HttpServer", "HttpServers", "http_servers").short("HTS").
		named("HTTP server", "HTTP servers").
		doc("The HTTP side of a server of ServerType `HT`.").addressOf(ServerHTTP, "Where it is")
	t.ServerId = t.reference("ServerId", "Server").required().listed().onServers(ServerHTTP).
		doc("A server of ServerType `HT`.")
	t.Serverurl = t.text("Serverurl", 256).required().summary().must(serverURL).
		label("URL").doc("Starts with `https://` or `http://`, and holds no fragment: host and port can be dialled. Name and password have fields of their own.").example("https://receiver.example.org/people").format("uri").pattern(`^https?://[^<>#\s]+$`)
	t.Username = t.text("Username", 128).
		doc("Required with `BA`, and then without a colon (RFC 7617).")
	t.Password = t.secret("Password", 400).
		doc("Kept as it is sent. Required with `BA` and `BE`, and again when AuthType changes. For Bearer the token, as RFC 6750 has it.")
	t.AuthType = t.code("AuthType",
		option(AuthBasic, "Basic (name and password)"),
		option(AuthBearer, "Bearer (token)"),
		option(AuthNone, "None"),
	).required().summary().
		doc("What the server asks of who calls it. With `X` no name and password are sent.").usually(TextCell(AuthNone))
	t.SslVerifyPeer = t.boolean("SslVerifyPeer").advanced().defaults(BoolCell(true)).
		label("Verify the certificate")
	t.SslVerifyHost = t.boolean("SslVerifyHost").advanced().defaults(BoolCell(true)).
		label("Verify the host name")
	t.Login = &Login{
		User: t.Username, Password: t.Password,
		Scheme: func(rec *Record) string {
			if auth := rec.Text(t.AuthType); auth != AuthNone {
				return auth
			}
			return ""
		},
		Leads: []*Field{t.Serverurl}, Guards: []*Field{t.SslVerifyPeer, t.SslVerifyHost},
	}
	t.must(func(rec *Record) []FieldError {
		var fieldErrors []FieldError
		switch user := rec.Text(t.Username); rec.Text(t.AuthType) {
		case AuthBasic:
			switch {
			case user == "":
				fieldErrors = append(fieldErrors, t.Username.Missing())
			case strings.ContainsAny(user, ":\t\n"):
				fieldErrors = append(fieldErrors, t.Username.FieldError("may not contain a colon, tab or line end: Basic authentication (RFC 7617) cannot carry it"))
			}
		case AuthBearer:
			if rec.Has(t.Password) && !isToken(rec.Text(t.Password)) {
				fieldErrors = append(fieldErrors, t.Password.FieldError("%s", notToken))
			}
		}
		return fieldErrors
	})
	t.unique(Unique{Phrase: PhraseServerConfigured, Fields: []*Field{t.ServerId}})
	return t
}()
