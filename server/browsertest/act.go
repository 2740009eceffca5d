package browsertest

import (
	"errors"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Click clicks where an element is, as a hand would: once it is seen, stands still
// and nothing covers it.
func (p *Page) Click(sel string) { p.t.Helper(); p.mouse(sel, 1) }

// DoubleClick clicks it twice.
func (p *Page) DoubleClick(sel string) { p.t.Helper(); p.mouse(sel, 2) }

// Hover moves the mouse over an element.
func (p *Page) Hover(sel string) { p.t.Helper(); p.mouse(sel, 0) }

func (p *Page) mouse(sel string, clicks int64) {
	p.t.Helper()
	x, y := p.spot(sel)
	send := func(kind input.DispatchMouseEventType, button input.MouseButton, n int64) {
		p.t.Helper()
		if _, err := chromedp.Call(p.tab.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: button, ClickCount: n}); err != nil {
			p.fatalf("mouse on %s: %v", sel, err)
		}
	}
	send(input.DispatchMouseEventTypeMouseMoved, input.MouseButtonNone, 0)
	for n := range clicks {
		send(input.DispatchMouseEventTypeMousePressed, input.MouseButtonLeft, n+1)
		send(input.DispatchMouseEventTypeMouseReleased, input.MouseButtonLeft, n+1)
	}
}

// spot is the middle of an element, in the page's coordinates, once it can be hit.
func (p *Page) spot(sel string) (x, y float64) {
	p.t.Helper()
	why := errors.New("it was never seen")
	var before [2]float64
	if !p.until(func() bool {
		at, err := p.try(sel)
		if err != nil {
			why = err
			return false
		}
		still := at == before
		before, why = at, errors.New("it does not stand still")
		return still
	}) {
		p.fatalf("%s cannot be clicked: %v", sel, why)
	}
	return before[0], before[1]
}

func (p *Page) try(sel string) (at [2]float64, err error) {
	el, err := p.evaluate(`(e => {
		if (!e) throw new Error("it is not seen");
		e.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
		const r = e.getClientRects()[0], x = r.left + r.width / 2, y = r.top + r.height / 2, hit = document.elementFromPoint(x, y);
		if (!hit || !(e.contains(hit) || hit.contains(e) || hit.closest("label")?.control === e)) throw new Error("it is covered by " + (hit?.outerHTML ?? "nothing").slice(0, 200));
		return e;
	})(`+finder(sel)+"[0])", false)
	if err != nil {
		return at, err
	}
	quads, err := chromedp.Call(p.tab.ctx, dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: el.ObjectID})
	if err != nil {
		return at, err
	}
	if len(quads.Quads) == 0 || len(quads.Quads[0]) < 8 {
		return at, errors.New("it has no place")
	}
	for i, v := range quads.Quads[0] {
		at[i%2] += v / 4
	}
	return at, nil
}

// Type clicks a field and types a text, key by key.
func (p *Page) Type(sel, text string) {
	p.t.Helper()
	p.Click(sel)
	p.Keys(text)
}

// Keys types a text wherever the focus is, key by key.
func (p *Page) Keys(text string) {
	p.t.Helper()
	p.keys(text, 0)
}

// keys presses a key for each rune. What a page prevents on the way down types
// nothing, as with a real keyboard.
func (p *Page) keys(text string, with kb.Modifier) {
	p.t.Helper()
	for _, r := range text {
		events := kb.Encode(r)
		down := events[0]
		if len(events) == 3 && with&^kb.ModifierShift == 0 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, ev := range []*input.DispatchKeyEventParams{down, events[len(events)-1]} {
			ev.Modifiers |= int64(with)
			if _, err := chromedp.Call(p.tab.ctx, input.DispatchKeyEvent, *ev); err != nil {
				p.fatalf("typing %q: %v", r, err)
			}
		}
	}
}

// Fill puts a text in the place of what stands in a field, at once.
func (p *Page) Fill(sel, text string) {
	p.t.Helper()
	p.Wait(sel)
	p.Do("const e = " + finder(sel) + "[0]; e.focus(); e.select ? e.select() : getSelection().selectAllChildren(e)")
	if text == "" {
		p.Press("Delete")
	} else if _, err := chromedp.Call(p.tab.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.fatalf("filling %s: %v", sel, err)
	}
}

// Select chooses the option of a list by its value.
func (p *Page) Select(sel, value string) {
	p.t.Helper()
	p.Wait(sel)
	p.Do("const e = " + finder(sel) + "[0]; e.value = " + quote(value) + "; e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}))")
}

// Press presses keys by their names: "Enter", "Escape", "ArrowDown", "Control+k",
// "Shift+Tab", "/".
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	names := map[string]kb.Modifier{"Control": kb.ModifierCtrl, "Alt": kb.ModifierAlt, "Shift": kb.ModifierShift, "Meta": kb.ModifierMeta}
	for _, k := range keys {
		var with kb.Modifier
		name := k
		for {
			first, rest, more := strings.Cut(name, "+")
			mod, known := names[first]
			if !more || !known || rest == "" {
				break
			}
			with, name = with|mod, rest
		}
		p.keys(key(name), with)
	}
}

// key is the rune that stands for a named key.
func key(name string) string {
	if name == "Space" {
		return " "
	}
	for r, k := range kb.Keys {
		if k.Key == name && (len([]rune(name)) > 1 || string(r) == name) {
			return string(r)
		}
	}
	return name
}

// Files chooses files in a file input, which need not be seen.
func (p *Page) Files(css string, paths ...string) {
	p.t.Helper()
	p.WaitFor("document.querySelector(" + quote(css) + ")")
	el, err := p.evaluate("document.querySelector("+quote(css)+")", false)
	if err == nil {
		_, err = chromedp.Call(p.tab.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: el.ObjectID})
	}
	if err != nil {
		p.fatalf("choosing files in %s: %v", css, err)
	}
}

// Size changes the viewport.
func (p *Page) Size(width, height int) {
	p.t.Helper()
	if _, err := chromedp.Call(p.tab.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: p.tab.options.Phone,
	}); err != nil {
		p.fatalf("resizing: %v", err)
	}
}

// emulateNetwork is the command that browsers of the last ten years know; the
// library has only those that came in its place.
var emulateNetwork = cdp.Command[network.OverrideNetworkStateParams, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// Offline takes the network away from the page: requests fail, and navigator.onLine
// is false. A stream or socket that is open may stay so, as behind a router that
// lost its line; a test that needs it cut has the server do that.
func (p *Page) Offline() { p.t.Helper(); p.line(false) }

// Online gives the network back.
func (p *Page) Online() { p.t.Helper(); p.line(true) }

func (p *Page) line(up bool) {
	p.t.Helper()
	if !up {
		p.tab.mu.Lock()
		p.tab.offline = true
		p.tab.mu.Unlock()
	}
	_, err := chromedp.Call(p.tab.ctx, emulateNetwork, network.OverrideNetworkStateParams{Offline: !up, DownloadThroughput: -1, UploadThroughput: -1})
	if err != nil {
		p.fatalf("network: %v", err)
	}
}
