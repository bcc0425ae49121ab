package comity

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// url requires the field's text to be an absolute URL. Its scheme must be http, https, mailto or one of
// more, so that a page that shows it as a link never runs a script.
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

// readURL parses a URL of one of the schemes, and returns nil if s is none. problem is a reason in words that
// follow "it", "" where there is none. Characters that browsers remove or replace before they read a URL are
// refused, since they could hide where it leads.
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

// hostProblem returns why no connection can be made to the host and port of a URL, "" where one can.
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

// serverURL checks a URL that the registry itself requests.
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

// Brokers returns the addresses, host:port, in a list that is separated by commas or blanks.
func Brokers(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// brokers checks a list of Kafka servers.
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

// isHostPort says whether s is a host and port to which a connection can be made. An IPv6 address must be in
// brackets.
func isHostPort(s string) bool {
	u, err := url.Parse("kafka://" + s)
	return err == nil && u.Host == s && u.Port() != "" && hostProblem(u) == ""
}
