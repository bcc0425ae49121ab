package file_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector/connectortest"
	"comity/internal/connector/file"
)

// destination returns a target that is written to files.
func destination(layout string) comity.Destination {
	f := comity.CoFileProvisionerTarget
	d := comity.Destination{
		Target:         connectortest.Row(comity.CoProvisioningTarget.Resource, 7, 0, connectortest.Texts{comity.CoProvisioningTarget.Plugin: comity.PluginFile}),
		Settings:       connectortest.Row(f.Resource, 1, 0, connectortest.Texts{f.Layout: layout}),
		IdentifierType: "uid",
		IncludeGroups:  true,
	}
	d.Settings.SetBool(f.IncludeAttributes, false)
	return d
}

// deliver writes a subject that the destination was sent under identifiers before, and returns the last answer.
func deliver(t *testing.T, c *file.Connector, d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs) (a comity.Answer) {
	t.Helper()
	operations, _, err := connectortest.Plan(c, d, s, sentAs)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations {
		op.Id = "msg_1"
		if a = connectortest.Apply(t.Context(), c, d, op, 4); !a.OK {
			return a
		}
	}
	return a
}

// files returns the content of all regular files below a folder by their paths.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(folder, name))
		all[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func message(id, more string) string {
	return `{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"` + id + `"` + more + `}}}`
}

const when = `,"created":"2026-11-21T17:39:01Z","lastModified":"2026-11-21T17:39:01Z"`

func group(members ...string) comity.Snapshot {
	f := comity.CoGroup
	g := connectortest.Row(f.Resource, 9, 1, connectortest.Texts{f.Name: "readers", f.Status: comity.Active})
	return comity.Snapshot{Subject: comity.GroupSubject(9), Group: g, Members: members}
}

// A person and a group have a file each, which holds the message; or the messages are the lines of a log.
func TestLayouts(t *testing.T) {
	gone := comity.Snapshot{Subject: comity.PersonSubject(1), Gone: true}
	line := func(message string) string {
		return `{"id":"msg_1","subject":"1","sequence":4,"message":` + message + "}\n"
	}
	for _, tt := range []struct {
		name     string
		snapshot comity.Snapshot
		sentAs   comity.ProvisionedAs
		files    map[string]string
		log      string
	}{
		{
			name: "new", snapshot: connectortest.Person("ada"),
			files: map[string]string{"target-7/people/ada.json": message("ada", when) + "\n"},
			log:   line(message("ada", when)),
		},
		{
			name: "renamed", snapshot: connectortest.Person("lovelace"), sentAs: comity.ProvisionedAs{Identifier: "ada"},
			files: map[string]string{"target-7/people/lovelace.json": message("lovelace", when) + "\n"},
			log:   line(message("ada", when)) + line(message("lovelace", when)) + line(message("ada", `,"deleted":true`)),
		},
		{
			name: "gone", snapshot: gone, sentAs: comity.ProvisionedAs{Identifier: "ada"},
			files: map[string]string{},
			log:   line(message("ada", when)) + line(message("ada", `,"deleted":true`)),
		},
		{
			name: "gone and not there", snapshot: gone, sentAs: comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"countess"}},
			files: map[string]string{},
			log:   line(message("ada", when)) + line(message("ada", `,"deleted":true`)) + line(message("countess", `,"deleted":true`)),
		},
		{
			name: "group", snapshot: group("ada"),
			files: map[string]string{"target-7/groups/9.json": `{"meta":{"version":"1.0.0","objectType":"group"},"group":{"meta":{"id":"9"` + when + "}}}\n"},
			log:   `{"id":"msg_1","subject":"group:9","sequence":4,"message":{"meta":{"version":"1.0.0","objectType":"group"},"group":{"meta":{"id":"9"` + when + "}}}}\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for layout, want := range map[string]map[string]string{
				comity.LayoutFiles: tt.files, comity.LayoutLog: {"target-7/log.jsonl": tt.log},
			} {
				folder := t.TempDir()
				c, d := file.New(folder), destination(layout)
				if tt.sentAs.Identifier != "" {
					deliver(t, c, d, connectortest.Person(tt.sentAs.Identifier), comity.ProvisionedAs{})
				}
				if a := deliver(t, c, d, tt.snapshot, tt.sentAs); !a.OK {
					t.Errorf("answer %+v", a)
				}
				if diff := cmp.Diff(want, files(t, folder)); diff != "" {
					t.Errorf("layout %s (-want +got):\n%s", layout, diff)
				}
			}
		})
	}
}

