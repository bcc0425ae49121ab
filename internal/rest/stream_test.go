package rest_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"comity"
)

// narrow is a listener whose connections buffer little, so that a server waits for its client in the middle
// of a page.
type narrow struct{ net.Listener }

const narrowness = 1 << 16

func (l narrow) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetWriteBuffer(narrowness)
}

// TestListIsCutWhereALaterPageFails: the connection is cut, so that a client does not mistake a part for the
// whole. A client that reads slowly holds no database connection meanwhile: the database can be closed.
func TestListIsCutWhereALaterPageFails(t *testing.T) {
	t.Parallel()
	databases := map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "registry.db") },
		"PostgreSQL": freshDatabase,
	}
	for name, database := range databases {
		for _, format := range []string{"json", "xml"} {
			t.Run(name+" "+format, func(t *testing.T) {
				t.Parallel()
				a, err := serve(t.Context(), database(t), func(l net.Listener) net.Listener { return narrow{l} })
				if err != nil {
					t.Fatal(err)
				}
				defer a.close()
				s := a.fixture(t, format)
				s.addMany(comity.OrgIdentity.Resource, 1001, func(rec *comity.Record, _ int) {
					rec.SetText(comity.OrgIdentity.ManagerIdentifier, strings.Repeat("😀", 512))
				})
				w := s.dial()
				s.must(w.Conn.(*net.TCPConn).SetReadBuffer(narrowness))
				w.in = bufio.NewReaderSize(w.Conn, 16)
				w.send(s.request("GET org_identities."+format+"?coid=$co", ""))
				response, err := http.ReadResponse(w.in, nil)
				s.must(err)
				defer response.Body.Close()
				if response.Status != "200 OK" {
					t.Errorf("the first page says %s", response.Status)
				}
				s.must(a.store.Close())
				list, err := io.ReadAll(response.Body)
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("after %d bytes the list ends with %v, want it cut", len(list), err)
				}
				if n := strings.Count(string(list), "😀") / 512; n != 1000 {
					t.Errorf("%d records came before the cut, want a page of 1000", n)
				}
			})
		}
	}
}

// freshDatabase returns the URL of an empty database beside that of the other tests.
func freshDatabase(t *testing.T) string {
	t.Helper()
	s := &fixture{TB: t, api: apis[1]}
	conn, err := pgx.Connect(t.Context(), s.database)
	s.must(err)
	defer conn.Close(t.Context())
	name := s.fill("stream_$n")
	_, err = conn.Exec(t.Context(), "CREATE DATABASE "+name)
	s.must(err)
	u, err := url.Parse(s.database)
	s.must(err)
	u.Path = "/" + name
	return u.String()
}
