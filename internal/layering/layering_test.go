package layering_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "comity"

// domain is the root folder in the tables below.
const domain = "."

// storeRooms are the packages that hold all SQL.
var storeRooms = []string{
	"internal/store", "internal/store/admin", "internal/store/db", "internal/store/files", "internal/store/groups", "internal/store/history",
	"internal/store/queue", "internal/store/seal", "internal/store/search",
}

// and returns the folders and further ones.
func and(folders []string, more ...string) []string { return append(slices.Clone(folders), more...) }

// rules says for each folder which others of the module its packages import. One ending in /... includes all
// folders below it, which may import each other. A folder without a rule must not exist: a new package gets a
// line.
//
// The tests of a package may also import what those packages import in turn, so that they run against the
// real implementation, and the helpers.
var rules = []struct {
	folder string
	may    []string
}{
	// The domain, without I/O: all others use its terms, it knows none of them.
	{domain, nil},

	// Records on the wire need the domain alone.
	{"internal/wire", []string{domain}},

	// Who may do what: the table of permissions, and the row filters that the store is given.
	{"internal/authz", []string{domain, "internal/store", "internal/store/db", "internal/store/groups"}},
	{"internal/signin/secret", nil},
	{"internal/openapi", []string{domain}},
	{"internal/observe", []string{domain}},

	// What all HTTP answers have in common.
	{"internal/httpserver", []string{domain}},

	// All SQL is here; its callers pass in what statuses mean. Each room below store has functions that take a
	// transaction of db; store itself writes records through them, and admin is above all.
	{"internal/store/files", nil},
	{"internal/store/seal", []string{"internal/store/files"}},
	{"internal/store/db", []string{domain, "internal/store/files", "internal/store/seal"}},
	{"internal/store/search", []string{domain, "internal/store/db"}},
	{"internal/store/history", []string{domain, "internal/store/db", "internal/store/search"}},
	{"internal/store/queue", []string{domain, "internal/store/db", "internal/store/history"}},
	{"internal/store/groups", []string{domain, "internal/store/db", "internal/store/history", "internal/store/queue"}},
	{"internal/store", []string{domain, "internal/store/db", "internal/store/groups", "internal/store/history", "internal/store/queue", "internal/store/search", "internal/store/seal"}},
	{"internal/store/admin", []string{
		domain, "internal/store", "internal/store/db", "internal/store/files", "internal/store/groups", "internal/store/history", "internal/store/seal",
	}},

	// The three work side by side and never import each other: the registry enqueues deliveries in the store,
	// the outbox claims them there, the connectors send what they are handed.
	{"internal/registry", []string{
		domain, "internal/authz", "internal/signin/secret", "internal/store", "internal/store/admin", "internal/store/db", "internal/store/groups",
		"internal/store/history", "internal/store/queue",
	}},
	// What callers see of it needs none of its rules, and enqueues nothing.
	{"internal/registry/view", []string{
		domain, "internal/authz", "internal/store", "internal/store/db", "internal/store/groups", "internal/store/history", "internal/store/search",
	}},
	{"internal/outbox", []string{domain, "internal/store", "internal/store/db", "internal/store/queue"}},
	{"internal/connector/...", []string{domain}},

	// Who is calling. Who is added to call follows the registry's rules.
	{"internal/signin", []string{domain, "internal/authz", "internal/registry", "internal/signin/secret", "internal/store", "internal/store/db"}},

	// What is asked of provisioning: its callers are the interfaces to the outside.
	{"internal/provisioning", []string{
		domain, "internal/authz", "internal/outbox", "internal/store", "internal/store/db", "internal/store/groups", "internal/store/queue",
	}},

	// The interfaces to the outside. Nothing here sees the store.
	{"internal/rest", []string{domain, "internal/authz", "internal/signin", "internal/httpserver", "internal/observe", "internal/provisioning", "internal/registry", "internal/registry/view", "internal/wire"}},
	{"internal/console", []string{
		domain, "internal/authz", "internal/signin", "internal/console/chart", "internal/console/cookies", "internal/console/form", "internal/console/present",
		"internal/console/static", "internal/console/templates",
		"internal/httpserver", "internal/observe", "internal/provisioning", "internal/registry", "internal/registry/view",
	}},
	{"internal/console/chart", nil},
	{"internal/console/cookies", nil},
	{"internal/console/form", []string{domain, "internal/console/present"}},
	{"internal/console/present", []string{domain, "internal/authz"}},
	{"internal/console/static", nil},
	{"internal/console/templates", []string{domain}},

	// What commands ask of a running server, over its socket.
	{"internal/control", []string{domain, "internal/authz", "internal/provisioning", "internal/registry", "internal/signin"}},

	// A client is part of another program: it shares the domain only.
	{"client", []string{domain}},

	// A receiver to try provisioning with. It knows the messages from their documentation only, like any
	// other receiver.
	{"internal/sink", nil},

	// The one place that wires everything together.
	{"cmd/comity", and(storeRooms, domain, "client", "internal/authz", "internal/signin", "internal/console", "internal/control", "internal/httpserver", "internal/observe", "internal/openapi", "internal/outbox", "internal/connector/...", "internal/provisioning", "internal/registry", "internal/registry/view", "internal/rest", "internal/sink", "internal/wire")},

	// Helpers of tests.
	{"internal/store/plantest", []string{"internal/store/db", "internal/pgtest"}},
	{"internal/store/storetest", and(storeRooms, domain, "internal/store/plantest", "internal/dbtest", "internal/rapidtest")},
	{"internal/registry/registrytest", and(storeRooms, domain, "internal/authz", "internal/store/plantest", "internal/dbtest", "internal/registry", "internal/registry/view")},
	{"internal/pgtest", nil},
	{"internal/dbtest", []string{"internal/pgtest"}},
	// Its own tests compare the document with the API itself.
	{"internal/openapi/openapitest", []string{domain, "internal/httpserver", "internal/openapi", "internal/rest"}},
	{"internal/oidctest", nil},
	{"internal/heaptest", nil},
	{"internal/rapidtest", nil},
	{"internal/layering", nil},

	// The whole program as users see it: through the client, or as a process.
	{"e2e/...", []string{domain, "client", "internal/dbtest", "internal/pgtest"}},
}

