package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is a page, or a frame in one. It belongs to one goroutine. Its methods fail
// the test that opened it.
type Page struct {
	t     testing.TB
	tab   *tab
	frame string // part of the address of the frame; "" = the page itself
}

// Frame is the frame in the page whose address contains the part. It may come
// later.
func (p *Page) Frame(part string) *Page { return &Page{t: p.t, tab: p.tab, frame: part} }

// As is the page in a subtest.
func (p *Page) As(t testing.TB) *Page { return &Page{t: t, tab: p.tab, frame: p.frame} }

// Goto opens an address and waits until it is loaded.
func (p *Page) Goto(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		p.fatalf("opening %s: %v", url, err)
	}
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		p.fatalf("reloading: %v", err)
	}
}

// URL is the page's address.
func (p *Page) URL() string { p.t.Helper(); return Eval[string](p, "location.href") }

// Eval is the value of an expression of JavaScript; a promise is waited for.
func Eval[T any](p *Page, js string) T {
	p.t.Helper()
	var out T
	var last error
	if !p.until(func() bool {
		last = p.eval(js, &out)
		var thrown *exception
		return last == nil || errors.As(last, &thrown)
	}) || last != nil {
		p.fatalf("%s: %v", short(js), last)
	}
	return out
}

// Do runs a statement of JavaScript.
func (p *Page) Do(js string) { p.t.Helper(); Eval[any](p, "(async () => {"+js+"})().then(() => null)") }

// exception is what a script threw, as opposed to a frame that is not there yet.
type exception struct{ text string }

func (e *exception) Error() string { return e.text }

var errNoFrame = errors.New("there is no such frame")

// world is where the frame's scripts run; "" is the page itself.
func (p *Page) world() (string, error) {
	if p.frame == "" {
		return "", nil
	}
	tree, err := chromedp.Call(p.tab.ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return "", err
	}
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	for rest := tree.FrameTree.ChildFrames; len(rest) > 0; rest = rest[1:] {
		if f := rest[0].Frame; strings.Contains(f.URL, p.frame) {
			if world := p.tab.worlds[f.ID]; world != "" {
				return world, nil
			}
		}
		rest = append(rest, rest[0].ChildFrames...)
	}
	return "", errNoFrame
}

func (p *Page) eval(js string, out any) error {
	res, err := p.evaluate(js, true)
	if err != nil || out == nil || len(res.Value) == 0 {
		return err
	}
	return json.Unmarshal(res.Value, out)
}

func (p *Page) evaluate(js string, value bool) (*runtime.RemoteObject, error) {
	world, err := p.world()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.tab.ctx, Patience)
	defer cancel()
	yes := true
	res, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: js, UniqueContextID: world, AwaitPromise: &yes, ReturnByValue: &value, UserGesture: &yes,
	})
	if err != nil {
		return nil, err
	}
	if d := res.ExceptionDetails; d != nil {
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		return nil, &exception{text}
	}
	return res.Result, nil
}

// until asks again until it is true; false = it never was.
func (p *Page) until(holds func() bool) bool {
	p.t.Helper()
	end := time.Now().Add(Patience)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(end) {
			return false
		}
		select {
		case <-tick.C:
		case <-p.tab.ctx.Done():
			p.t.Fatalf("the browser is gone: %v", p.tab.ctx.Err())
		}
	}
	return true
}

// WaitFor waits until an expression of JavaScript is true.
func (p *Page) WaitFor(js string) {
	p.t.Helper()
	var last error
	if !p.until(func() bool {
		var ok bool
		last = p.eval("!!("+js+")", &ok)
		return last == nil && ok
	}) {
		p.fatalf("never true: %s (%v)", short(js), last)
	}
}

// Wait waits until an element is seen.
func (p *Page) Wait(sel string) { p.t.Helper(); p.WaitFor(finder(sel) + "[0]") }

// WaitGone waits until no such element is seen.
func (p *Page) WaitGone(sel string) { p.t.Helper(); p.WaitFor("!" + finder(sel) + ".length") }

// WaitText waits until an element that is seen contains a text.
func (p *Page) WaitText(sel, text string) { p.t.Helper(); p.Wait(sel + " >> " + text) }

// WaitURL waits until the page's address contains a part.
func (p *Page) WaitURL(part string) {
	p.t.Helper()
	p.WaitFor("location.href.includes(" + quote(part) + ")")
}

// Text is the text of the first such element, once it is seen.
func (p *Page) Text(sel string) string {
	p.t.Helper()
	p.Wait(sel)
	return Eval[string](p, "("+finder(sel)+"[0]?.innerText ?? '').trim()")
}

// Texts are the texts of all such elements that are seen now.
func (p *Page) Texts(sel string) []string {
	p.t.Helper()
	return Eval[[]string](p, finder(sel)+".map(e => e.innerText.trim())")
}

// Value is what stands in a field.
func (p *Page) Value(sel string) string {
	p.t.Helper()
	p.Wait(sel)
	return Eval[string](p, finder(sel)+"[0].value")
}

// Count is the number of elements that a CSS selector finds now, seen or not.
func (p *Page) Count(css string) int {
	p.t.Helper()
	return Eval[int](p, "document.querySelectorAll("+quote(css)+").length")
}

// finder is the expression for the elements that a selector finds and that are
// seen.
func finder(sel string) string {
	css, text, _ := strings.Cut(sel, ">>")
	return fmt.Sprintf(`((css, text) => [...document.querySelectorAll(css)].filter(e =>
		e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length && (e.innerText ?? e.textContent).includes(text)))(%s, %s)`,
		quote(strings.TrimSpace(css)), quote(strings.TrimSpace(text)))
}

func quote(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return `""` // a string always marshals
	}
	return string(out)
}

// fatalf ends the test, and says what the page looked like.
func (p *Page) fatalf(format string, args ...any) {
	p.t.Helper()
	var seen string
	_ = p.eval("location.href + '\\n' + document.body.innerText.slice(0, 2000)", &seen) // the first failure is what matters
	p.t.Fatalf("%s\nthe page shows: %s\ncomplaints: %q", fmt.Sprintf(format, args...), seen, p.Complaints())
}

// last keeps what a failed test saw.
func (p *Page) last() {
	if p.t.Failed() && !p.t.Skipped() {
		p.Shot("failed-" + strings.NewReplacer("/", "-", " ", "_").Replace(p.t.Name()))
	}
}

func short(js string) string {
	if len(js) > 300 {
		return js[:300] + "…"
	}
	return js
}
