package comity

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// url makes the field's text a whole URL. Its scheme is http, https, mailto or one of more: what a
// page of the console, or of somebody else, makes a link of, and never a script.
func (f *Field) url(more ...string) *Field {
	f.Schemes = append([]string{"http", "https", "mailto"}, more...)
	f.doc("A whole URL, not a relative one.").format("uri").example("https://example.org/")
	return f.must(func(s string) string {
		u, problem := readURL(s, f.Schemes)
		switch {
		case u == nil && problem == "":
			return f.sentence("must be a URL such as https://example.org/")
		case problem != "":
		case u.Scheme == "http" || u.Scheme == "https":
			problem = hostProblem(u)
		case u.Scheme == "mailto":
			to, err := url.PathUnescape(u.Opaque)
			for address := range strings.SplitSeq(to, ",") {
				if err != nil || !IsEmailAddress(address) {
					problem = "names no email address behind mailto:"
				}
			}
		case u.Scheme == "urn":
			if id, name, _ := strings.Cut(u.Opaque, ":"); id == "" || name == "" {
				problem = "must go on with a namespace and a name, as in urn:mace:example.org:member"
			}
		case u.Host == "" && u.Opaque == "":
			problem = "names nothing behind " + u.Scheme + ":"
		}
		if problem != "" {
			return f.sentence("must be a URL such as https://example.org/: it %s", problem)
		}
		return ""
	})
}

// readURL reads a URL of one of the schemes, and returns nil for what is none. The problem is in words
// that follow "it", and "" where there is no more to say. Browsers leave out or turn some characters before they read a URL, so that none of
// these may hide what it is.
func readURL(s string, schemes []string) (*url.URL, string) {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || zeroWidth(r) || r == '\\' }) {
		return nil, "may not contain a blank, a backslash or what cannot be seen"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme == "":
		return nil, ""
	case !slices.Contains(schemes, u.Scheme):
		return nil, "must begin with " + strings.Join(schemes[:len(schemes)-1], ":, ") + ": or " + schemes[len(schemes)-1] + ":"
	}
	return u, ""
}

// hostProblem says what keeps the host and port of a URL from being dialled.
func hostProblem(u *url.URL) string {
	host, port := u.Hostname(), u.Port()
	switch {
	case u.Opaque != "" || host == "":
		return "must name a host behind " + u.Scheme + "://"
	case strings.HasPrefix(u.Host, "[") != strings.Contains(host, ":") || !canBeDialled(host):
		return "names a host that is neither a name nor an IP address"
	case strings.HasSuffix(u.Host, ":") || port != "" && !isPort(port):
		return "names a port that is not between 1 and 65535"
	}
	return ""
}

// serverURL is the check of a URL that the registry itself calls.
func serverURL(s string) string {
	u, _ := readURL(s, []string{"http", "https"})
	if u == nil {
		return "The serverurl must start with http:// or https:// and name a host"
	}
	switch problem := hostProblem(u); {
	case problem != "":
		return "The serverurl must name a host and port that can be dialled: it " + problem
	case u.User != nil:
		return "The serverurl may hold no name and password: they have fields of their own"
	case strings.Contains(s, "#"):
		return "The serverurl may hold no fragment (#)"
	}
	return ""
}

// Brokers are the addresses, host:port, of a list that commas or blanks part.
func Brokers(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// brokers is the check of a list of Kafka servers.
func brokers(list string) string {
	addresses := Brokers(list)
	if len(addresses) == 0 {
		return "The brokers must name a host and port such as kafka.example.org:9092"
	}
	for _, address := range addresses {
		if !isHostPort(address) {
			return "The brokers must be hosts and ports such as kafka.example.org:9092, parted by commas: " + address + " is none that can be dialled"
		}
	}
	return ""
}

// isHostPort says whether s is a host and port that can be dialled. An IPv6 address stands in brackets.
func isHostPort(s string) bool {
	u, err := url.Parse("kafka://" + s)
	return err == nil && u.Host == s && u.Port() != "" && hostProblem(u) == ""
}
