package comity

import (
	"regexp"
	"strings"
)

// ApiUser is a user of the REST API. ApiKey is made by the server, shown once, and kept only as its digest.
var ApiUser = func() (t struct {
	*Resource
	CoId, Privileged, Status, Username, ValidFrom, ValidThrough, RemoteIp, CoPersonId, StringIds, RateLimit, ApiKey *Field
},
) {
	t.Resource = resource("ApiUser", "ApiUsers", "api_users").short("API").versioned()
	t.CoId = t.co()
	t.Privileged = t.boolean("Privileged")
	t.Status = t.code("Status", onOff...).required()
	t.Username = t.text("Username", 50).required().must(username)
	t.ValidFrom, t.ValidThrough = t.validity()
	t.RemoteIp = t.text("RemoteIp", 80).markup().must(remoteIp)
	t.CoPersonId = t.reference("CoPersonId", "CoPerson")
	t.StringIds = t.boolean("StringIds")
	t.RateLimit = t.integer("RateLimit").min(1)
	t.ApiKey = t.secret("ApiKey", 64).readOnly().minted()
	t.unique(Unique{Phrase: PhraseNameInUse, Fields: []*Field{t.Username}})
	return t
}()

var usernameShape = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// IsUsername says whether an API user can have that name.
func IsUsername(s string) bool { return usernameShape.MatchString(s) }

func username(s string) string {
	if IsUsername(s) {
		return ""
	}
	return "The username may hold letters, digits, \".\", \"-\" and \"_\" only"
}

// RemoteIpExpression compiles an API user's RemoteIp: an RE2 expression, unanchored, of the
// addresses it may call from; slashes round it are taken off.
func RemoteIpExpression(s string) (*regexp.Regexp, error) {
	if len(s) >= 2 && strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/") {
		s = s[1 : len(s)-1]
	}
	return regexp.Compile(s)
}

func remoteIp(s string) string {
	if _, err := RemoteIpExpression(s); err != nil {
		return "The remote ip must be a regular expression (RE2) of addresses: " + err.Error()
	}
	return ""
}
