package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/control"
)

// TestErrorsKeepTheirCodes sends an error of each code through the socket.
func TestErrorsKeepTheirCodes(t *testing.T) {
	t.Parallel()
	for code := comity.Internal; code <= comity.NotNow; code++ {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			sent := &comity.Error{
				Code: code, Op: "add an API user", Phrase: "A Phrase", Detail: "what to do", RetryAfter: 5 * time.Second,
				Fields: []comity.FieldError{{Field: "username", Sentence: "It is in use"}, {Field: "status", Sentence: "It is no code"}},
				Err:    errors.New("the cause"),
			}
			wrapped := fmt.Errorf("co_2: %w", sent)
			_, err := control.Do(t.Context(), dial(t, serve(t, &program{err: wrapped})), control.SuspendUser{Username: "co_2.sync"})
			var got *comity.Error
			if !errors.As(err, &got) {
				t.Fatalf("it is no comity.Error: %v", err)
			}
			want := *sent
			want.Err = nil // of the cause the text is all that is sent
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err.Error() != wrapped.Error() {
				t.Errorf("its text is %q, want %q", err, wrapped)
			}
		})
	}
}

func TestOtherErrorsKeepTheirText(t *testing.T) {
	t.Parallel()
	_, err := control.Do(t.Context(), dial(t, serve(t, &program{err: errors.New("there is no person 7, and there was none")})), control.Erase{PersonId: 7})
	if err == nil || err.Error() != "there is no person 7, and there was none" {
		t.Errorf("the error is %v", err)
	}
	if code := comity.CodeOf(err); code != comity.Internal {
		t.Errorf("its code is %d, want %d", code, comity.Internal)
	}
}

// TestServerRefusesWhatItDoesNotKnow sends bodies that no client of this version sends. Nothing is carried out.
func TestServerRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", ``, "the control request cannot be read: EOF"},
		{"no JSON", `suspend co_2.sync`, "the control request cannot be read: invalid character"},
		{"a list", `[]`, "the control request cannot be read: json: cannot unmarshal array"},
		{"no version", `{"verb":"NoteBackup","request":{}}`, "the control request is of version 0, and the server's is 1"},
		{"a later version", `{"version":2,"verb":"NoteBackup","request":{}}`, "the control request is of version 2, and the server's is 1"},
		{"another envelope", `{"version":1,"verb":"NoteBackup","request":{},"coId":2}`, `the control request cannot be read: json: unknown field "coId"`},
		{"no verb", `{"version":1,"request":{}}`, `the server does not know the control request ""`},
		{"an unknown verb", `{"version":1,"verb":"Dance","request":{}}`, `the server does not know the control request "Dance"; is it of the same version?`},
		{"no request", `{"version":1,"verb":"SuspendUser"}`, `the control request "SuspendUser" cannot be read: EOF`},
		{"an unknown field", `{"version":1,"verb":"SuspendUser","request":{"Username":"x","Reason":"y"}}`, `the control request "SuspendUser" cannot be read: json: unknown field "Reason"`},
		{"a field of another type", `{"version":1,"verb":"Erase","request":{"PersonId":"seven"}}`, `the control request "Erase" cannot be read: json: cannot unmarshal string`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var p program
			answer := post(t, serve(t, &p), tt.body)
			if want := `"text":"` + strings.ReplaceAll(tt.want, `"`, `\"`); !strings.Contains(answer, want) || !strings.HasPrefix(answer, `{"version":1,"error":`) {
				t.Errorf("the answer is %s, want %s", answer, tt.want)
			}
			if p.called != "" {
				t.Errorf("it called %s", p.called)
			}
		})
	}
}

// post sends a body to the socket of a database and returns the answer's.
func post(t *testing.T, database, body string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", database+".sock")
		},
	}}
	resp, err := client.Post("http://comity/", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// TestClientRefusesWhatItDoesNotKnow has servers that are not of this version.
func TestClientRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	const otherVersion = "the server is of another version than this program: restart it, or use its own program"
	for _, tt := range []struct{ name, answer, want string }{
		{"nothing", ``, "read the server's answer: EOF"},
		{"no JSON", `<html>`, "read the server's answer: invalid character"},
		{"no version", `{"error":{"text":"an error of before"}}`, otherVersion},
		{"a later version", `{"version":2,"response":{}}`, otherVersion},
		{"no response", `{"version":1}`, otherVersion},
		{"a response of another type", `{"version":1,"response":["co_2.sync"]}`, otherVersion},
		{"a response with an unknown field", `{"version":1,"response":{"username":"co_2.sync","key":"k","expires":"soon"}}`, otherVersion},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			database := filepath.Join(t.TempDir(), "registry.db")
			l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", database+".sock")
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.answer) })}
			go func() { _ = server.Serve(l) }()
			t.Cleanup(func() { _ = server.Close() })
			_, err = control.Do(t.Context(), dial(t, database), control.RotateKey{Username: "co_2.sync"})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %s", err, tt.want)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "registry.db")
	if _, err := control.Dial(t.Context(), database); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a socket the error is %v", err)
	}
	s, err := control.Listen(database, service(&program{}))
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, database)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Do(t.Context(), c, control.NoteBackup{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the server's end the error is %v", err)
	}
}

func TestCallerMayStopWaiting(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, &program{}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := control.Do(ctx, c, control.NoteBackup{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}
