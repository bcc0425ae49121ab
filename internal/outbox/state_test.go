package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"comity"
	"comity/internal/connector"
	"comity/internal/outbox"
)

// numbering is a connector for a target that numbers its records itself, as SCIM servers do: a record is added
// without a number and changed under the number that the target gave it.
type numbering struct {
	mu    sync.Mutex
	added int
	log   []string
	// refuses says that it refuses a message although its record is there then.
	refuses bool
}

func (n *numbering) Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan {
	return connector.PlanMessages(d, s, state, true, func(op *comity.Operation) error {
		op.Method = "ADD"
		if state.Own != nil {
			op.Method, op.URL = "CHANGE", string(state.Own)
		}
		return nil
	})
}

func (n *numbering) Apply(_ context.Context, _ comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	line := fmt.Sprintf("%s %s %s", op.Method, op.Identifier, own)
	switch {
	case op.Delete:
		n.log = append(n.log, line+" delete")
		return comity.Answer{OK: true}, nil
	case own == nil:
		n.added++
		own = fmt.Appendf(nil, "number %d", n.added)
	}
	n.log = append(n.log, line)
	return comity.Answer{OK: !n.refuses, Refused: n.refuses}, own
}

func (n *numbering) Close() {}

// What a connector keeps of a subject is handed to it with the next operation, after a failure and by another
// instance, too, until it deletes the record.
func TestConnectorState(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		n := &numbering{}
		kind := connector.Kind{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}
		w.connectors = connector.Connectors{kind: n}
		to := w.target(newReceiver(t), comity.ModeManual)
		person := w.person("ghopper")
		provisioned := func(want ...string) {
			t.Helper()
			n.log = nil
			if _, err := w.provision(w.queue(outbox.Options{}), to, person); err != nil {
				t.Error(err)
			}
			if !slices.Equal(n.log, want) {
				t.Errorf("operations %q, want %q", n.log, want)
			}
		}
		n.refuses = true
		if _, err := w.provision(w.queue(outbox.Options{}), to, person); err == nil {
			t.Error("a refusal is no error")
		}
		n.refuses = false
		provisioned("CHANGE ghopper number 1")
		w.edit(comity.CoPerson.Resource, person, values{comity.CoPerson.Status: comity.Pending})
		provisioned("CHANGE ghopper number 1 delete")
		w.edit(comity.CoPerson.Resource, person, values{comity.CoPerson.Status: comity.Active})
		provisioned("ADD ghopper ")
		provisioned("CHANGE ghopper number 2")
	})
}
