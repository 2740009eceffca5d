package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// site has a page with a form and, in a frame from another origin, one with a
// button.
func site(t *testing.T) string {
	t.Helper()
	page := func(policy, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Shop</title><body>%s</body></html>`, body)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/inner", page("default-src 'none'; script-src 'self'", `<h1>Inner</h1><button id="b">Press</button><p id="out"></p><script src="/inner.js"></script>`))
	mux.HandleFunc("/inner.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `document.querySelector("#b").onclick = e => document.querySelector("#out").textContent = "pressed " + e.isTrusted`)
	})
	mux.HandleFunc("/outer.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `
			const out = document.querySelector("#out");
			document.querySelector("#name").addEventListener("keydown", e => { if (e.ctrlKey && e.key === "k" || e.key === "Escape") { e.preventDefault(); out.textContent += "<" + e.key + ">"; } });
			document.querySelector("#file").onchange = async e => out.textContent = await e.target.files[0].text();
			document.querySelector("#go").onclick = async () => out.textContent = await fetch("/ping").then(r => r.text(), () => "no network");
			document.querySelector("#pop").onclick = () => window.open("/inner");
			document.querySelector("#look").textContent = [matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("(prefers-reduced-motion)").matches, navigator.language, innerWidth, document.cookie].join(" ");
			document.cookie = "seen=1";`)
	})
	mux.HandleFunc("/ping", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header.Get("Accept-Language")) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	other := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	mux.HandleFunc("/{$}", page("default-src 'none'; script-src 'self'; connect-src 'self'; frame-src *", `<meta name="viewport" content="width=device-width">
		<h1>Shop</h1><label>Name <input id="name"></label><input id="file" type="file" hidden><button id="go">Go</button><button id="pop">Pop</button>
		<p id="out"></p><p id="look"></p><p hidden>Secret</p><iframe title="inner" src="`+other+`/inner"></iframe><script src="/outer.js"></script>`))
	mux.HandleFunc("/bad", page("default-src 'none'; script-src 'self'", `<h1>Bad</h1><input><script>alert(1)</script><script src="/bad.js"></script>`))
	mux.HandleFunc("/bad.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `console.error("spoken", 1); throw new Error("thrown")`)
	})
	return srv.URL
}

func TestPage(t *testing.T) {
	t.Parallel()
	url := site(t)
	p := browsertest.Open(t, browsertest.Options{Dark: true, Still: true, Locale: "pt-BR"})
	p.Goto(url)
	require.Equal(t, "true true pt-BR 1440", p.Text("#look"))
	p.Type("#name", "Zoë /")
	p.Press("Shift+Tab", "Tab") // and all is chosen
	p.Press("ArrowRight")
	p.Press("Control+k", "Escape")
	require.Equal(t, "Zoë /", p.Value("#name"))
	require.Equal(t, "<k><Escape>", p.Text("#out"))
	p.Fill("#name", "Ada")
	require.Equal(t, "Ada", p.Value("#name"))
	file := filepath.Join(t.TempDir(), "a.txt")
	require.NoError(t, os.WriteFile(file, []byte("content"), 0o600))
	p.Files("#file", file)
	p.WaitText("#out", "content")
	p.WaitGone("p >> Secret")

	p.Click("button >> Go")
	p.WaitText("#out", "pt-BR")
	p.Offline()
	p.WaitFor("!navigator.onLine")
	p.Click("button >> Go")
	p.WaitText("#out", "no network")
	p.Online()
	p.WaitFor("navigator.onLine")
	p.Click("button >> Go")
	p.WaitText("#out", "pt-BR")

	inner := p.Frame("/inner")
	inner.Click("button >> Press")
	inner.WaitText("#out", "pressed true")
	pop := p.Popup(func() { p.Click("#pop") })
	pop.WaitText("h1", "Inner")
	p.Axe()
	inner.Axe()
	p.Shot("browsertest")

	phone := browsertest.Open(t, browsertest.Options{Phone: true})
	phone.Goto(url)
	require.Equal(t, "false false en-US 390", phone.Text("#look"), "no cookie of the other's")
	tab := phone.Tab()
	tab.Goto(url)
	require.Equal(t, "false false en-US 390 seen=1", tab.Text("#look"))
}

// TestComplaints has a page do all that fails a test.
func TestComplaints(t *testing.T) {
	t.Parallel()
	fake := &recorder{TB: t}
	p := browsertest.Open(t, browsertest.Options{})
	p.Goto(site(t) + "/bad")
	p.WaitText("h1", "Bad")
	p.Tolerate("spoken 1", "Error: thrown", "Content Security Policy", "404")
	all := strings.Join(p.Complaints(), "\n")
	require.Contains(t, all, "console: spoken 1")
	require.Contains(t, all, "Error: thrown")
	require.Contains(t, all, "Content Security Policy")
	p.As(fake).Axe()
	if len(fake.said) > 0 || os.Getenv(browsertest.EnvAxe) != "" {
		require.Contains(t, strings.Join(fake.said, "\n"), "axe: label (critical)")
	}
}

// recorder is a test that only notes its failures.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}
