package browsertest

import (
	"os"
	"path/filepath"
	"strings"
)

// Axe looks for what keeps people out: it runs axe-core's rules of WCAG 2.1 A and
// AA over the page or frame and fails for what is serious or critical. Without
// axe-core it only says so. The excluded CSS selectors are left out.
func (p *Page) Axe(exclude ...string) {
	p.t.Helper()
	name := axeFile()
	if name == "" {
		p.t.Logf("SKIPPED: axe-core, because %s does not name its axe.min.js; make test installs it", EnvAxe)
		return
	}
	source, err := os.ReadFile(name)
	if err != nil {
		p.t.Fatalf("%s: %v", EnvAxe, err)
	}
	// Through the debugger, so that the page's policy does not matter.
	if err := p.eval(string(source)+";null", nil); err != nil {
		p.fatalf("axe: %v", err)
	}
	type violation struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}
	var not []string
	for _, css := range exclude {
		not = append(not, "["+quote(css)+"]")
	}
	found := Eval[[]violation](p, `axe.run({include: [["html"]], exclude: [`+strings.Join(not, ", ")+`]}, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"], iframes: false,
	}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => ({
		ID: v.id, Impact: v.impact, Help: v.help,
		Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary})),
	})))`)
	for _, v := range found {
		for _, n := range v.Nodes {
			p.t.Errorf("axe: %s (%s): %s\n%s\n%s", v.ID, v.Impact, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// axeFile is where axe-core is: where the environment says, or where `make test`
// once put it.
func axeFile() string {
	if name := os.Getenv(EnvAxe); name != "" {
		return name
	}
	dir, err := os.Getwd()
	for err == nil {
		name := filepath.Join(dir, ".cache", "axe", "node_modules", "axe-core", "axe.min.js")
		if _, err := os.Stat(name); err == nil {
			return name
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return ""
}