// helpers are the packages that every test may import.
var helpers = []string{"internal/dbtest", "internal/heaptest", "internal/oidctest", "internal/openapi/openapitest", "internal/pgtest", "internal/connector/connectortest", "internal/rapidtest", "internal/registry/registrytest", "internal/store/plantest", "internal/store/storetest"}

// testImports says what else the tests of a folder may import, to test parts together that the program wires
// together.
var testImports = []struct {
	why    string
	folder string
	may    []string
}{
	{
		why:    "deliveries are enqueued by the registry, claimed by the outbox, and sent by a connector",
		folder: "internal/outbox",
		may:    []string{"internal/authz", "internal/signin", "internal/connector/...", "internal/provisioning", "internal/registry", "internal/registry/view"},
	},
	{
		why:    "what is provisioned is sent by a connector",
		folder: "internal/provisioning",
		may:    []string{"internal/connector/..."},
	},
	{
		why:    "what was changed or erased is looked for in the read models",
		folder: "internal/registry",
		may:    []string{"internal/registry/view"},
	},
	{
		why:    "what is read was written by the registry",
		folder: "internal/registry/view",
		may:    []string{"internal/registry"},
	},
	{
		why:    "rows of the history are listed as records",
		folder: "internal/store/history",
		may:    []string{"internal/store"},
	},
	{
		why:    "a provision call ends at a connector",
		folder: "internal/rest",
		may:    []string{"internal/connector/..."},
	},
	{
		why:    "a provision call ends at a connector",
		folder: "internal/console",
		may:    []string{"internal/connector/..."},
	},
}

// restricted says which packages from outside the module are allowed in a few folders only.
var restricted = []struct {
	why     string
	imports []string // and all packages below them
	only    []string
}{
	{
		why:     "all SQL is in the store",
		imports: []string{"database/sql", "github.com/jackc/pgx", "github.com/ncruces/go-sqlite3", "github.com/pressly/goose"},
		only:    and(storeRooms, "internal/store/plantest", "internal/store/storetest", "internal/pgtest", "e2e/..."),
	},
	{
		why:     "how a system is talked to is its connector's to know",
		imports: []string{"github.com/twmb/franz-go"},
		only:    []string{"internal/connector/kafka"},
	},
	{
		why:     "how somebody signs in is one package's to know",
		imports: []string{"github.com/coreos/go-oidc", "golang.org/x/oauth2"},
		only:    []string{"internal/signin"},
	},
	{
		why:     "a browser is for the tests of the whole program",
		imports: []string{"github.com/chromedp"},
		only:    []string{"e2e/..."},
	},
	{
		why:     "settings come from the command line, and others are handed theirs",
		imports: []string{"github.com/alecthomas/kong"},
		only:    []string{"cmd/comity", "e2e/..."},
	},
}

// inputOutput are the packages that the domain, which does no I/O, must not import: itself, and through
// others (net/mail, which only parses, imports net; most of the library imports os).
var inputOutput = struct{ itself, byOthers []string }{
	itself:   []string{"net", "os"},
	byOthers: []string{"database/sql", "net/http", "os/exec"},
}

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath   string
	Imports      []string
	Deps         []string // imported by way of others
	TestImports  []string
	XTestImports []string
}

