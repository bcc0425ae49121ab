// Package file writes the messages about people and groups to files below one folder, the spool, from which
// another program picks them up.
//
//   - file.go decides which file a message goes to, and reads files back
//   - spool.go changes files: each change is on the disk, whole or not at all, before it is reported
//
// A target has a folder of its own, target- and its id. In it, each person has a file in people and each group,
// or page of one, in groups; or all messages are lines of log.jsonl.
package file

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"comity"
	"comity/internal/connector"
)

// Connector writes messages to the files of a spool. It is safe for concurrent use.
type Connector struct{ spool *spool }

// New returns a Connector that writes below a folder. Without a folder, "", its targets are not configured.
func New(folder string) *Connector { return &Connector{newSpool(folder)} }

// Close does nothing: no file stays open.
func (c *Connector) Close() {}

// The methods of operations, for display.
const (
	methodWrite  = "WRITE"
	methodRemove = "REMOVE"
	methodAppend = "APPEND"
)

// longestName is the greatest length of a file's name in bytes.
const longestName = 255

var errNoFolder = fmt.Errorf("%w: this program writes no files unless its operator names a folder, by --spool-dir", comity.ErrNotConfigured)

// Plan returns the changes of files that bring a spool up to date about a subject. The URL of an operation is
// the file's path below the spool's folder.
func (c *Connector) Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan {
	if c.spool.folder == "" {
		return comity.Plan{Problem: errNoFolder}
	}
	t := targetOf(d)
	return connector.PlanMessages(d, s, state, connector.TrueUnlessSet(d.Settings, comity.CoFileProvisionerTarget.IncludeAttributes), t.address)
}

// target is the part of a destination that its files depend on.
type target struct {
	folder string
	log    bool
	modes  modes
}

func targetOf(d comity.Destination) target {
	f := comity.CoFileProvisionerTarget
	t := target{
		folder: "target-" + strconv.FormatInt(d.Target.Id, 10),
		log:    d.Settings.Text(f.Layout) == comity.LayoutLog,
		modes:  forOwner,
	}
	if connector.TrueUnlessSet(d.Settings, f.GroupReadable) {
		t.modes = forGroup
	}
	return t
}

// address sets an operation's method and path. The error is a connector.NoAddress if no file can have the
// identifier's name.
func (t target) address(op *comity.Operation) error {
	if t.log {
		op.Method, op.URL = methodAppend, t.folder+"/log.jsonl"
		return nil
	}
	name := fileName(op.Identifier)
	if len(name) > longestName {
		return connector.NoAddress{Identifier: op.Identifier, Reason: "is too long for the name of a file"}
	}
	folder := "people"
	if op.Subject.Kind == comity.KindGroup {
		folder = "groups"
	}
	op.Method, op.URL = methodWrite, path.Join(t.folder, folder, name)
	if op.Delete {
		op.Method, op.Body = methodRemove, nil
	}
	return nil
}

// fileName returns the name of the file of an identifier, which is percent-encoded. No name begins with a dot, so
// that none is hidden, or "..".
func fileName(identifier string) string {
	name := connector.EscapeSegment(identifier) + ".json"
	if rest, dot := strings.CutPrefix(name, "."); dot {
		name = "%2E" + rest
	}
	return name
}

// entry is a line of a log.
type entry struct {
	Id       string          `json:"id"`
	Subject  string          `json:"subject"`
	Sequence int64           `json:"sequence"`
	Message  json.RawMessage `json:"message"`
}

// Apply changes one file. All failures are the spool's, such as a full disk, and may pass. It keeps no state of
// its own.
func (c *Connector) Apply(ctx context.Context, d comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte) {
	err := ctx.Err()
	if err == nil {
		err = c.change(ctx, op, targetOf(d).modes)
	}
	if err != nil {
		return comity.Answer{Text: connector.Clean(err.Error(), connector.MaxAnswer)}, own
	}
	return comity.Answer{OK: true, Text: "OK"}, own
}

func (c *Connector) change(ctx context.Context, op comity.Operation, m modes) error {
	switch op.Method {
	case methodRemove:
		return c.spool.remove(op.URL)
	case methodWrite:
		return c.spool.write(op.URL, append(op.Body[:len(op.Body):len(op.Body)], '\n'), m)
	}
	line, err := json.Marshal(entry{op.Id, connector.SubjectName(op.Subject), op.Sequence, op.Body})
	if err != nil {
		return fmt.Errorf("line of the log: %w", err)
	}
	return c.spool.append(ctx, op.URL, append(line, '\n'), m)
}

// Readable returns nil if each subject has a file.
func (c *Connector) Readable(d comity.Destination) error {
	if targetOf(d).log {
		return errors.New("cannot be verified: it has one log, not a file for each person and group")
	}
	return nil
}

// maxRead is the size limit, in bytes, of a file that is read.
const maxRead = 4 << 20

// Read reads the file of an identifier.
func (c *Connector) Read(_ context.Context, d comity.Destination, s comity.Subject, identifier string, _ []byte) comity.Holding {
	op := comity.Operation{Subject: s, Identifier: identifier}
	if err := targetOf(d).address(&op); err != nil {
		return comity.Holding{Answered: true} // nothing can be there
	}
	body, err := c.spool.read(op.URL, maxRead+1)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.spool.exists():
		return comity.Holding{Answered: true}
	case err != nil:
		return comity.Holding{Unreadable: connector.Clean(err.Error(), connector.MaxAnswer)}
	case len(body) > maxRead:
		return comity.Holding{Answered: true, Unreadable: fmt.Sprintf("%s is longer than %d MiB", op.URL, maxRead>>20)}
	case !json.Valid(body):
		return comity.Holding{Answered: true, Unreadable: op.URL + " is no JSON"}
	}
	return comity.Holding{Answered: true, Body: body}
}
