package rest_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"comity"
)

// wire is one raw connection to the API.
type wire struct {
	*fixture
	net.Conn
	in *bufio.Reader
}

func (s *fixture) dial() *wire {
	s.Helper()
	conn, err := new(net.Dialer).DialContext(s.Context(), "tcp", s.address)
	s.must(err)
	s.Cleanup(func() { _ = conn.Close() })
	return &wire{s, conn, bufio.NewReader(conn)}
}

// request returns a request as sent.
func (s *fixture) request(line, body string, headers ...string) string {
	login := base64.StdEncoding.EncodeToString([]byte(s.operator.Username + ":" + s.operator.Key))
	method, path, _ := strings.Cut(s.fill(line), " ")
	headers = append(headers, "Host: registry", "Authorization: Basic "+login)
	if body != "" {
		body = s.fill(body)
		headers = append(headers, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return method + " /registry/" + path + " HTTP/1.1\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n" + body
}

func (w *wire) send(text string) {
	w.Helper()
	_, err := io.WriteString(w.Conn, text)
	w.must(err)
}

// line reads one line.
func (w *wire) line() string {
	w.Helper()
	line, err := w.in.ReadString('\n')
	w.must(err)
	return strings.TrimRight(line, "\r\n")
}

// answer reads the complete answer to a method.
func (w *wire) answer(method string) answer {
	w.Helper()
	response, err := http.ReadResponse(w.in, &http.Request{Method: method})
	w.must(err)
	return readAnswer(w, response)
}

// exchanges are requests with the answer to each.
var exchanges = []struct{ line, body, want string }{
	{"GET cous.json?coid=$co", "", "200 OK"},
	{"GET cous/999999999.json", "", "404 Cou Unknown"},
	{"POST cous.json", `{"Version":"1.0","CoId":$co,"Name":"U $n"}`, "201 Added"},
	{"HEAD cous/999999999.json", "", "404 Cou Unknown"},
	{"GET names.json?copersonid=$ada", "", "204 CO Person Has No Name"},
	{"HEAD cous.json?coid=$co", "", "200 OK"},
	{"POST cous.xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>Physics</Name></Cou>`, "403 Name In Use"},
	{"POST cous.json", `{"Version":"1.0"`, "400 Bad Request"},
	{"PUT cous/$physics.json", `{"Version":"1.0","CoId":$co,"Name":"Physics"}`, "200 OK"},
	{"DELETE cous.json", "", "400 Invalid Fields"},
	{"GET co_people.json?coid=$co&shoe=42", "", "422 Unprocessable Entity"},
	{"GET nowhere", "", "404 Unknown"},
	{"DELETE co_people/$ada.json", "", "200 Deleted"},
	{"GET cous/$physics.xml", "", "200 OK"},
}

// TestEachAnswerHasItsPhrase: each of many answers on one connection has its phrase, one after the other, and
// if the client sends all its requests before it reads.
func TestEachAnswerHasItsPhrase(t *testing.T) {
	for _, pipelined := range []bool{false, true} {
		t.Run(fmt.Sprintf("pipelined %v", pipelined), func(t *testing.T) {
			everywhere(t, func(s *fixture) {
				s.perform(person("ada"), unit("physics", "Physics"))
				w := s.dial()
				if pipelined {
					var all strings.Builder
					for _, x := range exchanges {
						all.WriteString(s.request(x.line, x.body))
					}
					w.send(all.String())
				}
				for _, x := range exchanges {
					if !pipelined {
						w.send(s.request(x.line, x.body))
					}
					method, _, _ := strings.Cut(x.line, " ")
					if a := w.answer(method); a.line() != x.want {
						s.Errorf("%s is answered %s, want %s", x.line, a.line(), x.want)
					}
				}
			})
		})
	}
}

// TestClientThatAsksBeforeItSendsABody: it gets 100 Continue if the body is needed, and every answer keeps
// its phrase.
func TestClientThatAsksBeforeItSendsABody(t *testing.T) {
	everywhere(t, func(s *fixture) {
		w := s.dial()
		for range 2 {
			head, body, _ := strings.Cut(s.request("POST cous.json", `{"Version":"1.0","CoId":$co,"Name":"U $n"}`, "Expect: 100-continue"), "\r\n\r\n")
			w.send(head + "\r\n\r\n")
			if line, blank := w.line(), w.line(); line != "HTTP/1.1 100 Continue" || blank != "" {
				s.Fatalf("the head of a request is answered %q, %q", line, blank)
			}
			w.send(body)
			if a := w.answer("POST"); a.line() != "201 Added" {
				s.Errorf("the body is answered %s", a.line())
			}
		}
		head, _, _ := strings.Cut(s.request("POST nowhere.json", `{}`, "Expect: 100-continue"), "\r\n\r\n")
		w.send(head + "\r\n\r\n")
		if a := w.answer("POST"); a.line() != "404 Unknown" {
			s.Errorf("a body that nobody wants is answered %s", a.line())
		}
	})
}

// TestBodiesInChunks: chunked bodies are accepted, and an incomplete one is refused.
func TestBodiesInChunks(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for chunk, want := range map[string]string{
			"%x\r\n%s\r\n0\r\n\r\n": "201 Added",
			"%x\r\n%s\r\nzz\r\n":    "400 Bad Request",
			"%x\r\n%s}0\r\n\r\n":    "400 Bad Request",
		} {
			w := s.dial()
			head, _, _ := strings.Cut(s.request("POST cous.json", "", "Transfer-Encoding: chunked"), "\r\n\r\n")
			body := s.fill(`{"Version":"1.0","CoId":$co,"Name":"U $n"}`)
			w.send(head + "\r\n\r\n" + fmt.Sprintf(chunk, len(body), body))
			if a := w.answer("POST"); a.line() != want {
				s.Errorf("%.20q is answered %s, want %s", chunk, a.line(), want)
			}
		}
	})
}

// TestOlderClients: clients of HTTP/1.0 get the phrases too.
func TestOlderClients(t *testing.T) {
	everywhere(t, func(s *fixture) {
		w := s.dial()
		w.send(strings.Replace(s.request("GET cous/999999999.json", ""), "HTTP/1.1", "HTTP/1.0", 1))
		if line := w.line(); line != "HTTP/1.0 404 Cou Unknown" {
			s.Errorf("an HTTP/1.0 request is answered %q", line)
		}
	})
}

// TestWhatIsNoHTTP: what is not HTTP is answered by net/http in its own words, also after an answer of the
// API.
func TestWhatIsNoHTTP(t *testing.T) {
	everywhere(t, func(s *fixture) {
		w := s.dial()
		w.send(s.request("GET cous/999999999.json", ""))
		if a := w.answer("GET"); a.line() != "404 Cou Unknown" {
			s.Errorf("a request is answered %s", a.line())
		}
		w.send("NONSENSE\r\n\r\n")
		if line := w.line(); line != "HTTP/1.1 400 Bad Request" {
			s.Errorf("no request is answered %q", line)
		}
	})
}

// TestLongAnswersOnOneConnection: answers whose text looks like other answers are complete.
func TestLongAnswersOnOneConnection(t *testing.T) {
	everywhere(t, func(s *fixture) {
		ids := s.addMany(comity.OrgIdentity.Resource, 1200, func(rec *comity.Record, _ int) {
			rec.SetText(comity.OrgIdentity.Title, "HTTP/1.1 200 OK\nHTTP/1.1 404 Not Found")
		})
		w := s.dial()
		line := "GET org_identities.json?coid=$co"
		w.send(s.request(line, "") + s.request("GET cous/999999999.json", "") + s.request(line, ""))
		for _, want := range []string{"200 OK", "404 Cou Unknown", "200 OK"} {
			a := w.answer("GET")
			if a.line() != want || want == "200 OK" && !slices.Equal(a.column("Id"), ids) {
				s.Errorf("%d records in an answer %s, want %d in one %s", len(a.records), a.line(), len(ids), want)
			}
			for _, title := range a.column("Title") {
				if title != "HTTP/1.1 200 OK\nHTTP/1.1 404 Not Found" {
					s.Fatalf("a title came as %q", title)
				}
			}
		}
	})
}
