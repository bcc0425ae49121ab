package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"reflect"
	"time"
)

// Server carries out the requests that come over the socket of an SQLite file.
type Server struct {
	http   *http.Server
	socket string
}

// Listen makes the socket of an SQLite file, and answers requests there until Close. The caller must hold the
// file's lock: a socket that is there already is one that a dead process has left.
func Listen(database string, s *Service) (*Server, error) {
	socket := socketOf(database)
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	path, done, err := shortPath(socket)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("control socket: %w", err), l.Close())
	}
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	return &Server{server, socket}, nil
}

// Close ends the requests under way and removes the socket.
func (s *Server) Close() error {
	err := s.http.Close()
	if gone := os.Remove(s.socket); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// verb carries out a request that is given as JSON.
type verb func(ctx context.Context, s *Service, request []byte) (response any, err error)

// verbs are the requests by the names of their types.
func verbs() map[string]verb {
	all := map[string]verb{}
	handle[AddUser](all)
	handle[RotateKey](all)
	handle[SuspendUser](all)
	handle[ResumeUser](all)
	handle[ListUsers](all)
	handle[NewLink](all)
	handle[NoteBackup](all)
	handle[Erase](all)
	handle[Provision](all)
	handle[StartFullSync](all)
	handle[StopFullSync](all)
	handle[GetStatus](all)
	handle[GetFullSyncStart](all)
	handle[PlanDeliveries](all)
	handle[CheckDeletes](all)
	handle[VerifyTarget](all)
	return all
}

func handle[Q Request[R], R any](all map[string]verb) {
	name := reflect.TypeFor[Q]().Name()
	all[name] = func(ctx context.Context, s *Service, request []byte) (any, error) {
		var q Q
		if err := decodeBytes(request, &q); err != nil {
			return nil, fmt.Errorf("the control request %q cannot be read: %w", name, err)
		}
		return q.carryOut(ctx, s)
	}
}

func (s *Service) handler() http.Handler {
	all := verbs()
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		answer := responseMessage{Version: version}
		response, err := s.answer(req, all)
		if err == nil {
			answer.Response, err = json.Marshal(response)
		}
		if err != nil {
			answer.Error = messageOf(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

// answer carries out the request in an HTTP request's body.
func (s *Service) answer(req *http.Request, all map[string]verb) (any, error) {
	var m requestMessage
	if err := decode(req.Body, &m); err != nil {
		return nil, fmt.Errorf("the control request cannot be read: %w", err)
	}
	if m.Version != version {
		return nil, fmt.Errorf("the control request is of version %d, and the server's is %d: restart it, or use its own program", m.Version, version)
	}
	carryOut, ok := all[m.Verb]
	if !ok {
		return nil, fmt.Errorf("the server does not know the control request %q; is it of the same version?", m.Verb)
	}
	return carryOut(req.Context(), s, m.Request)
}
