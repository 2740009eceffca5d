package dashboard_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/channel/widget"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
	"github.com/gohelpdesk/helpdesk/server/dashboard"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// password is everybody's in these tests.
const password = "Secret1!"

// clock is a time that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a desk with one account behind a server: its administrator Ada, its
// agent Bob, and an inbox of the API that both are members of.
type world struct {
	*testing.T
	e       *helpdesk.Engine
	clock   *clock
	server  *httptest.Server
	account *helpdesk.Account
	ada     *helpdesk.User
	bob     *helpdesk.Agent
	admin   *helpdesk.Desk // as Ada
	inbox   *helpdesk.Inbox
}

// newWorld is a desk in memory. What edit sets in the options wins.
func newWorld(t *testing.T, edit ...func(o *helpdesk.Options)) *world {
	t.Helper()
	s, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	require.NoError(t, err)
	return newWorldOn(t, s, edit...)
}

// onStores runs a test on both databases.
func onStores(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newWorld(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		s, err := postgres.Open(t.Context(), postgrestest.DSN(t), postgres.Options{})
		require.NoError(t, err)
		test(newWorldOn(t, s))
	})
}

func newWorldOn(t *testing.T, s helpdesk.Store, edit ...func(o *helpdesk.Options)) *world {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	w := &world{T: t, clock: &clock{at: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)}}
	o := helpdesk.Options{
		Channels: []helpdesk.Channel{api.New(), widget.New()}, Blobs: blobs, Now: w.clock.now,
		HTTPClient: &http.Client{}, // endpoints of tests listen on loopback
		Passwords:  helpdesk.PasswordCost{Memory: 8, Passes: 1},
	}
	for _, set := range edit {
		set(&o)
	}
	w.e, err = helpdesk.New(s, o)
	require.NoError(t, err)
	ctx := t.Context()
	w.account, w.ada, err = w.e.Setup(ctx, "", helpdesk.NewAccount{Name: "Acme"}, helpdesk.NewUser{Email: "ada@acme.example", Name: "Ada Lovelace", Password: password})
	require.NoError(t, err)
	w.admin = w.e.As(w.e.Agent(w.account.ID, w.ada.ID))
	w.bob = w.agent("bob@acme.example", "Bob Stone", helpdesk.AgentRole)
	name := "Shop"
	w.inbox, err = w.admin.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	require.NoError(t, err)
	require.NoError(t, w.admin.Inboxes.SetMembers(ctx, w.inbox.ID, helpdesk.AddMembers, w.ada.ID, w.bob.ID))
	w.serve()
	return w
}

// serve puts the dashboard, and what serves its files, behind a server.
func (w *world) serve() {
	mux := http.NewServeMux()
	pages := dashboard.New(w.e, dashboard.Options{})
	mux.Handle("/app/", pages)
	mux.Handle("/", chatwoot.New(w.e, chatwoot.Options{}))
	w.server = httptest.NewServer(mux)
	w.Cleanup(func() { _ = pages.Shutdown(w.Context()); w.server.Close() })
}

// agent is somebody who works in the account and can sign in with password.
func (w *world) agent(email, name string, role helpdesk.Role) *helpdesk.Agent {
	w.Helper()
	user, err := w.e.CreateUser(w.Context(), helpdesk.NewUser{Email: email, Name: name, Password: password})
	require.NoError(w, err)
	a, err := w.admin.Agents.Add(w.Context(), user.ID, helpdesk.AgentInput{Role: role})
	require.NoError(w, err)
	return a
}

// as is the desk as an agent of it.
func (w *world) as(id helpdesk.AgentID) *helpdesk.Desk {
	return w.e.As(w.e.Agent(w.account.ID, id))
}

// receive is a message of a customer, in their newest conversation or a new one.
func (w *world) receive(source, content string) *helpdesk.Message {
	w.Helper()
	m, err := w.e.Receive(w.Context(), w.account.ID, w.inbox.ID, helpdesk.Inbound{
		From: helpdesk.Person{Source: source, Name: source}, Content: content,
	})
	require.NoError(w, err)
	return m
}

// browser is somebody's browser: it keeps cookies, and follows no redirect by
// itself.
type browser struct {
	*world
	client *http.Client
}

