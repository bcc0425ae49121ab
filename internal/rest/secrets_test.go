package rest_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"comity/internal/store/db"
)

// TestKeyIsShownOnce, in the answer to the add, and only the server generates it.
func TestKeyIsShownOnce(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for format, body := range map[string]string{
			"json": `{"Version":"1.0","CoId":$co,"Username":"json","Privileged":true,"Status":"Active","ApiKey":"mine"}`,
			"xml": `<ApiUser Version="1.0"><CoId>$co</CoId><Username>xml</Username><Privileged>1</Privileged>` +
				`<Status>Active</Status><ApiKey>mine</ApiKey></ApiUser>`,
		} {
			a := s.call("", "POST", "api_users."+format, strings.NewReader(s.fill(body)))
			if a.line() != "201 Added" || len(a.secret) < 32 || a.secret == "mine" {
				s.Fatalf("%s with the key %q", a.line(), a.secret)
			}
			s.ids["user"] = a.created
			login := basic(s.fill("co_$co."+format), a.secret)
			if got := s.attempt(login); got.line() != "200 OK" {
				s.Errorf("the key is answered %s", got.line())
			}
			// Neither the key nor its digest is shown again, nor does an edit change it.
			for _, path := range []string{"api_users/$user.json", "api_users/$user.xml", "api_users.json?coid=$co", "api_users.xml?coid=$co"} {
				if got := s.call("", "GET", s.fill(path), nil); bytes.Contains(got.body, []byte(a.secret)) || bytes.Contains(got.body, []byte("ApiKey")) {
					s.Errorf("%s shows a key: %s", path, got.body)
				}
			}
			s.perform(step{call: "PUT api_users/$user", send: `{"CoId":$co,"Username":"` + format + `","Privileged":true,"Status":"Active","ApiKey":"mine"}`})
			if got := s.attempt(login); got.line() != "200 OK" {
				s.Errorf("after an edit the key is answered %s", got.line())
			}
		}
	})
}

// TestSecretsAreNowhereToRead: neither keys nor servers' passwords are in answers or, in plain text, in the
// database.
func TestSecretsAreNowhereToRead(t *testing.T) {
	const password, second = "correct horse battery staple", "incorrect donkey"
	everywhere(t, func(s *fixture) {
		key := s.user("admin").Key
		s.perform(server("server"),
			add("http_servers", "http", `"ServerId":$server,"Serverurl":"https://example.org/","Username":"us","Password":"`+password+`","AuthType":"BA"`),
			step{
				call: "PUT http_servers/$http",
				send: `{"ServerId":$server,"Serverurl":"https://example.org/","Password":"` + second + `","AuthType":"BA"}`,
			},
			step{call: "GET http_servers/$http", has: `{"Username":"us","Password":null}`},
			step{call: "DELETE http_servers/$http"})
		all := s.dump()
		if !bytes.Contains(all, []byte(s.ids["coname"])) {
			s.Fatal("the CO's name is not in the database")
		}
		for _, secret := range []string{key, password, second} {
			if bytes.Contains(all, []byte(secret)) {
				s.Errorf("%q is in the database", secret)
			}
		}
	})
}

// dump returns everything in the database.
func (s *fixture) dump() []byte {
	s.Helper()
	var all []byte
	if !db.IsPostgres(s.database) {
		for _, file := range []string{s.database, s.database + "-wal"} {
			content, err := os.ReadFile(file)
			s.must(err)
			all = append(all, content...)
		}
		return all
	}
	conn, err := pgx.Connect(s.Context(), s.database)
	s.must(err)
	defer conn.Close(s.Context())
	rows, err := conn.Query(s.Context(), `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'`)
	s.must(err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	s.must(err)
	for _, table := range tables {
		rows, err := conn.Query(s.Context(), `SELECT t::text FROM `+table+` t`)
		s.must(err)
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		s.must(err)
		all = append(all, strings.Join(texts, "\n")...)
	}
	return all
}
