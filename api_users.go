package comity

import (
	"regexp"
	"strings"
)

// ApiUser is a user of the REST API. The server generates ApiKey, shows it once and stores only its digest.
var ApiUser = func() (t struct {
	*Resource
	CoId, Privileged, Status, Username, ValidFrom, ValidThrough, RemoteIp, CoPersonId, StringIds, RateLimit, ApiKey *Field
},
) {
	t.Resource = resource("ApiUser", "ApiUsers", "api_users").short("API").versioned().
		named("API user", "API users").purpose("Programs that call the API, and their keys.").
		doc("Who may call this API.")
	t.CoId = t.co()
	t.Privileged = t.boolean("Privileged").
		doc("A privileged user administers the CO; another one may do nothing until something grants it a right.")
	t.Status = t.code("Status", onOff...).required()
	t.Username = t.text("Username", 50).required().must(username).
		doc("Letters, digits, `.`, `-` and `_`; unique. Stored with the prefix `co_<CoId>.`, which is added unless it is there.").example("sync").pattern(`^[A-Za-z0-9._-]+$`)
	t.ValidFrom, t.ValidThrough = t.validity()
	t.RemoteIp = t.text("RemoteIp", 80).markup().must(remoteIp).
		label("IP address").doc("A regular expression (RE2) of the addresses it may call from, unanchored; slashes round it are taken off.")
	t.CoPersonId = t.reference("CoPersonId", "CoPerson").
		doc("The person it acts for, with that person's rights instead of its own.")
	t.StringIds = t.boolean("StringIds").
		doc("Whether its answers in JSON write every number, ids among them, as a string.")
	t.RateLimit = t.integer("RateLimit").min(1).
		doc("Requests a minute; without one there is no limit.")
	t.ApiKey = t.secret("ApiKey", 64).readOnly().generated().
		label("API key").doc("The key to log in with.")
	t.unique(Unique{Phrase: PhraseNameInUse, Fields: []*Field{t.Username}})
	return t
}()

// NewApiUser returns an active ApiUser of a CO that is not stored yet.
func NewApiUser(coID int64, name string, privileged bool) *Record {
	rec := NewRecord(ApiUser.Resource)
	rec.SetInt(ApiUser.CoId, coID)
	rec.SetText(ApiUser.Username, name)
	rec.SetBool(ApiUser.Privileged, privileged)
	rec.SetText(ApiUser.Status, Active)
	return rec
}

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
