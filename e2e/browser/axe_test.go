package browser_test

import (
	_ "embed"
	"strings"

	"github.com/chromedp/chromedp"
)

// axe is axe-core, by Deque Systems, under the Mozilla Public License 2.0 (testdata/axe.LICENSE).
//
//go:embed testdata/axe.min.js
var axe string

// violation is a rule that a page breaks, and where.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

// accessible fails the test for each rule that axe finds broken on the page.
func (b *tab) accessible() {
	b.t.Helper()
	ask[bool](b, axe+"; true")
	found := ask[[]violation](b, `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`, chromedp.EvalAwaitPromise)
	for _, v := range found {
		var where []string
		for _, n := range v.Nodes {
			where = append(where, n.HTML+"\n\t"+strings.ReplaceAll(n.FailureSummary, "\n", "\n\t"))
		}
		b.t.Errorf("%s at %s: %s\n%s", v.ID, b.at(), v.Help, strings.Join(where, "\n"))
	}
}