func TestImports(t *testing.T) {
	for _, p := range list(t) {
		t.Run(p.ImportPath, func(t *testing.T) {
			folder := folderOf(p.ImportPath)
			may, ok := allowed(folder)
			if !ok {
				t.Fatalf("no rule for the new package %s: say in this test, and in depguard's part of .golangci.yml, what it may import", p.ImportPath)
			}
			for _, imported := range inModule(p.Imports) {
				if !matches(may, imported) {
					t.Errorf("%s imports %s; it may import %v", folder, imported, may)
				}
			}
			tests := below(may)
			for _, b := range testImports {
				if b.folder == folder {
					tests = append(tests, b.may...)
				}
			}
			for _, imported := range inModule(p.TestImports, p.XTestImports) {
				if imported != folder && !matches(helpers, imported) && !matches(tests, imported) {
					t.Errorf("a test of %s imports %s; it may import %v", folder, imported, tests)
				}
			}
			for _, k := range restricted {
				for _, imported := range p.Imports {
					if isBelow(k.imports, imported) && !matches(k.only, folder) {
						t.Errorf("%s imports %s: %s, so only %v may", folder, imported, k.why, k.only)
					}
				}
			}
		})
	}
}

func TestDomainDoesNoIO(t *testing.T) {
	for _, p := range list(t) {
		if folderOf(p.ImportPath) != domain {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains(inputOutput.itself, imported) {
				t.Errorf("%s imports %s; the domain does no I/O", p.ImportPath, imported)
			}
		}
		for _, dep := range p.Deps {
			if slices.Contains(inputOutput.byOthers, dep) {
				t.Errorf("%s depends on %s; the domain does no I/O", p.ImportPath, dep)
			}
			first, _, _ := strings.Cut(dep, "/")
			if known := isBelow([]string{"golang.org/x/text", "golang.org/x/net/idna"}, dep); strings.Contains(first, ".") && !known {
				t.Errorf("%s depends on %s; the domain needs the standard library alone, and the tables of Unicode and IDNA", p.ImportPath, dep)
			}
		}
	}
}

// TestRulesRunOneWay checks the tables for consistency.
func TestRulesRunOneWay(t *testing.T) {
	for _, r := range rules {
		if r.folder != "cmd/comity" && matches(below(r.may), "cmd/comity") {
			t.Errorf("%s may import the program", r.folder)
		}
		if matches(below(r.may), r.folder) {
			t.Errorf("%s may import itself, by way of %v", r.folder, r.may)
		}
		for _, m := range r.may {
			if _, ok := allowed(m); !ok {
				t.Errorf("%s may import %s, for which there is no rule", r.folder, m)
			}
		}
	}
	side := []string{"internal/registry", "internal/outbox", "internal/connector/..."}
	for _, a := range side {
		may, _ := allowed(a)
		for _, b := range side {
			if a != b && matches(below(may), b) {
				t.Errorf("%s may import %s", a, b)
			}
		}
	}
}

// list returns the module's packages. The cache of test results does not see the files that the go command
// reads: run this with -count=1, as `make check` does.
func list(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps,TestImports,XTestImports", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	var packages []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		t.Fatalf("%v lists no package", cmd)
	}
	return packages
}

// allowed returns what the packages of a folder may import, and whether there is a rule.
func allowed(folder string) ([]string, bool) {
	for _, r := range rules {
		if matches([]string{r.folder}, folder) {
			if strings.HasSuffix(r.folder, "/...") {
				return append([]string{r.folder}, r.may...), true
			}
			return r.may, true
		}
	}
	return nil, false
}

// below returns the folders and all that the rules let them import in turn.
func below(folders []string) []string {
	all := slices.Clone(folders)
	for i := 0; i < len(all); i++ {
		may, _ := allowed(all[i])
		for _, m := range may {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// matches reports whether a folder is one of those named.
func matches(named []string, folder string) bool {
	return slices.ContainsFunc(named, func(n string) bool {
		stem, all := strings.CutSuffix(n, "/...")
		return n == folder || all && (stem == folder || strings.HasPrefix(folder, stem+"/"))
	})
}

// isBelow reports whether an import path is one of those named or below one.
func isBelow(named []string, imported string) bool {
	return slices.ContainsFunc(named, func(n string) bool {
		return n == imported || strings.HasPrefix(imported, n+"/")
	})
}

// inModule returns the folders of those imports that are the module's own.
func inModule(imports ...[]string) []string {
	var folders []string
	for _, imported := range slices.Concat(imports...) {
		if isBelow([]string{module}, imported) {
			folders = append(folders, folderOf(imported))
		}
	}
	return folders
}

// folderOf returns the folder of one of the module's packages.
func folderOf(importPath string) string {
	return path.Join(domain, strings.TrimPrefix(importPath, module))
}