// What a file holds is read for comparisons; a log cannot be.
func TestRead(t *testing.T) {
	folder := t.TempDir()
	c, d := file.New(folder), destination(comity.LayoutFiles)
	read := func(identifier string) comity.Holding {
		return connectortest.Read(t.Context(), c, d, comity.PersonSubject(1), identifier)
	}
	if h := read("ada"); h.Body != nil || h.Unreadable != "" || !h.Answered {
		t.Errorf("before: %+v", h)
	}
	deliver(t, c, d, connectortest.Person("ada"), comity.ProvisionedAs{})
	if h := read("ada"); string(h.Body) != message("ada", when)+"\n" || !h.Answered {
		t.Errorf("after: %+v", h)
	}
	if err := os.WriteFile(filepath.Join(folder, "target-7/people/ada.json"), []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h := read("ada"); !strings.Contains(h.Unreadable, "is no JSON") {
		t.Errorf("half a file: %+v", h)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if h := read("ada"); h.Unreadable == "" || h.Answered {
		t.Errorf("without the folder: %+v", h)
	}
	if err := c.Readable(d); err != nil {
		t.Errorf("files are not readable: %v", err)
	}
	if err := c.Readable(destination(comity.LayoutLog)); err == nil {
		t.Error("a log is readable")
	}
}

// No identifier names a file anywhere else, or one that is hidden.
func TestNames(t *testing.T) {
	for _, tt := range []struct{ identifier, want string }{
		{"ada", "ada.json"},
		{".", "%2E.json"},
		{"..", "%2E..json"},
		{".hidden", "%2Ehidden.json"},
		{"../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.json"},
		{"/etc/passwd", "%2Fetc%2Fpasswd.json"},
		{`a\b`, "a%5Cb.json"},
		{"a\x00b", "a%00b.json"},
		{"ada@example.org", "ada%40example.org.json"},
		{"é", "%C3%A9.json"},
	} {
		parent := t.TempDir()
		folder := filepath.Join(parent, "spool")
		check(t, os.Mkdir(folder, 0o700))
		deliver(t, file.New(folder), destination(comity.LayoutFiles), connectortest.Person(tt.identifier), comity.ProvisionedAs{})
		got := slices.Collect(maps.Keys(files(t, parent)))
		if want := []string{"spool/target-7/people/" + tt.want}; !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", tt.identifier, got, want)
		}
	}
	long := strings.Repeat("é", 100)
	c, d := file.New(t.TempDir()), destination(comity.LayoutFiles)
	operations, _, err := connectortest.Plan(c, d, connectortest.Person(long), comity.ProvisionedAs{})
	if err == nil || errors.Is(err, comity.ErrNotConfigured) || !strings.Contains(err.Error(), "too long") || len(operations) > 0 {
		t.Errorf("a long name: %v, %v", operations, err)
	}
	if h := connectortest.Read(t.Context(), c, d, comity.PersonSubject(1), long); !h.Answered || h.Body != nil || h.Unreadable != "" {
		t.Errorf("a long name is held: %+v", h)
	}
	if a := deliver(t, c, destination(comity.LayoutLog), connectortest.Person(long), comity.ProvisionedAs{}); !a.OK {
		t.Errorf("a long name in a log: %+v", a)
	}
}

// Without a folder nothing is written, and the target says what is missing.
func TestWithoutFolder(t *testing.T) {
	_, _, err := connectortest.Plan(file.New(""), destination(comity.LayoutFiles), connectortest.Person("ada"), comity.ProvisionedAs{})
	if !errors.Is(err, comity.ErrNotConfigured) || !strings.Contains(err.Error(), "--spool-dir") {
		t.Errorf("error %v", err)
	}
}

// What the file system refuses is the receiver's failure, and no other file is touched.
func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, spool string)
	}{
		{"no folder", func(t *testing.T, spool string) { check(t, os.Remove(spool)) }},
		{"a file in the place of the folder", func(t *testing.T, spool string) {
			check(t, os.Remove(spool))
			check(t, os.WriteFile(spool, nil, 0o600))
		}},
		{"a file in the place of the target's folder", func(t *testing.T, spool string) {
			check(t, os.WriteFile(filepath.Join(spool, "target-7"), nil, 0o600))
		}},
		{"the target's folder leads out", func(t *testing.T, spool string) {
			check(t, os.Symlink(t.TempDir(), filepath.Join(spool, "target-7")))
		}},
		{"a folder of the target leads out", func(t *testing.T, spool string) {
			check(t, os.Mkdir(filepath.Join(spool, "target-7"), 0o700))
			check(t, os.Symlink(t.TempDir(), filepath.Join(spool, "target-7/people")))
			check(t, os.Symlink(filepath.Join(t.TempDir(), "log"), filepath.Join(spool, "target-7/log.jsonl")))
		}},
	} {
		for _, layout := range []string{comity.LayoutFiles, comity.LayoutLog} {
			t.Run(tt.name+" "+layout, func(t *testing.T) {
				parent := t.TempDir()
				spool := filepath.Join(parent, "spool")
				check(t, os.Mkdir(spool, 0o700))
				tt.spoil(t, spool)
				a := deliver(t, file.New(spool), destination(layout), connectortest.Person("ada"), comity.ProvisionedAs{})
				if a.OK || a.Refused || a.Text == "" {
					t.Errorf("answer %+v", a)
				}
				for name, content := range files(t, filepath.Dir(parent)) {
					if content != "" {
						t.Errorf("%s was written: %s", name, content)
					}
				}
			})
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A program that dies between writing a file and putting it in its place leaves the old file as it was, and what it
// left is removed later.
func TestCrash(t *testing.T) {
	folder := os.Getenv("COMITY_TEST_SPOOL")
	if folder != "" {
		c := file.New(folder)
		c.BeforeRename(func() { os.Exit(3) })
		deliver(t, c, destination(comity.LayoutFiles), connectortest.Person("ada"), comity.ProvisionedAs{})
		return
	}
	folder = t.TempDir()
	place := filepath.Join(folder, "target-7/people/ada.json")
	check(t, os.MkdirAll(filepath.Dir(place), 0o700))
	check(t, os.WriteFile(place, []byte("old"), 0o600))
	again(t, "TestCrash", folder, 3)
	if got := files(t, folder); got["target-7/people/ada.json"] != "old" || len(got) != 2 {
		t.Errorf("files %q", got)
	}
	left, err := filepath.Glob(filepath.Join(folder, "target-7/incomplete/*"))
	if err != nil || len(left) != 1 {
		t.Fatalf("incomplete files %q, %v", left, err)
	}
	before := time.Now().Add(-2 * time.Hour)
	check(t, os.Chtimes(left[0], before, before))
	deliver(t, file.New(folder), destination(comity.LayoutFiles), connectortest.Person("ada"), comity.ProvisionedAs{})
	if diff := cmp.Diff(map[string]string{"target-7/people/ada.json": message("ada", when) + "\n"}, files(t, folder)); diff != "" {
		t.Errorf("after the next message (-want +got):\n%s", diff)
	}
}

// again runs a test of this program in a process of its own, for a spool, and expects its exit status.
func again(t *testing.T, test, folder string, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), "COMITY_TEST_SPOOL="+folder)
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Fatalf("status %d, %v: %s", got, err, out)
	}
}

