package e2e_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// failure is what a receiver does with a message while something is wrong with it.
type failure func(w http.ResponseWriter, req *http.Request, take http.Handler)

// isSlow takes every message, after two seconds. That leaves the sender, who gives a message seven, the time
// that a busy machine needs: one that it gave up would be taken all the same, and late.
func isSlow(w http.ResponseWriter, req *http.Request, take http.Handler) {
	select {
	case <-time.After(2 * time.Second):
		take.ServeHTTP(w, req)
	case <-req.Context().Done():
	}
}

// isSilent takes no message and never answers.
func isSilent(_ http.ResponseWriter, req *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, req.Body) // else nobody sees the sender go
	<-req.Context().Done()
}

// cutsItsAnswer takes every message and closes the connection in the middle of the answer.
func cutsItsAnswer(w http.ResponseWriter, req *http.Request, take http.Handler) {
	take.ServeHTTP(httptest.NewRecorder(), req)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConte")
	_ = conn.Close()
}

// flaps is away for three messages, there for three, and so on.
func failsNowAndThen() failure {
	var came atomic.Int64
	return func(w http.ResponseWriter, req *http.Request, take http.Handler) {
		if n := came.Add(1); (n-1)/3%2 == 0 {
			http.Error(w, "away for the moment", http.StatusServiceUnavailable)
			return
		}
		take.ServeHTTP(w, req)
	}
}

// chokesOn fails whenever it is sent one person.
func failsAt(uid string) failure {
	return func(w http.ResponseWriter, req *http.Request, take http.Handler) {
		if strings.HasSuffix(req.URL.Path, "/"+uid) {
			http.Error(w, "it chokes", http.StatusInternalServerError)
			return
		}
		take.ServeHTTP(w, req)
	}
}

// failingReceiver is a receiver that fails until it is repaired.
type failingReceiver struct {
	*receiver
	url      string
	repair   func()
	repaired atomic.Bool
}

// receiveInTrouble starts a receiver that is in trouble.
func startFailingReceiver(t *testing.T, does failure) *failingReceiver {
	t.Helper()
	r := unreachableReceiver(t, does)
	r.repair()
	r.repaired.Store(false)
	r.repair = func() { r.repaired.Store(true) }
	return r
}

// receiveLater returns a receiver that refuses connections until it is repaired.
func startReceiverLater(t *testing.T) *failingReceiver {
	t.Helper()
	return unreachableReceiver(t, nil)
}

func unreachableReceiver(t *testing.T, does failure) *failingReceiver {
	t.Helper()
	r := &failingReceiver{receiver: &receiver{answers: func(message) (int, string) { return http.StatusOK, "" }, last: map[string]message{}}}
	r.Server = &httptest.Server{Config: &http.Server{
		ReadHeaderTimeout: patience,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if r.repaired.Load() {
				r.receiver.ServeHTTP(w, req)
				return
			}
			does(w, req, r.receiver)
		}),
	}}
	address, open := delayedListener(t)
	r.url = "http://" + address
	r.repair = func() {
		r.repaired.Store(true)
		r.Listener = open()
		r.Start()
		t.Cleanup(r.Close)
		t.Cleanup(r.CloseClientConnections)
	}
	return r
}

// door is an address of this test's own where connections are refused until it is opened.
func delayedListener(t *testing.T) (address string, open func() net.Listener) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(socket), "a door")
	t.Cleanup(func() { _ = file.Close() })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	at := net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: bound.(*syscall.SockaddrInet4).Port}
	return at.String(), func() net.Listener {
		if err := syscall.Listen(socket, 128); err != nil {
			t.Fatal(err)
		}
		l, err := net.FileListener(file)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
}
