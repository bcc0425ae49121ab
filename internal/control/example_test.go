package control_test

import (
	"testing"

	"comity"
	"comity/internal/control"
	"comity/internal/registry/registrytest"
	"comity/internal/signin"
)

// TestExample shows what the package is for: a command changes a registry while another process serves its
// SQLite file, by a request to that process.
func TestExample(t *testing.T) {
	t.Parallel()
	fx := registrytest.New(t, registrytest.Databases()["SQLite"](t), 0)
	users := signin.New(fx.Store, fx.Registry)
	service := &control.Service{Registry: fx.Registry, Signin: users, Address: "https://registry.example.org"}

	// The server listens beside the file.
	server, err := control.Listen(fx.Database, service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })

	// A command needs only the file's name.
	client, err := control.Dial(t.Context(), fx.Database)
	if err != nil {
		t.Fatal(err)
	}
	login, err := control.Do(t.Context(), client, control.AddUser{CoId: fx.CoId, Name: "sync", Privileged: true})
	if err != nil {
		t.Fatal(err)
	}
	if caller, err := users.Authenticate(t.Context(), login.Username, login.Key, "192.0.2.1"); err != nil || caller.CoId != fx.CoId || !caller.Admin {
		t.Errorf("the new user calls as %+v, error %v", caller, err)
	}

	// The type of a request says what it is answered with: here a list of users.
	list, err := control.Do(t.Context(), client, control.ListUsers{CoId: fx.CoId})
	if err != nil || len(list) != 1 || list[0].Username != login.Username || list[0].Status != comity.Active {
		t.Errorf("the users are %+v, error %v", list, err)
	}

	// An error has its code and text on this side of the socket too.
	again := control.AddUser{CoId: fx.CoId, Name: "sync"}
	_, err = control.Do(t.Context(), client, again)
	if comity.CodeOf(err) != comity.Refused {
		t.Errorf("a name in use: %v", err)
	}

	// If no server has the file open, the command carries out the same request itself.
	if _, local := control.Do(t.Context(), control.Local(service), again); local == nil || err == nil || local.Error() != err.Error() {
		t.Errorf("the error is %v in this process, %v through the socket", local, err)
	}
}
