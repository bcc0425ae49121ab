package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/registry"
	"comity/internal/store"
)

// The control API: one process writes an SQLite file, so commands that change it while it is served are
// sent to that process, over a Unix socket beside the file that only the file's owner can open.

// controlRequest is a call of controlAPI or provisioner as it is sent over the socket.
type controlRequest struct {
	Verb        string         `json:"verb"`
	CoId        int64          `json:"coId,omitempty"`
	Name        string         `json:"name,omitempty"`
	Privileged  bool           `json:"privileged,omitempty"`
	Key         string         `json:"key,omitempty"`
	PersonId    int64          `json:"personId,omitempty"`
	Subject     comity.Subject `json:"subject,omitzero"`
	Deleting    bool           `json:"deleting,omitempty"`
	TargetId    int64          `json:"targetId,omitempty"`
	OnlyChanged bool           `json:"onlyChanged,omitempty"`
	Anew        bool           `json:"anew,omitempty"`
	MaxDeletes  int64          `json:"maxDeletes,omitempty"`
	After       comity.Subject `json:"after,omitzero"`
	Repair      bool           `json:"repair,omitempty"`
}

// controlResponse is the answer to a controlRequest; Error is "" if it was carried out.
type controlResponse struct {
	Error  string          `json:"error,omitempty"`
	Login  registry.Login  `json:"login"`
	Users  []listedUser    `json:"users,omitempty"`
	Erased registry.Erased `json:"erased"`
	Queued bool            `json:"queued,omitempty"`
	Status outbox.Status   `json:"status"`
	// After is the subject that a full sync, or the next page, begins after.
	After comity.Subject      `json:"after,omitzero"`
	Plan  []outbox.Planned    `json:"plan,omitempty"`
	Found outbox.Verification `json:"found"`
	// Token is that of a sign-in link, Address the server's URL.
	Token   string `json:"token,omitempty"`
	Address string `json:"address,omitempty"`
}

type listedUser struct {
	CoId         int64     `json:"coId"`
	Username     string    `json:"username"`
	Status       string    `json:"status"`
	Privileged   bool      `json:"privileged"`
	ValidThrough time.Time `json:"validThrough"`
}

// controlServer answers the control API on the socket. It is nil for PostgreSQL, which needs none.
type controlServer struct {
	server *http.Server
	socket string
}

func serveControl(database, address string, r *registry.Registry, queue *outbox.Outbox) (*controlServer, error) {
	if store.IsPostgres(database) {
		return nil, nil //nolint:nilnil // there is no socket and that is no error
	}
	socket := database + ".sock"
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
	server := &http.Server{Handler: controlHandler(address, r, localProvisioner{r, queue}), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	return &controlServer{server, socket}, nil
}

func (c *controlServer) close() {
	if c != nil {
		_ = c.server.Close()
		_ = os.Remove(c.socket)
	}
}

// shortPath returns a path of the socket that is short enough for the system, by way of its open folder
// where it must be, and a function that closes that folder.
func shortPath(socket string) (string, func(), error) {
	const longest = 100
	if len(socket) <= longest {
		return socket, func() {}, nil
	}
	folder, err := os.Open(filepath.Dir(socket))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), filepath.Base(socket)), func() { _ = folder.Close() }, nil
}

func controlHandler(address string, r *registry.Registry, t provisioner) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var o controlRequest
		var answer controlResponse
		err := json.NewDecoder(req.Body).Decode(&o)
		if err == nil {
			answer, err = o.carryOut(req.Context(), r, t)
		}
		if err != nil {
			answer.Error = err.Error()
		}
		answer.Address = address
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

