package rest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"comity"
)

const unknownID = "999999999"

// sameButForIds says whether two answers are the same, except for the requested ids.
func sameButForIds(a, b answer, aID, bID string) bool {
	ids := regexp.MustCompile(`\b(` + aID + `|` + bID + `)\b`)
	strip := func(x answer) string {
		return fmt.Sprint(x.line(), x.header.Get("Content-Type"), ids.ReplaceAllString(string(x.body), "ID"))
	}
	return strip(a) == strip(b)
}

// TestRecordsOfAnotherCO: for an administrator of a CO a record of another one does not exist, in every
// operation on every resource.
func TestRecordsOfAnotherCO(t *testing.T) {
	everywhere(t, func(s *fixture) {
		other := s.fixture(s, "json")
		other.perform(oneOfEach()...)
		s.perform(oneOfEach()...)
		for _, sp := range append([]specimen{{path: "cos", keep: "co", edit: `{"Name":"$coname x","Status":"Active"}`}}, specimens...) {
			theirs := other.ids[sp.keep]
			for _, format := range []string{"json", "xml"} {
				s.format = format
				for _, method := range []string{"GET", "HEAD", "PUT", "DELETE"} {
					for _, send := range sends(s, method, sp) {
						callServer := func(id string) answer {
							return s.call("admin", method, sp.path+"/"+id+"."+format, strings.NewReader(send))
						}
						got, want := callServer(theirs), callServer(unknownID)
						if got.status != 404 || !sameButForIds(got, want, theirs, unknownID) {
							s.Errorf("%s %s of another CO with %.40q: %s %s\n\tof none: %s %s",
								method, sp.path, send, got.line(), got.body, want.line(), want.body)
						}
					}
				}
				if sp.path == "co_groups" {
					got := s.call("admin", "POST", "co_groups/reconcile/"+theirs+"."+format, nil)
					want := s.call("admin", "POST", "co_groups/reconcile/"+unknownID+"."+format, nil)
					if got.status != 404 || !sameButForIds(got, want, theirs, unknownID) {
						s.Errorf("reconcile: %s, want %s", got.line(), want.line())
					}
				}
			}
		}
		other.perform(stillThere()...)
	})
}

// sends returns the bodies with which an operation on a specimen is tried.
func sends(s *fixture, method string, sp specimen) []string {
	if method != "PUT" {
		return []string{""}
	}
	return []string{"", "{", s.envelope(sp.path, `{"Version":"7"}`), s.envelope(sp.path, s.fill(sp.edit))}
}

// TestReferencesToAnotherCO: a reference to a record of another CO is answered like one to a missing record,
// to an administrator of the CO and of the platform, and nothing is stored. The owner of a new record,
// however, determines its CO, for those who administer all of them.
func TestReferencesToAnotherCO(t *testing.T) {
	everywhere(t, func(s *fixture) {
		other := s.fixture(s, "json")
		other.perform(oneOfEach()...)
		s.perform(oneOfEach()...)
		for _, sp := range specimens {
			for _, f := range resourceAt(sp.path).Fields {
				for _, link := range linksOf(f) {
					if link.target == "Co" || f.ReadOnly {
						continue
					}
					theirs := other.ids[nameOfSpecimen(link.target)]
					for _, as := range []string{"admin", ""} {
						for _, call := range []string{"POST " + sp.path + ".json", "PUT " + sp.path + "/$" + sp.keep + ".json"} {
							method, path, _ := strings.Cut(s.fill(call), " ")
							if as == "" && method == "POST" && f == fieldOfCO(sp.path) {
								continue
							}
							callServer := func(id string) answer {
								body := s.with(sp.send, link.field, fmt.Sprintf(link.value, id))
								if f.Kind == comity.Owner && link.field != f.Name {
									body = strings.Replace(body, `"Person":{`, `"Nobody":{`, 1)
								}
								return s.call(as, method, path, strings.NewReader(body))
							}
							got, want := callServer(theirs), callServer(unknownID)
							if got.status < 400 || got.status >= 500 || !sameButForIds(got, want, theirs, unknownID) {
								s.Errorf("%q: %s with %s of another CO: %s %s\n\tof none: %s %s",
									as, call, link.field, got.line(), got.body, want.line(), want.body)
							}
						}
					}
				}
			}
		}
		s.perform(stillThere()...)
		other.perform(stillThere()...)
	})
}

