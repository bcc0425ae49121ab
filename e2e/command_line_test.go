package e2e_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// refused checks that a command ended with status 1, having said why in one line.
func refused(t *testing.T, got ran, expression string) {
	t.Helper()
	line, rest, whole := strings.Cut(got.errOut, "\n")
	switch {
	case got.status != 1:
		t.Errorf("status %d, want 1:\n%s%s", got.status, got.out, got.errOut)
	case got.out != "":
		t.Errorf("it wrote to standard output:\n%s", got.out)
	case !whole || rest != "":
		t.Errorf("not one line:\n%s", got.errOut)
	case !matches(expression, line):
		t.Errorf("it said %q, want %q", line, expression)
	}
}

func matches(expression, text string) bool { return regexp.MustCompile(expression).MatchString(text) }

// secret is the password of every command line here. It must never be printed.
const secret = "geheim"

func TestWhatCannotBeDoneIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	// Ports of a range that no system gives out by itself, so nobody listens.
	const nobody = "127.0.0.1:1"

	for _, tt := range []struct {
		name string
		// file is the content of the file "given" in the folder that the command runs in.
		file string
		env  string
		args string
		want string
	}{
		{name: "no command", want: `^comity: expected one of "serve", "migrate", "api-user", "console-link", "sink", \.\.\.$`},
		{name: "unknown command", args: "dance", want: `^comity: unexpected argument dance$`},
		{name: "command without its own", args: "api-user", want: `^comity: expected one of "add", "list", "rotate", "suspend", "resume"$`},
		{name: "mistyped flag", args: "serve --databse x", want: `^comity: unknown flag --databse, did you mean "--database"\?$`},
		{name: "flag without its value", args: "serve --listen", want: `^comity: --listen: expected string value`},
		{name: "required flags", args: "api-user add", want: `^comity: missing flags: --co=ID, --name=NAME$`},
		{name: "no duration", args: "serve --drain soon", want: `^comity: --drain: expected duration but got "soon"`},
		{name: "hardly a lease", args: "serve --lease 1s", want: `^comity: --lease: 1s is too short, it must be 2s at least$`},
		{
			name: "all that is wrong", env: "COMITY_LEASE=long", args: "serve --drain soon --log-level loud --trusted-proxies home --public-url example --tls-cert given --database mysql://u:geheim@host/db",
			want: `^comity: --lease: expected duration but got "long".* \(from COMITY_LEASE\); --drain: expected duration but got "soon".*; the database must be .*"mysql"; --tls-cert needs --tls-key; --trusted-proxies: "home" is no network.*; log level "loud".*; the public URL is "example", .*$`,
		},
		{name: "environment that a flag overrides", env: "COMITY_LEASE=long", args: "serve --lease 1s", want: `^comity: --lease: 1s is too short`},
		{name: "several mistyped settings", file: `{"databse": "x", "lisen": "y"}`, args: "serve --config given", want: `"databse" that does not exist; .*"lisen" that does not exist$`},
		{name: "root with a query", args: "serve --root /registry/?x", want: `^comity: --root: "/registry/\?x" is no path such as /registry/$`},
		{name: "failures below none", args: "serve --failed-logins=-1", want: `^comity: --failed-logins: -1 is too few, it must be 0 at least$`},
		{name: "end before the end", args: "serve --drain=-1s", want: `^comity: --drain: -1s is too short, it must be 0s at least$`},
		{name: "key without certificate", args: "serve --tls-key given", want: `^comity: --tls-key needs --tls-cert$`},
		{name: "no certificate", args: "serve --tls-key given --tls-cert given", want: `^comity: --tls-cert and --tls-key: .*PEM`},
		{name: "public URL with a path", args: "serve --public-url https://example.org/registry", want: `^comity: the public URL is "https://example.org/registry", it must be such as https://registry.example.org$`},
		{name: "console link at no URL", args: "console-link --public-url example", want: `^comity: the public URL is "example", it must be`},
		{name: "client without provider", args: "serve --oidc-client-id me", want: `^comity: --oidc-client-id and --oidc-client-secret-file need --oidc-issuer$`},
		{name: "provider alone", args: "serve --oidc-issuer login.example.org", want: `^comity: --oidc-issuer: "login.example.org" is no URL.*; --oidc-issuer needs --public-url.*; --oidc-issuer needs --oidc-client-id$`},
		{name: "port of no service", args: "serve --listen 127.0.0.1:99999", want: `^comity: listen on 127.0.0.1:99999: .*; it must be such as 127.0.0.1:8080$`},
		{name: "mode that reads texts", args: "serve --database postgres://u:geheim@" + nobody + "/db?default_query_exec_mode=exec", want: `^comity: default_query_exec_mode in the URL must be cache_describe`},
		{name: "no log level", args: "serve --log-level loud", want: `^comity: log level "loud": it must be debug, info, warn or error$`},
		{name: "no log format", args: "serve --log-format xml", want: `^comity: log format "xml": it must be text or json$`},
		{name: "no address", args: "serve --listen everywhere", want: `^comity: listen on everywhere: `},
		{name: "port in use", args: "serve --listen " + taken.Addr().String(), want: `^comity: listen on 127\.0\.0\.1:\d+: .*address already in use$`},
		{name: "sink's port in use", args: "sink --listen " + taken.Addr().String(), want: `^comity: listen on 127\.0\.0\.1:\d+: .*address already in use$`},
		{name: "sink with no share", args: "sink --fail 2", want: `^comity: --fail is 2, it must be a share from 0 to 1$`},
		{name: "sink that fails with success", args: "sink --fail-status 200", want: `^comity: --fail-status is 200, it must be a failure from 400 to 599$`},

		{name: "no PostgreSQL at the port", args: "serve --database postgres://u:geheim@" + nobody + "/db", want: `^comity: .*postgres://u:xxxxx@127\.0\.0\.1:1/db: .*connection refused$`},
		{name: "no PostgreSQL URL", args: "serve --database postgres://u:geheim@%zz/db", want: `^comity: .*the URL is not a PostgreSQL URL such as postgres://user:password@host/database$`},
		{name: "another database's URL", args: "serve --database mysql://u:geheim@host/db", want: `^comity: the database must be a path or a postgres:// URL, it is "mysql"$`},
		{name: "no database", args: "serve --database=", want: `^comity: the database must be a path or a postgres:// URL, it is ""$`},
		{name: "folder as database", args: "serve --database .", want: `^comity: --database \.: it is a folder: name a file in it$`},
		{name: "database in no folder", args: "serve --database no/such/registry.db", want: `^comity: --database no/such/registry\.db: .*no such file or directory$`},
		{name: "another file as database", file: "This is no database.", args: "serve --database given", want: `^comity: migrate database given: .*file is not a database$`},
		{name: "another file as sealing key", file: "This is no key.", args: "serve --secret-key-file given", want: `^comity: the key that seals secrets in given is not 64 hexadecimal digits$`},
		{name: "migration of another file", file: "This is no database.", args: "migrate --database given", want: `^comity: migrate database given: .*file is not a database$`},

		{name: "configuration that is not there", args: "serve --config none.json", want: `^comity: open .*none\.json: no such file or directory$`},
		{name: "folder as configuration", args: "serve --config .", want: `^comity: the configuration file cannot be read: .*is a directory$`},
		{name: "broken configuration", file: `{"listen": `, args: "serve --config given", want: `^comity: the configuration file is not a JSON object: unexpected end of JSON input$`},
		{name: "configuration with more behind it", file: `{"listen": "127.0.0.1:0"} and more`, args: "serve --config given", want: `^comity: the configuration file is not a JSON object: .*after top-level value$`},
		{name: "configuration that is a list", file: `["listen"]`, args: "serve --config given", want: `^comity: the configuration file is not a JSON object: `},
		{name: "mistyped setting", file: `{"databse": "x"}`, args: "serve --config given", want: `^comity: the configuration file has a setting "databse" that does not exist$`},
		{name: "number as duration", file: `{"drain": 30}`, args: "serve --config given", want: `^comity: --drain: expected a duration such as "30s" but got 30$`},
		{name: "number as text", file: `{"root": 8080}`, args: "serve --config given", want: `^comity: --root: 8080 `},
		{name: "environment's address", env: "COMITY_LISTEN=everywhere", args: "serve", want: `^comity: listen on everywhere: `},
		{name: "environment's duration", env: "COMITY_DRAIN=soon", args: "serve", want: `^comity: --drain: expected duration but got "soon".*COMITY_DRAIN`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "given"), []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := command(dir, strings.Fields(tt.args)...)
			cmd.Env = append(cmd.Env, "COMITY_LISTEN=127.0.0.1:0")
			if tt.env != "" {
				cmd.Env = append(cmd.Env, tt.env)
			}
			got := runToEnd(t, cmd)
			refused(t, got, tt.want)
			if strings.Contains(got.out+got.errOut, secret) {
				t.Errorf("the password is printed: %s", got.errOut)
			}
		})
	}
}

func TestVersionAndHelpAreNoFailures(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"version", "--version", "--help", "serve --help", "api-user add --help"} {
		got := runToEnd(t, command(t.TempDir(), strings.Fields(args)...))
		if got.status != 0 || got.out == "" || got.errOut != "" {
			t.Errorf("%s: status %d, %q, %q", args, got.status, got.out, got.errOut)
		}
	}
	for _, args := range []string{"version", "--version"} {
		if got := runToEnd(t, command(t.TempDir(), args)); !matches(`^comity \S+\n$`, got.out) {
			t.Errorf("%s says %q", args, got.out)
		}
	}
}

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