func (o controlRequest) carryOut(ctx context.Context, r *registry.Registry, t provisioner) (a controlResponse, err error) {
	switch o.Verb {
	case "add":
		a.Login, err = r.AddUser(ctx, o.CoId, o.Name, o.Privileged, o.Key)
	case "rotate":
		a.Login, err = r.RotateKey(ctx, o.Name, o.Key)
	case "suspend":
		err = r.SuspendUser(ctx, o.Name)
	case "resume":
		err = r.ResumeUser(ctx, o.Name)
	case "link":
		a.Token, err = r.NewLink(ctx, o.Name)
	case "backed up":
		err = r.NoteBackup(ctx)
	case "erase":
		a.Erased, err = r.Erase(ctx, o.PersonId, o.Deleting)
	case "provision one":
		a.Queued, err = t.provisionOne(ctx, o.TargetId, o.Subject)
	case "full sync":
		err = t.provisionAll(ctx, o.TargetId, outbox.Run{OnlyChanged: o.OnlyChanged, Anew: o.Anew, MaxDeletes: o.MaxDeletes})
	case "stop full sync":
		err = t.stopAll(ctx, o.TargetId)
	case "status":
		a.Status, err = t.status(ctx, o.TargetId)
	case "begin":
		a.After, err = t.begin(ctx, o.TargetId, o.Anew)
	case "plan":
		a.Plan, a.After, err = t.plan(ctx, o.TargetId, o.span(), o.OnlyChanged)
	case "check deletes":
		err = t.checkDeletes(ctx, o.TargetId, o.MaxDeletes)
	case "verify":
		a.Found, err = t.verify(ctx, o.TargetId, outbox.Look{Span: o.span(), Repair: o.Repair, MaxDeletes: o.MaxDeletes})
	case "list":
		var list []*comity.Record
		list, err = r.Users(ctx, o.CoId)
		f := comity.ApiUser
		for _, rec := range list {
			a.Users = append(a.Users, listedUser{
				rec.CoId, rec.Text(f.Username), rec.Text(f.Status), rec.Bool(f.Privileged), rec.Time(f.ValidThrough),
			})
		}
	default:
		err = fmt.Errorf("the server does not know the control request %q; is it of the same version?", o.Verb)
	}
	return a, err
}

// control is the client of the control API of the process that serves a file.
type control struct {
	client *http.Client
	// address is the server's URL, "" before the first response.
	address string
}

func dialControl(database string) (*control, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, done, err := shortPath(database + ".sock")
		if err != nil {
			return nil, err
		}
		defer done()
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	c, err := dial(context.Background(), "", "")
	if err != nil {
		return nil, err
	}
	return &control{client: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, c.Close()
}

// ask sends a request and waits a minute at most for the response. The response's Error is returned as the error.
func (c *control) ask(ctx context.Context, o controlRequest) (controlResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return c.wait(ctx, o)
}

// wait is ask without the time limit.
func (c *control) wait(ctx context.Context, o controlRequest) (a controlResponse, err error) {
	body, err := json.Marshal(o)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://comity/", bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return a, fmt.Errorf("ask the server: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return a, fmt.Errorf("read the server's answer: %w", err)
	}
	c.address = a.Address
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// AddUser implements controlAPI.
func (c *control) AddUser(ctx context.Context, coID int64, name string, privileged bool, key string) (registry.Login, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "add", CoId: coID, Name: name, Privileged: privileged, Key: key})
	return a.Login, err
}

// RotateKey implements controlAPI.
func (c *control) RotateKey(ctx context.Context, username, key string) (registry.Login, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "rotate", Name: username, Key: key})
	return a.Login, err
}

// SuspendUser implements controlAPI.
func (c *control) SuspendUser(ctx context.Context, username string) error {
	_, err := c.ask(ctx, controlRequest{Verb: "suspend", Name: username})
	return err
}

// ResumeUser implements controlAPI.
func (c *control) ResumeUser(ctx context.Context, username string) error {
	_, err := c.ask(ctx, controlRequest{Verb: "resume", Name: username})
	return err
}

// Users implements controlAPI.
func (c *control) Users(ctx context.Context, coID int64) ([]*comity.Record, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "list", CoId: coID})
	f := comity.ApiUser
	list := make([]*comity.Record, len(a.Users))
	for i, u := range a.Users {
		rec := comity.NewRecord(f.Resource)
		rec.CoId = u.CoId
		rec.SetText(f.Username, u.Username)
		rec.SetText(f.Status, u.Status)
		rec.SetBool(f.Privileged, u.Privileged)
		if !u.ValidThrough.IsZero() {
			rec.Set(f.ValidThrough, comity.TimeCell(u.ValidThrough))
		}
		list[i] = rec
	}
	return list, err
}

// NewLink implements controlAPI.
func (c *control) NewLink(ctx context.Context, username string) (string, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "link", Name: username})
	return a.Token, err
}

// Erase implements controlAPI.
func (c *control) Erase(ctx context.Context, person int64, deleting bool) (registry.Erased, error) {
	a, err := c.wait(ctx, controlRequest{Verb: "erase", PersonId: person, Deleting: deleting})
	return a.Erased, err
}