// signIn is the browser of somebody who signed in.
func (w *world) signIn(email string) *browser {
	w.Helper()
	b := w.stranger()
	p := b.post("/app/login", "email", email, "password", password)
	p.expect(http.StatusSeeOther)
	return b
}

// stranger is the browser of somebody who did not.
func (w *world) stranger() *browser {
	w.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(w, err)
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer, its body read.
type page struct {
	*testing.T
	b      *browser
	Status int
	Header http.Header
	Body   string
}

// path is an address: absolute when it begins with /app, /api or the like, and
// otherwise one within the account: "settings/labels".
func (b *browser) path(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/app/accounts/" + strconv.FormatInt(int64(b.account.ID), 10) + "/" + path
	}
	return b.server.URL + path
}

// get asks for a page.
func (b *browser) get(path string) *page {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.path(path), nil)
	require.NoError(b, err)
	return b.do(r)
}

// post sends a form: names and values by turns, a name as often as it has values.
func (b *browser) post(path string, fields ...string) *page {
	b.Helper()
	return b.postFrom("", path, fields...)
}

// postFrom sends a form that stood on another page.
func (b *browser) postFrom(referer, path string, fields ...string) *page {
	b.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.path(path), strings.NewReader(form.Encode()))
	require.NoError(b, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if referer != "" {
		r.Header.Set("Referer", referer)
	}
	return b.do(r)
}

// upload is a file of a form.
type upload struct{ Field, Name, Content string }

// send posts a form that carries files.
func (b *browser) send(path string, files []upload, fields ...string) *page {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(b, m.WriteField(fields[i], fields[i+1]))
	}
	for _, f := range files {
		part, err := m.CreateFormFile(f.Field, f.Name)
		require.NoError(b, err)
		_, err = io.WriteString(part, f.Content)
		require.NoError(b, err)
	}
	require.NoError(b, m.Close())
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.path(path), &body)
	require.NoError(b, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

// do sends any request.
func (b *browser) do(r *http.Request) *page {
	b.Helper()
	res, err := b.client.Do(r)
	require.NoError(b, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(b, err)
	return &page{b.T, b, res.StatusCode, res.Header, string(raw)}
}

// expect fails unless the answer has the status and holds every text.
func (p *page) expect(status int, texts ...string) *page {
	p.Helper()
	if p.Status != status {
		p.Fatalf("status %d, not %d: %s", p.Status, status, p.content())
	}
	for _, text := range texts {
		if !strings.Contains(p.Body, text) {
			p.Fatalf("no %q in %s", text, p.content())
		}
	}
	return p
}

// without fails when the answer holds one of the texts.
func (p *page) without(texts ...string) *page {
	p.Helper()
	for _, text := range texts {
		if strings.Contains(p.Body, text) {
			p.Fatalf("%q in %s", text, p.content())
		}
	}
	return p
}

// content is what the page is about, without the menu around it.
func (p *page) content() string {
	_, out, ok := strings.Cut(p.Body, `<div class="sheet`)
	if !ok {
		return p.Body
	}
	out, _, _ = strings.Cut(out, "</main>")
	return out
}

// to fails unless the answer leads to the address, and returns that page.
func (p *page) to(path string) *page {
	p.Helper()
	require.Equal(p, http.StatusSeeOther, p.Status, p.Body)
	require.Equal(p, strings.TrimPrefix(p.b.path(path), p.b.server.URL), p.Header.Get("Location"))
	return p.b.get(p.Header.Get("Location"))
}

// wrong fails unless the page, with status 422, says something at a field.
func (p *page) wrong(field, says string) *page {
	p.Helper()
	p.expect(http.StatusUnprocessableEntity, `<div id="n-`+field+`"><p class="wrong">`)
	_, notes, _ := strings.Cut(p.Body, `<div id="n-`+field+`">`)
	notes, _, _ = strings.Cut(notes, "</div>")
	require.Contains(p, notes, says)
	return p
}

// indexOf is where a page says something; -1 = nowhere.
// unescape is a text as a browser reads it in an attribute.
func unescape(s string) string { return html.UnescapeString(s) }

func indexOf(body, text string) int { return strings.Index(body, text) }

func str[T ~int | ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }
