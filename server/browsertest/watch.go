package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a page of the browser, and what was heard of it.
type tab struct {
	ctx     context.Context
	options Options

	mu        sync.Mutex
	worlds    map[cdp.FrameID]string // where scripts of each frame run
	faults    []string
	tolerated []string
	offline   bool // it was, at least once
}

// listen must not call the browser: it runs where its messages are read.
func (b *tab) listen(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExecutionContextCreated:
		var aux struct {
			Default bool        `json:"isDefault"`
			Frame   cdp.FrameID `json:"frameId"`
		}
		if json.Unmarshal(ev.Context.AuxData, &aux) == nil && aux.Default {
			b.worlds[aux.Frame] = ev.Context.UniqueID
		}
	case *runtime.EventExecutionContextDestroyed:
		for frame, world := range b.worlds {
			if world == ev.ExecutionContextUniqueID {
				delete(b.worlds, frame)
			}
		}
	case *runtime.EventExecutionContextsCleared:
		clear(b.worlds)
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if e := ev.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description
		}
		b.fault("uncaught", text, ev.ExceptionDetails.URL)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			b.fault("console", spoken(ev.Args), "")
		}
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError || ev.Entry.Source == log.EntrySourceSecurity {
			b.fault(string(ev.Entry.Source), ev.Entry.Text, ev.Entry.URL)
		}
	case *page.EventJavascriptDialogOpening:
		// "Leave this page?" would stop everything.
		go func() {
			_, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}) // gone with its page
		}()
	}
}

func spoken(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		word := a.Description
		if word == "" && (json.Unmarshal(a.Value, &word) != nil || word == "") {
			word = string(a.Value)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// fault keeps what went wrong. While the page is offline, requests that fail are
// what was asked for.
func (b *tab) fault(source, text, url string) {
	if b.offline && (strings.Contains(text, "net::ERR_") || strings.Contains(text, "Failed to fetch")) {
		return
	}
	if strings.HasSuffix(url, "/favicon.ico") {
		return // asked for by the browser, not by the page
	}
	b.faults = append(b.faults, fmt.Sprintf("%s: %s (%s)", source, text, url))
}

// verdict fails the test for what was heard and not expected.
func (b *tab) verdict(t testing.TB) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		if !slices.ContainsFunc(b.tolerated, func(part string) bool { return strings.Contains(f, part) }) {
			t.Errorf("the page complained: %s", f)
		}
	}
}

// Tolerate lets complaints pass that contain one of the parts, such as "422" where
// a form is meant to be refused: browsers log each answer that is an error.
func (p *Page) Tolerate(parts ...string) {
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	p.tab.tolerated = append(p.tab.tolerated, parts...)
}

// Complaints are the errors heard so far, tolerated ones too.
func (p *Page) Complaints() []string {
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	return slices.Clone(p.tab.faults)
}
