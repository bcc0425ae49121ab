package browser_test

import (
	_ "embed"
	"strings"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe-core, by Deque Systems, under the Mozilla Public License 2.0 (testdata/axe.LICENSE).
//
//go:embed testdata/axe.min.js
var axe string

// accessible fails the test for each rule that axe finds broken on the page.
func (b *tab) accessible() {
	b.t.Helper()
	var there bool
	b.run("load axe", chromedp.Evaluate(axe+"; true", &there))
	var found []struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	b.run("run axe", chromedp.Evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`, &found,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	for _, v := range found {
		var where []string
		for _, n := range v.Nodes {
			where = append(where, n.HTML+"\n\t"+strings.ReplaceAll(n.FailureSummary, "\n", "\n\t"))
		}
		b.t.Errorf("%s at %s: %s\n%s", v.ID, b.at(), v.Help, strings.Join(where, "\n"))
	}
}
