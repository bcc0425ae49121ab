package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"comity"
	"comity/client"
)

// addMany adds org identities of some 6,000 bytes each to a CO: more than a page of a list, and more
// than a connection buffers.
func addMany(t *testing.T, c *client.Client, co int64) (many int) {
	t.Helper()
	const at, each = 8, 140
	f := comity.OrgIdentity
	long, short := strings.Repeat("🔭", 512), strings.Repeat("🔭", 128)
	var adding sync.WaitGroup
	for i := range at {
		adding.Go(func() {
			for range each {
				_, err := c.Add(t.Context(), record(fields{
					f.CoId: co, f.ManagerIdentifier: long, f.SponsorIdentifier: long, f.O: short, f.Ou: short, f.Title: fmt.Sprint(i),
				}))
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	adding.Wait()
	return at * each
}

func TestLongListIsHadToItsEndInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		many := addMany(t, c, co)
		query := url.Values{"coid": {text(co)}}

		n, last := 0, int64(0)
		for rec, err := range c.List(t.Context(), comity.OrgIdentity.Resource, query) {
			if err != nil {
				t.Fatal(err)
			}
			if rec.Id <= last {
				t.Fatalf("%d comes after %d", rec.Id, last)
			}
			n, last = n+1, rec.Id
		}
		if n != many {
			t.Errorf("the list has %d records, want %d", n, many)
		}
		for rec, err := range c.List(t.Context(), comity.OrgIdentity.Resource, query) {
			if err != nil || rec == nil {
				t.Error(err)
			}
			break // one is enough, and the rest is not waited for
		}

		// A connection that breaks off is not the end of a list.
		cut := client.New(cutAfter(t, r, 1<<20), r.user, r.key)
		if some, err := cut.All(t.Context(), comity.OrgIdentity.Resource, query); err == nil {
			t.Errorf("%d of %d records were taken for the whole list", len(some), many)
		}

		slowReadersHoldUpNobody(t, r, co, many)
	})
}

// slowReadersHoldUpNobody has more readers than the database has connections begin a list and stand
// still. If one of them held anything that the others need, these would wait until the registry gives
// the readers up, and no reader would come to the end.
func slowReadersHoldUpNobody(t *testing.T, r *registry, co int64, many int) {
	t.Helper()
	readers := make([]*slowReader, 20)
	for i := range readers {
		readers[i] = beginList(t, r, co)
	}
	c := r.platform()
	for i := range 20 {
		addPerson(t, c, co, fmt.Sprint("p", i))
	}
	var reading sync.WaitGroup
	for _, s := range readers {
		reading.Go(func() {
			if n, err := s.readOn(); err != nil || n != many {
				t.Errorf("a slow reader has %d of %d records: %v", n, many, err)
			}
		})
	}
	reading.Wait()
}

// slowReader is a list under way that nobody reads on.
type slowReader struct{ resp *http.Response }

// beginList asks for a list, and reads no more than the status and what comes with it.
func beginList(t *testing.T, r *registry, co int64) *slowReader {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.api()+"org_identities.json?coid="+text(co), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(r.user, r.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return &slowReader{resp}
}

// readOn reads the rest of the list, slowly no more, and counts its records.
func (s *slowReader) readOn() (int, error) {
	var list struct{ OrgIdentities []json.RawMessage }
	err := json.NewDecoder(s.resp.Body).Decode(&list)
	return len(list.OrgIdentities), err
}

// cutAfter is the URL of a way to the registry that breaks off after so many bytes of an answer.
func cutAfter(t *testing.T, r *registry, bytes int64) string {
	t.Helper()
	base, err := url.Parse(r.api())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	registry := base.Host
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", registry)
			if err == nil {
				go func() { _, _ = io.Copy(to, from) }()
				_, _ = io.CopyN(from, to, bytes)
				_ = to.Close()
			}
			_ = from.Close()
		}
	}()
	base.Host = l.Addr().String()
	return base.String()
}
