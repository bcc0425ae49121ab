package browser_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// program is the path of comity, and chromium the browser that all tests share, each in a context of
// its own: other cookies, other windows.
var (
	program  string
	chromium context.Context
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	dir, err := os.MkdirTemp("", "comity-browser-")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "comity")
	if out, err := exec.Command("go", "build", "-o", program, "comity/cmd/comity").CombinedOutput(); err != nil {
		return failed(fmt.Errorf("build the program: %w\n%s", err, out))
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("no-first-run", true), chromedp.WindowSize(1280, 900),
	)
	// The browser without what a person needs of it takes half the time; Debian has a package of it.
	if shell, err := exec.LookPath("chromium-headless-shell"); err == nil {
		options = append(options, chromedp.ExecPath(shell))
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	defer end()
	shared, stop := chromedp.NewContext(allocator)
	defer stop()
	chromium = shared //nolint:fatcontext // one browser for all tests, as long as they run
	if err := chromedp.Do(chromium); err != nil {
		return failed(fmt.Errorf("start chromium, which `make test` installs: %w", err))
	}
	return m.Run()
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
