// Package browsertest drives a headless Chromium for tests. A package that uses it
// has
//
//	func TestMain(m *testing.M) { browsertest.Main(m) }
//
// and opens pages with [Open]. There is one browser for each test binary; each
// page has cookies of its own. Without a browser tests are skipped, aloud;
// `make test` finds or installs one, and then a missing browser fails them.
//
// Nothing here sleeps: what does not hold yet is asked for again until [Patience]
// ends. A page on which something was logged as an error, an exception was not
// caught or the content security policy was violated fails its test at the end.
//
// A selector is CSS, and may end with ">>" and a text that the element has to
// contain: "button >> Send". Only what is visible counts, but for [Page.Files]
// and [Page.Count].
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// What the environment says.
const (
	// Env names the browser to use; tests fail where it cannot be started.
	// Without it a Chromium in PATH is used, if there is one.
	Env = "HELPDESK_TEST_CHROMIUM"
	// EnvSkip set to 1 leaves out what needs a browser.
	EnvSkip = "HELPDESK_SKIP_CHROMIUM"
	// EnvAxe names axe-core's axe.min.js, for [Page.Axe].
	EnvAxe = "HELPDESK_TEST_AXE"
	// EnvShots names the folder that [Page.Shot] writes to; "" = nothing is written.
	EnvShots = "HELPDESK_SCREENSHOTS"
)

// Patience is how long a page is given for anything.
const Patience = 30 * time.Second

// Options say how somebody looks at a page.
type Options struct {
	Width, Height int    // of the viewport in CSS pixels; 0 = 1440×900, or 390×844 on a phone
	Phone         bool   // touch, and the viewport that the page asks for
	Dark          bool   // prefers-color-scheme
	Still         bool   // prefers-reduced-motion
	Locale        string // the browser's language, "pt-BR"; "" = en-US
}

// browser is the one of this binary. Its root context is bound to no test.
type browser struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	err    error
}

var (
	shared   browser
	hasMain  bool
	binaries = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
)

// Main runs the tests of a package, ends the browser and exits.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a package that has more to clean up: it returns the exit code.
func Run(m *testing.M) int {
	hasMain = true
	code := m.Run()
	if shared.cancel != nil {
		shared.cancel()
	}
	return code
}

// find is the browser's program; "" = there is none.
func find() string {
	if name := os.Getenv(Env); name != "" {
		return name
	}
	for _, name := range binaries {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

// start starts the browser, once.
func (b *browser) start(program string) error {
	b.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(program),
			chromedp.NoSandbox, // which a container's root needs; only our own pages are opened
			chromedp.WSURLReadTimeout(time.Minute),
			// A frame from elsewhere stays in its page's process, so that one
			// connection sees both.
			chromedp.Flag("disable-features", "Translate,IsolateOrigins,site-per-process"),
			chromedp.Flag("disable-site-isolation-trials", true),
			chromedp.Flag("disable-search-engine-choice-screen", true),
			chromedp.Flag("hide-scrollbars", false),
		)
		ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
		b.ctx, b.cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // events that the library does not know are not news
		tab := b.cancel
		b.cancel = func() { tab(); end() }
		b.err = chromedp.Do(b.ctx)
	})
	return b.err
}

// Open opens an empty page that shares nothing with others, and closes it when the
// test ends.
func Open(t testing.TB, o Options) *Page {
	t.Helper()
	if os.Getenv(EnvSkip) == "1" {
		t.Skipf("SKIPPED: %s=1 leaves out what needs a browser", EnvSkip)
	}
	program := find()
	if program == "" {
		t.Skipf("SKIPPED: no Chromium in PATH, and %s names none; make test installs it", Env)
	}
	if !hasMain {
		t.Fatal("browsertest needs: func TestMain(m *testing.M) { browsertest.Main(m) }")
	}
	if err := shared.start(program); err != nil {
		t.Fatalf("%s did not start: %v", program, err)
	}
	return attach(shared.ctx, t, o, chromedp.WithNewBrowserContext(), chromedp.WithNewWindow(true))
}

// attach makes a page of a new target, or of one that is named.
func attach(parent context.Context, t testing.TB, o Options, how ...chromedp.ContextOption) *Page {
	t.Helper()
	tab := &tab{options: o, worlds: map[cdp.FrameID]string{}}
	ctx, cancel := chromedp.NewContext(parent, append(how, chromedp.WithListener(tab.listen))...)
	tab.ctx = ctx
	p := &Page{t: t, tab: tab}
	t.Cleanup(func() {
		p.last()
		cancel()
		tab.verdict(t)
	})
	if err := chromedp.Do(ctx, tab.look); err != nil {
		t.Fatalf("opening a page: %v", err)
	}
	return p
}

// look sets how the page is looked at.
func (b *tab) look(ctx context.Context, at *chromedp.Target) (chromedp.Void, error) {
	o, none := b.options, chromedp.Void{}
	width, height := int64(o.Width), int64(o.Height)
	switch {
	case width == 0 && o.Phone:
		width, height = 390, 844
	case width == 0:
		width, height = 1440, 900
	}
	scheme, motion, locale := "light", "no-preference", o.Locale
	if o.Dark {
		scheme = "dark"
	}
	if o.Still {
		motion = "reduce"
	}
	if locale == "" {
		locale = "en-US"
	}
	yes := true
	_, err := cdp.Call(ctx, at, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: o.Phone})
	if err == nil && o.Phone {
		_, err = cdp.Call(ctx, at, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: yes})
	}
	if err == nil {
		_, err = cdp.Call(ctx, at, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
		}})
	}
	if err == nil {
		_, err = cdp.Call(ctx, at, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	}
	if err == nil {
		var agent string
		if agent, err = chromedp.Evaluate[string]("navigator.userAgent")(ctx, at); err == nil {
			_, err = cdp.Call(ctx, at, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: locale})
		}
	}
	return none, err
}

// Tab opens another page with the cookies of this one.
func (p *Page) Tab() *Page {
	p.t.Helper()
	id := chromedp.FromContext(p.tab.ctx).BrowserContextID
	return attach(shared.ctx, p.t, p.tab.options, chromedp.WithExistingBrowserContext(id), chromedp.WithNewWindow(true))
}

// Popup is the page that opens while do runs.
func (p *Page) Popup(do func()) *Page {
	p.t.Helper()
	opened := chromedp.WaitNewTarget(p.tab.ctx, func(i *target.Info) bool { return i.Type == "page" })
	do()
	select {
	case id := <-opened:
		return attach(shared.ctx, p.t, p.tab.options, chromedp.WithTargetID(id))
	case <-time.After(Patience):
		p.t.Fatal("no page was opened")
		return nil
	}
}

// Shot writes what is seen to name.png in the folder that EnvShots names, for
// people to look at. Without the folder it does nothing.
func (p *Page) Shot(name string) {
	p.t.Helper()
	folder := os.Getenv(EnvShots)
	if folder == "" {
		return
	}
	shot, err := chromedp.Call(p.tab.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), shot.Data, 0o644)
	}
	if err != nil {
		p.t.Errorf("screenshot %s: %v", name, err)
	}
}