// fieldOfCO returns the field of a specimen that determines its CO.
func fieldOfCO(path string) *comity.Field {
	if f := resourceAt(path).Anchor(); f != nil {
		return f
	}
	return resourceAt(path).Fields[0]
}

// link is a way to name another record: a field's name, and its value with %s for the id.
type link struct{ field, value, target string }

func linksOf(f *comity.Field) []link {
	if f.Kind == comity.Reference {
		return []link{{f.Name, "%s", f.Target}}
	}
	var links []link
	for _, o := range f.Owners {
		links = append(links, link{"Person", `{"Type":"` + o.Word + `","Id":%s}`, o.Target}, link{o.Name, `"%s"`, o.Target})
	}
	return links
}

// nameOfSpecimen returns the name under which the specimen of a resource is kept.
func nameOfSpecimen(singular string) string {
	for _, sp := range specimens {
		if sp.singular == singular {
			return sp.keep
		}
	}
	return ""
}

// TestAnotherCOInARequest is refused whether that CO exists or not: as CoId of an element, and as coid.
func TestAnotherCOInARequest(t *testing.T) {
	everywhere(t, func(s *fixture) {
		other := s.fixture(s, "json")
		s.perform(oneOfEach()...)
		for _, sp := range specimens {
			for _, co := range []string{other.ids["co"], unknownID, "1", "0", "seven"} {
				if got := s.call("admin", "GET", sp.path+".json?coid="+co, nil); got.line() != "401 Unauthorized" {
					s.Errorf("%s of CO %s: %s", sp.path, co, got.line())
				}
				if resourceAt(sp.path).CoId() == nil {
					continue
				}
				for _, call := range []string{"POST " + sp.path, "PUT " + sp.path + "/$" + sp.keep} {
					method, path, _ := strings.Cut(s.fill(call), " ")
					got := s.call("admin", method, path+".json", strings.NewReader(s.with(sp.send, "CoId", `"`+co+`"`)))
					if got.line() != "401 Unauthorized" {
						s.Errorf("%s with CO %s: %s", call, co, got.line())
					}
				}
			}
			if got := s.call("admin", "GET", sp.path+".json", nil); got.line() != "401 Unauthorized" {
				s.Errorf("all %s: %s", sp.path, got.line())
			}
		}
		s.perform(stillThere()...)
	})
}

// TestUnprivilegedUserMayDoNothing.
func TestUnprivilegedUserMayDoNothing(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(oneOfEach()...)
		for _, sp := range append([]specimen{{path: "cos", keep: "co"}}, specimens...) {
			for _, call := range []string{
				"GET " + sp.path + ".json", "GET " + sp.path + ".json?coid=$co", "POST " + sp.path + ".json", "DELETE " + sp.path + ".json",
				"GET " + sp.path + "/$" + sp.keep + ".json", "PUT " + sp.path + "/$" + sp.keep + ".json",
				"DELETE " + sp.path + "/$" + sp.keep + ".json", "GET " + sp.path + "/999999999.xml", "DELETE " + sp.path + "/999999999.xml",
				"PUT co_groups/reconcile.json?coid=$co", "POST co_groups/reconcile/$group.json", "GET nowhere.json",
				"POST co_provisioning_targets/provision/$target/copersonid:$person",
			} {
				method, path, _ := strings.Cut(s.fill(call), " ")
				send := ""
				if sp.send != "" {
					send = s.envelope(sp.path, s.fill(sp.send))
				}
				for _, as := range []string{"user", "nobody"} {
					if got := s.call(as, method, path, strings.NewReader(send)); got.line() != "401 Unauthorized" {
						s.Errorf("%s: %s: %s", as, call, got.line())
					}
				}
			}
		}
		s.perform(stillThere()...)
	})
}

// TestAdministratorOfACO may do in it what the platform may.
func TestAdministratorOfACO(t *testing.T) {
	steps := oneOfEach()
	for _, sp := range specimens {
		steps = append(steps,
			step{call: "GET " + sp.path + "/$" + sp.keep, has: sp.part},
			step{call: "GET " + sp.path + "?coid=$co"})
		if !resourceAt(sp.path).AppendOnly {
			steps = append(steps, step{call: "PUT " + sp.path + "/$" + sp.keep, send: sp.edit})
		}
	}
	for i := range steps {
		steps[i].as = "admin"
	}
	perform(t, steps)
}
