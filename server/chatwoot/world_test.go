package chatwoot_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/widget"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

const password = "Sup3r-secret"

// clock is a clock that stands still until told otherwise.
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

// world is an installation with one account, its administrator Ada, and a
// handler in front of it.
type world struct {
	testing.TB
	e       *helpdesk.Engine
	h       http.Handler
	clock   *clock
	account *helpdesk.Account
	ada     *helpdesk.User
	token   string // Ada's
	apps    string // token of a platform app, once there is one
	store   helpdesk.Store
	options helpdesk.Options

	queries func() int // statements so far, on SQLite
}

// outbox is a Mailer that keeps what it is given.
type outbox struct {
	mu   sync.Mutex
	sent []helpdesk.Mail
}

func (o *outbox) SendMail(_ context.Context, m helpdesk.Mail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

// onStores runs a test on every store there is. Without a password Ada cannot
// sign in, and the test is spared the time of hashing it.
func onStores(t *testing.T, password string, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		if os.Getenv("HELPDESK_TEST_RACED") != "" {
			t.Skip("SKIPPED: HELPDESK_TEST_RACED says that it runs under the race detector")
		}
		test(t, newWorldWith(t, password, helpdesk.Options{}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		s, err := postgres.Open(t.Context(), postgrestest.DSN(t), postgres.Options{})
		require.NoError(t, err)
		test(t, newWorldOn(t, s, password, helpdesk.Options{}))
	})
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldWith(t, "", helpdesk.Options{})
}

func newWorldWith(t testing.TB, password string, o helpdesk.Options) *world {
	t.Helper()
	var mu sync.Mutex
	n := 0
	s, err := sqlite.OpenMemory(t.Context(), sqlite.Options{OnQuery: func(string) { mu.Lock(); n++; mu.Unlock() }})
	require.NoError(t, err)
	w := newWorldOn(t, s, password, o)
	w.queries = func() int { mu.Lock(); defer mu.Unlock(); return n }
	return w
}

func newWorldOn(t testing.TB, s helpdesk.Store, password string, o helpdesk.Options) *world {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	c := &clock{at: time.Date(2026, 3, 14, 15, 9, 26, 535_897_000, time.UTC)}
	o.Blobs, o.Now = blobs, c.now
	o.Channels = among(append(metaChannels(), api.New(), widget.New(), twilio.New(twilio.Options{HTTPClient: &http.Client{}}), newPaper("sms")), o.Channels...)
	o.HTTPClient = &http.Client{} // endpoints of tests listen on loopback
	o.Passwords = helpdesk.PasswordCost{Memory: 8, Passes: 1}
	o.Payloads = chatwoot.Payloads{PublicURL: "https://desk.example"}
	if o.Sealer == nil {
		o.Sealer, err = helpdesk.NewSealer(helpdesk.SealKey{ID: 1, Secret: []byte("a secret for tests")})
		require.NoError(t, err)
	}
	e, err := helpdesk.New(s, o)
	require.NoError(t, err)
	account, ada, err := e.Setup(t.Context(), "", helpdesk.NewAccount{Name: "Acme"}, helpdesk.NewUser{Email: "ada@acme.example", Name: "Ada", Password: password})
	require.NoError(t, err)
	token, err := e.AccessToken(ada)
	require.NoError(t, err)
	return &world{
		TB: t, e: e, h: chatwoot.New(e, chatwoot.Options{PublicURL: "https://desk.example", Meta: metaApp{}}), store: s, options: o,
		clock: c, account: account, ada: ada, token: token,
	}
}

// among puts channels to others, in the place of those of their kinds.
func among(others []helpdesk.Channel, given ...helpdesk.Channel) []helpdesk.Channel {
	same := func(o helpdesk.Channel) bool {
		return slices.ContainsFunc(given, func(c helpdesk.Channel) bool { return c.Kind() == o.Kind() })
	}
	return append(slices.DeleteFunc(others, same), given...)
}

// with is the process begun anew with one more channel, or another of its kind.
func (w *world) with(c helpdesk.Channel) *world {
	w.Helper()
	w.options.Channels = among(w.options.Channels, c)
	w.restart()
	return w
}

// restart is the process ended and begun anew on the same store.
func (w *world) restart() {
	w.Helper()
	e, err := helpdesk.New(w.store, w.options)
	require.NoError(w, err)
	w.e, w.h = e, chatwoot.New(e, chatwoot.Options{PublicURL: "https://desk.example", Meta: metaApp{}})
}

// answer is a response, read.
type answer struct {
	testing.TB
	status int
	header http.Header
	body   string
}

// request describes one; the zero value of a field leaves it out.
type request struct {
	method, path string
	token        string
	header       map[string]string
	json         any // encoded, unless it is a string
	form         url.Values
	file         string // content of a file,
	field        string // which is this field; "" = import_file
}

func (w *world) send(r request) answer {
	w.Helper()
	var body io.Reader
	kind := ""
	switch {
	case r.file != "":
		kind = "multipart/form-data; boundary=cut"
		body = strings.NewReader("--cut\r\nContent-Disposition: form-data; name=\"" + cmp.Or(r.field, "import_file") + "\"; filename=\"people.csv\"\r\n\r\n" + r.file + "\r\n--cut--\r\n")
	case r.json != nil:
		kind = "application/json"
		raw, isText := r.json.(string)
		if !isText {
			encoded, err := json.Marshal(r.json)
			require.NoError(w, err)
			raw = string(encoded)
		}
		body = strings.NewReader(raw)
	case r.form != nil:
		kind = "application/x-www-form-urlencoded"
		body = strings.NewReader(r.form.Encode())
	}
	req := httptest.NewRequestWithContext(w.Context(), r.method, r.path, body)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if r.token != "" {
		req.Header.Set("api_access_token", r.token)
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	return w.serve(req)
}

func (w *world) serve(req *http.Request) answer {
	w.Helper()
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, req)
	return answer{w.TB, rec.Code, rec.Header(), rec.Body.String()}
}

// call is a request of Ada's that must succeed; path is below the account.
func (w *world) call(method, path string, body any) answer {
	w.Helper()
	a := w.send(request{method: method, path: w.path(path), token: w.token, json: body})
	require.Equal(w, http.StatusOK, a.status, a.body)
	return a
}

func (w *world) path(path string) string {
	return "/api/v1/accounts/" + itoa(w.account.ID) + path
}

func itoa[T ~int64](n T) string {
	raw, _ := json.Marshal(n)
	return string(raw)
}

// at reads a value of a JSON body: names and indexes, with dots between.
func (a answer) at(path string) any {
	a.Helper()
	var v any
	require.NoError(a, json.Unmarshal([]byte(a.body), &v), a.body)
	return at(a.TB, v, path)
}

func at(t testing.TB, v any, path string) any {
	t.Helper()
	if path == "" {
		return v
	}
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			require.NoError(t, json.Unmarshal([]byte(step), &i))
			require.Less(t, i, len(x), path)
			v = x[i]
		default:
			t.Fatalf("nothing at %s of %s", step, path)
		}
	}
	return v
}

