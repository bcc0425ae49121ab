package httpserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/internal/httpserver"
)

// certify writes a certificate with a serial number, and its key.
func certify(t *testing.T, folder string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	write(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	return cert, key
}

// write replaces a file by a new one.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// secured serves with a certificate with the serial number 1.
func secured(t *testing.T, log io.Writer) (s *served, folder string) {
	t.Helper()
	folder = t.TempDir()
	cert, key := certify(t, folder, 1)
	c, err := httpserver.ReadCertificates(cert, key, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, 0, c.Config(), func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			t.Error("the handler does not see that it is TLS")
		}
		httpserver.SetPhrase(r.Context(), http.StatusForbidden, "Name In Use")
		w.WriteHeader(http.StatusForbidden)
	}), folder
}

// certified returns the serial number of the certificate that the server shows, and checks that the phrase is
// sent through TLS too.
func (s *served) certified() int64 {
	s.Helper()
	c := tls.Client(s.dial(), &tls.Config{InsecureSkipVerify: true})
	if _, err := io.WriteString(c, get); err != nil {
		s.Fatal(err)
	}
	if answer, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 403 Name In Use\r\n") {
		s.Errorf("it is answered %q, error %v", answer, err)
	}
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func TestCertificateIsReadAgainWhenItsFilesChange(t *testing.T) {
	t.Parallel()
	var log lines
	s, folder := secured(t, &log)
	for _, step := range []struct {
		title  string
		change func()
		serial int64
		says   int
	}{
		{"nothing has changed", func() {}, 1, 0},
		{"another certificate", func() { certify(t, folder, 2) }, 2, 0},
		{"one that is broken", func() { write(t, filepath.Join(folder, "cert.pem"), "broken") }, 2, 1},
		{"it still is", func() {}, 2, 1},
		{"one without a key", func() { _ = os.Remove(filepath.Join(folder, "key.pem")) }, 2, 2},
		{"a good one again", func() { certify(t, folder, 3) }, 3, 2},
	} {
		step.change()
		if got := s.certified(); got != step.serial {
			t.Errorf("%s: it shows certificate %d, want %d", step.title, got, step.serial)
		}
		if got := strings.Count(log.String(), "cannot be used"); got != step.says {
			t.Errorf("%s: the log says %d times that one cannot be used, want %d\n%s", step.title, got, step.says, log.String())
		}
	}
}

func TestPlainHTTPToTheHTTPSPort(t *testing.T) {
	t.Parallel()
	s, _ := secured(t, io.Discard)
	for _, method := range []string{"GET", "POST", "DELETE"} {
		got := s.ask(strings.Replace(get, "GET", method, 1))
		if want := "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"; got != want {
			t.Errorf("%s is answered %q, want %q", method, got, want)
		}
	}
	if got := s.certified(); got != 1 {
		t.Errorf("afterwards it shows certificate %d", got)
	}
}
