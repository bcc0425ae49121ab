package e2e_test

import (
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

func TestLongLists(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		many := addMany(t, c, co)
		query := url.Values{"coid": {text(co)}}

		t.Run("come whole and in order", func(t *testing.T) {
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
				t.Errorf("%d records, want %d", n, many)
			}
		})
		t.Run("need not be read to their end", func(t *testing.T) {
			for rec, err := range c.List(t.Context(), comity.OrgIdentity.Resource, query) {
				if err != nil || rec == nil {
					t.Error(err)
				}
				break
			}
		})
		t.Run("are no lists when the connection breaks off", func(t *testing.T) {
			cut := client.New(cutAfter(t, r, 1<<20), r.user, r.key)
			if some, err := cut.All(t.Context(), comity.OrgIdentity.Resource, query); err == nil {
				t.Errorf("%d of %d records were taken for the whole list", len(some), many)
			}
		})
		t.Run("hold up nobody when they are read slowly", func(t *testing.T) {
			slowReadersHoldUpNobody(t, r, co)
		})
	})
}

// slowReadersHoldUpNobody has more readers than the database has connections begin a list and stand
// still. If they held anything that others need, these would wait until the registry gives one up.
func slowReadersHoldUpNobody(t *testing.T, r *registry, co int64) {
	t.Helper()
	for range 17 {
		beginList(t, r, co)
	}
	c := r.platform()
	for i := range 20 {
		addPerson(t, c, co, fmt.Sprint("p", i))
	}
	if strings.Contains(r.errOut.String(), "i/o timeout") {
		t.Error("others were answered after slow readers had been given up")
	}
}

// beginList asks for a list, and reads no more than the status and what comes with it.
func beginList(t *testing.T, r *registry, co int64) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.api()+"org_identities.json?coid="+text(co), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(r.user, r.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
}

// cutAfter is the URL of a way to the registry that breaks off after so many bytes of an answer.
func cutAfter(t *testing.T, r *registry, most int64) string {
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
				_, _ = io.CopyN(from, to, most)
				_ = to.Close()
			}
			_ = from.Close()
		}
	}()
	base.Host = l.Addr().String()
	return base.String()
}