// The group may read what is written unless the settings say otherwise, whatever the umask is.
func TestModes(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	for _, tt := range []struct {
		umask         int
		groupReadable bool
		folder, file  fs.FileMode
	}{
		{0o077, true, 0o750, 0o640},
		{0o077, false, 0o700, 0o600},
		{0, true, 0o750, 0o640},
		{0, false, 0o700, 0o600},
	} {
		folder := t.TempDir()
		check(t, os.Chmod(folder, 0o750|fs.ModeSetgid))
		syscall.Umask(tt.umask)
		for _, layout := range []string{comity.LayoutFiles, comity.LayoutLog} {
			d := destination(layout)
			d.Settings.SetBool(comity.CoFileProvisionerTarget.GroupReadable, tt.groupReadable)
			deliver(t, file.New(folder), d, connectortest.Person("ada"), comity.ProvisionedAs{})
		}
		for name, want := range map[string]fs.FileMode{
			"target-7": fs.ModeDir | fs.ModeSetgid | tt.folder, "target-7/people": fs.ModeDir | fs.ModeSetgid | tt.folder,
			"target-7/people/ada.json": tt.file, "target-7/log.jsonl": tt.file,
		} {
			info, err := os.Stat(filepath.Join(folder, name))
			check(t, err)
			if info.Mode() != want {
				t.Errorf("readable by the group %t, umask %o: %s has the mode %v, want %v", tt.groupReadable, tt.umask, name, info.Mode(), want)
			}
		}
	}
}

