package console_test

import (
	"net/url"
	"testing"
)

// TestTextThatNoDatabaseHolds: what somebody asks for with U+0000 or bytes that are no UTF-8 in it is
// found nowhere or refused, and no failure of ours.
func TestTextThatNoDatabaseHolds(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := &permissionFixture{T: t, fixture: fx, base: fx.serve(t, nil).URL, co: fx.addCO(t)}
		b := signedIn(t, s.base, fx.operator)
		ids := s.furnish(b)
		for _, text := range []string{"a%00b", "a%FFb"} {
			for _, page := range []string{
				"?x=", "search?q=", "co_people/?q=", "co_people/?status=", "co_people/?cou=", "co_people/?group=", "co_people/?after=",
				"co_groups/?q=", "co_groups/?kind=", "co_groups/?status=", "co_groups/" + ids["group"] + "/?q=", "co_groups/" + ids["group"] + "/?after=",
				"co_groups/" + ids["group"] + "/members-at?date=", "history_records/?actor=", "history_records/?operation=", "history_records/?kind=",
				"history_records/?from=", "history_records/?before=", "identifiers/?search.identifier=", "identifiers/?identifier=", "names/?given=",
				"co_groups/?name=", "org_identities/?search.identifier=", "org_identities/?search.mail=", "pick/names/Person?Person.Search=", "names/new?Given=", "names/new?Type=",
			} {
				b.anything(t, page+text, inCO(s.co, "%s", page)+text, nil)
			}
			for _, path := range []string{"/console/co/" + text + "/", inCO(s.co, "names/%s/", text), inCO(s.co, "%s/", text), inCO(s.co, "pick/names/%s", text)} {
				b.anything(t, path, path, nil)
			}
			plain, err := url.QueryUnescape(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, sp := range examples {
				for _, field := range sp.resource.Fields {
					send := url.Values{}
					for name, value := range s.placed(sp, ids) {
						send.Set(name, value)
					}
					send.Set(field.Name, plain)
					b.anything(t, sp.resource.Singular+"."+field.Name, s.at(sp.resource)+"new", send)
				}
			}
			b.anything(t, "paste", inCO(s.co, "co_groups/%s/paste", ids["group"]), url.Values{"people": {plain}})
			b.anything(t, "sign in", "/console/sign-in", url.Values{"username": {plain}, "key": {plain}})
		}
	})
}

// anything asks for a page, or sends a form, and fails the test where that is answered by a failure.
func (b *browser) anything(t *testing.T, what, path string, send url.Values) {
	t.Helper()
	if send == nil {
		response, err := b.client.Get(b.base + path)
		if err != nil {
			t.Fatal(err)
		}
		b.read(what, response, response.StatusCode)
	} else {
		response, err := b.request(path, send)
		if err != nil {
			t.Fatal(err)
		}
		b.read(what, response, response.StatusCode)
	}
	if b.page.status >= 500 {
		t.Errorf("%s is answered %d: %.300s", what, b.page.status, b.page.text)
	}
}