// id reads a number as text, for paths.
func (a answer) id(path string) string {
	a.Helper()
	raw, err := json.Marshal(a.at(path))
	require.NoError(a, err)
	return strings.Trim(string(raw), `"`)
}

// invite makes an agent and returns their id and API token.
func (w *world) invite(name string, role string) (id, token string) {
	w.Helper()
	mail := strings.ToLower(name) + "@acme.example"
	made := w.call("POST", "/agents", map[string]any{"name": name, "email": mail, "role": role})
	user, err := w.e.FindUser(w.Context(), mail)
	require.NoError(w, err)
	token, err = w.e.AccessToken(user)
	require.NoError(w, err)
	return made.id("id"), token
}

// inbox makes an API inbox and returns its id and public path.
func (w *world) inbox(channel map[string]any) (id, public string) {
	w.Helper()
	all := map[string]any{"type": "api"}
	for k, v := range channel {
		all[k] = v
	}
	made := w.call("POST", "/inboxes", map[string]any{"name": "Shop", "channel": all})
	return made.id("id"), "/public/api/v1/inboxes/" + made.id("inbox_identifier")
}

// customer registers Carl at an inbox and has them write; it returns Carl's
// public path and the conversation's number.
func (w *world) customer(public, source, text string) (path, display string) {
	w.Helper()
	w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{"source_id": source, "name": "Carl " + source, "email": source + "@mail.example"}})
	path = public + "/contacts/" + source
	display = w.ok(request{method: "POST", path: path + "/conversations", json: map[string]any{}}).id("id")
	w.ok(request{method: "POST", path: path + "/conversations/" + display + "/messages", json: map[string]any{"content": text}})
	return path, display
}

func (w *world) ok(r request) answer {
	w.Helper()
	a := w.send(r)
	require.Equal(w, http.StatusOK, a.status, a.body)
	return a
}

// update rewrites golden files: `make golden`.
var update = flag.Bool("update", false, "rewrite golden files")

// app is the token of the world's platform app.
func (w *world) app() string {
	w.Helper()
	if w.apps == "" {
		_, token, err := w.e.CreatePlatformApp(w.Context(), "billing")
		require.NoError(w, err)
		w.apps = token
	}
	return w.apps
}

// golden compares a text with a file.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// scrub prints JSON for reading, without what differs from run to run.
func scrub(t testing.TB, body string) string {
	t.Helper()
	if body == "" {
		return "(empty)\n"
	}
	if !strings.HasPrefix(strings.TrimSpace(body), "{") && !strings.HasPrefix(strings.TrimSpace(body), "[") {
		return body + "\n"
	}
	var v any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	require.NoError(t, d.Decode(&v), body)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(hide("", v)))
	return out.String()
}

func hide(key string, v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k := range x {
			if x[k] = hide(k, x[k]); key == "cache_keys" && x[k] != "0000000000" {
				x[k] = "<key>"
			}
		}
	case []any:
		for i := range x {
			x[i] = hide(key, x[i])
		}
	case string:
		if strings.Contains(x, "/rails/active_storage/disk/") {
			return "<" + key + ">"
		}
		switch key {
		case "callback_webhook_url":
			if at := strings.Index(x, "/hooks/"); at >= 0 && !strings.HasPrefix(x[at:], "/hooks/app/") {
				return x[:at] + "/hooks/<token>"
			}
		case "url":
			if at := strings.Index(x, "sso_auth_token="); at >= 0 {
				return x[:at] + "sso_auth_token=<token>"
			}
		case "access_token", "pubsub_token", "uuid", "hmac_token", "webhook_secret", "inbox_identifier", "identifier", "secret", "cursor", "data_url", "thumb_url", "webhook_id", "body", "auth_token", "website_token", "web_widget_script", "thumbnail", "avatar_url", "avatar", "signed_id", "blob_id", "file_url", "widget_auth_token":
			if x != "" && !strings.HasPrefix(x, "cust-") {
				return "<" + key + ">"
			}
		case "source_id":
			if len(x) == 36 {
				return "<uuid>"
			}
		}
	}
	return v
}
