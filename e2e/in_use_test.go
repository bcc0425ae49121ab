package e2e_test

import (
	"fmt"
	"testing"
)

func TestSecondProcessOnAnSQLiteFileNamesTheFirst(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	inUse := fmt.Sprintf(`^comity: .*the database is in use by process %d$`, r.cmd.Process.Pid)
	refused(t, runToEnd(t, r.operator("serve", "--listen", "127.0.0.1:0")), inUse)
	refused(t, runToEnd(t, r.operator("migrate")), inUse)
	if getStatus(r.page("/readyz")) != 200 {
		t.Error("the first one is not ready any more")
	}

	// A crash leaves no lock behind.
	r.kill()
	r.startAgain(t)
}