// When a disk is full, here because files may not be longer than that, no half message stays.
func TestFullDisk(t *testing.T) {
	folder := os.Getenv("COMITY_TEST_SPOOL")
	if folder == "" {
		folder = t.TempDir()
		deliver(t, file.New(folder), destination(comity.LayoutLog), connectortest.Person("ada"), comity.ProvisionedAs{})
		deliver(t, file.New(folder), destination(comity.LayoutFiles), connectortest.Person("ada"), comity.ProvisionedAs{})
		before := files(t, folder)
		again(t, "TestFullDisk", folder, 0)
		if diff := cmp.Diff(before, files(t, folder)); diff != "" {
			t.Errorf("the files have changed (-before +after):\n%s", diff)
		}
		return
	}
	limit := syscall.Rlimit{Cur: 200, Max: 200}
	check(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	grace := connectortest.WholePerson()
	for _, layout := range []string{comity.LayoutFiles, comity.LayoutLog} {
		d := destination(layout)
		d.Settings.SetBool(comity.CoFileProvisionerTarget.IncludeAttributes, true)
		if a := deliver(t, file.New(folder), d, grace, comity.ProvisionedAs{}); a.OK || a.Refused || a.Text == "" {
			t.Errorf("answer %+v", a)
		}
	}
}

// A line that a crash cut off is removed before the next one is added, a log that was picked up is begun anew, and
// one that another program locks is waited for.
func TestLog(t *testing.T) {
	folder := t.TempDir()
	log := filepath.Join(folder, "target-7/log.jsonl")
	c, d := file.New(folder), destination(comity.LayoutLog)
	add := func() comity.Answer {
		return deliver(t, c, d, connectortest.Person("ada"), comity.ProvisionedAs{})
	}
	add()
	line := files(t, folder)["target-7/log.jsonl"]
	check(t, os.WriteFile(log, []byte(line+strings.Repeat("x", 100000)), 0o600))
	add()
	if got := files(t, folder)["target-7/log.jsonl"]; got != line+line {
		t.Errorf("after half a line: %q", got)
	}
	check(t, os.Rename(log, log+".taken"))
	add()
	if got := files(t, folder); got["target-7/log.jsonl"] != line || got["target-7/log.jsonl.taken"] != line+line {
		t.Errorf("after it was taken: %q", got)
	}
	held, err := os.Open(log)
	check(t, err)
	check(t, syscall.Flock(int(held.Fd()), syscall.LOCK_EX))
	operations, _, err := connectortest.Plan(c, d, connectortest.Person("ada"), comity.ProvisionedAs{})
	check(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if a := connectortest.Apply(ctx, c, d, operations[0], 5); a.OK || a.Refused || !strings.Contains(a.Text, "another program holds it") {
		t.Errorf("while it is locked: %+v", a)
	}
	check(t, held.Close())
	if a := add(); !a.OK {
		t.Errorf("afterwards: %+v", a)
	}
}
