package browser_test

import (
	_ "embed"
	"strings"
	"testing"

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

// violations are the rules that axe finds broken on the page.
func (b *tab) violations() []violation {
	b.t.Helper()
	ask[bool](b, axe+"; true")
	return ask[[]violation](b, `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`, chromedp.EvalAwaitPromise)
}

// accessible fails the test for each of them.
func (b *tab) accessible() {
	b.t.Helper()
	for _, v := range b.violations() {
		var where []string
		for _, n := range v.Nodes {
			where = append(where, n.HTML+"\n\t"+strings.ReplaceAll(n.FailureSummary, "\n", "\n\t"))
		}
		b.t.Errorf("%s at %s: %s\n%s", v.ID, b.at(), v.Help, strings.Join(where, "\n"))
	}
}

// TestAxeSees: a page that is made worse is found out.
func TestAxeSees(t *testing.T) {
	t.Parallel()
	b := serve(t).open(t)
	b.visit("/console/sign-in")
	ask[bool](b, `document.querySelector("label").remove(), true`)
	if got := b.violations(); len(got) != 1 || got[0].ID != "label" {
		t.Errorf("of a field without its label axe says %v", got)
	}
}
