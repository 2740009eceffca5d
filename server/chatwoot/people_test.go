package chatwoot_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// postbox keeps the newest mail.
type postbox struct{ last helpdesk.Mail }

func (p *postbox) SendMail(_ context.Context, m helpdesk.Mail) error {
	p.last = m
	return nil
}

// mailing is a world that sends mail and lets strangers sign up.
func mailing(t *testing.T) (*world, *postbox) {
	post := &postbox{}
	w := newWorldWith(t, password, helpdesk.Options{Mailer: post, PublicURL: "https://desk.example"})
	w.h = chatwoot.New(w.e, chatwoot.Options{PublicURL: "https://desk.example", SignUp: true})
	return w, post
}

var inLink = regexp.MustCompile(`_token=(\S+)`)

func (w *world) mailed(p *postbox) string {
	w.Helper()
	require.NoError(w, w.e.RunDue(w.Context()))
	found := inLink.FindStringSubmatch(p.last.Text)
	require.NotNil(w, found, p.last.Text)
	return found[1]
}

var secrets = regexp.MustCompile(`("(?:mfa_token|secret|provisioning_url)": ")[^"]*`)

// keep compares an answer with a golden file.
func (w *world) keep(name string, a answer) answer {
	w.Helper()
	text := secrets.ReplaceAllString(scrub(w.TB, a.body), "$1<secret>")
	text = regexp.MustCompile(`"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"`).ReplaceAllString(text, `"<code>"`)
	golden(w.TB, name+".json", text)
	return a
}

func (w *world) refused(status int, body string, r request) {
	w.Helper()
	got := w.send(r)
	require.Equal(w, status, got.status, got.body)
	if body != "" {
		require.JSONEq(w, body, got.body)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	t.Run("password", func(t *testing.T) {
		t.Parallel()
		w, post := mailing(t)
		old := w.signIn()
		ask := func(email string) answer {
			return w.ok(request{method: "POST", path: "/auth/password", json: map[string]any{"email": email}})
		}
		require.Equal(t, ask("nobody@acme.example").body, w.keep("password_ask", ask("ada@acme.example")).body)
		token := w.mailed(post)
		reset := func(method, password string) request {
			return request{method: method, path: "/auth/password", json: map[string]any{"reset_password_token": token, "password": password, "password_confirmation": password}}
		}
		w.refused(422, "", reset("PUT", "weak"))
		w.refused(422, `{"message":"Password confirmation doesn't match Password","attributes":["password_confirmation"]}`, request{
			method: "PUT", path: "/auth/password", form: url.Values{"reset_password_token": {token}, "password": {"N3w-secret"}, "password_confirmation": {"x"}},
		})
		got := w.keep("password_reset", w.ok(reset("PUT", "N3w-secret")))
		w.ok(request{method: "GET", path: "/auth/validate_token", header: session(got)})
		w.refused(401, "", request{method: "GET", path: "/auth/validate_token", header: session(old)})
		w.refused(422, `{"message":"Invalid token","redirect_url":"/"}`, reset("PATCH", "N3w-secret"))
	})
	t.Run("profile", func(t *testing.T) {
		t.Parallel()
		w, post := mailing(t)
		in := w.signIn()
		put := func(form url.Values) request {
			return request{method: "PUT", path: "/api/v1/profile", header: session(in), form: form}
		}
		w.refused(422, `{"error":"Invalid current password"}`, put(url.Values{"profile[password]": {"N3w-secret"}, "profile[current_password]": {"no"}}))
		w.ok(put(url.Values{"profile[password]": {"N3w-secret"}, "profile[password_confirmation]": {"N3w-secret"}, "profile[current_password]": {password}}))
		w.ok(put(url.Values{"profile[name]": {"Ada L."}, "profile[password]": {""}}))

		w.refused(422, `{"error":"Invalid current password"}`, put(url.Values{"profile[email]": {"new@acme.example"}}))
		w.ok(put(url.Values{"profile[email]": {"new@acme.example"}, "profile[current_password]": {"N3w-secret"}}))
		w.ok(request{method: "POST", path: "/api/v1/profile/resend_confirmation", header: session(in)})
		confirm := request{method: "POST", path: "/auth/confirmation", json: map[string]any{"confirmation_token": w.mailed(post)}}
		got := w.keep("confirmation", w.ok(confirm))
		require.Equal(t, "new@acme.example", got.header.Get("uid"))
		w.refused(422, `{"message":"Already confirmed","redirect_url":"/"}`, confirm)
		w.refused(422, `{"message":"Invalid token","redirect_url":"/"}`, request{method: "POST", path: "/auth/confirmation"})

		fresh := w.keep("reset_access_token", w.ok(request{method: "POST", path: "/api/v1/profile/reset_access_token", header: session(got)}))
		require.NotEqual(t, w.token, fresh.at("access_token"))
		w.refused(401, `{"error":"Invalid Access Token"}`, request{method: "GET", path: "/api/v1/profile", token: w.token})
	})
	t.Run("sign up", func(t *testing.T) {
		t.Parallel()
		w, post := mailing(t)
		in := map[string]any{"account_name": "Fresh", "user_full_name": "Eve", "email": "eve@fresh.example", "password": password, "locale": "pt_BR"}
		got := w.keep("sign_up", w.ok(request{method: "POST", path: "/api/v1/accounts/", json: in}))
		w.ok(request{method: "GET", path: "/api/v1/accounts/" + got.id("data.account_id") + "/agents", header: session(got)})
		w.refused(403, `{"message":"Email has already been taken"}`, request{method: "POST", path: "/api/v1/accounts", json: in})
		unconfirmed := request{method: "POST", path: "/auth/sign_in", json: map[string]any{"email": "eve@fresh.example", "password": password}}
		require.Contains(t, w.send(unconfirmed).body, "A confirmation email was sent to your account at 'eve@fresh.example'")
		w.ok(request{method: "POST", path: "/auth/confirmation", json: map[string]any{"confirmation_token": w.mailed(post)}})
		require.Equal(t, "Confirme seu endereço de e-mail", post.last.Subject)
		w.ok(unconfirmed)

		w.h = chatwoot.New(w.e, chatwoot.Options{})
		w.refused(404, `{"error":"Resource could not be found"}`, request{method: "POST", path: "/api/v1/accounts", json: in})
	})
	t.Run("second factor", func(t *testing.T) {
		t.Parallel()
		w, _ := mailing(t)
		mfa := func(method, path string, body map[string]any) request {
			return request{method: method, path: "/api/v1/profile/mfa" + path, token: w.token, json: body}
		}
		w.refused(422, `{"error":"MFA is not enabled"}`, mfa("DELETE", "", map[string]any{"password": password, "otp_code": "1"}))
		made := w.keep("mfa_enroll", w.ok(mfa("POST", "", nil)))
		code := func() string {
			c, err := totp.GenerateCode(made.at("secret").(string), w.clock.now())
			require.NoError(t, err)
			return c
		}
		w.refused(422, `{"error":"Invalid verification code"}`, mfa("POST", "/verify", map[string]any{"otp_code": "0"}))
		on := w.keep("mfa_verify", w.ok(mfa("POST", "/verify", map[string]any{"otp_code": code()})))
		w.keep("mfa_enabled", w.ok(mfa("GET", "", nil)))
		w.refused(422, `{"error":"MFA is already enabled"}`, mfa("POST", "", nil))

		asked := w.send(request{method: "POST", path: "/auth/sign_in", json: map[string]any{"email": "ada@acme.example", "password": password}})
		require.Equal(t, http.StatusPartialContent, asked.status)
		require.Empty(t, asked.header.Get("access-token"))
		w.keep("sign_in_second_factor", asked)
		step := func(ticket any, name, code string) request {
			return request{method: "POST", path: "/auth/sign_in", json: map[string]any{"mfa_token": ticket, name: code}}
		}
		w.clock.add(time.Minute)
		ticket := asked.at("mfa_token")
		w.refused(401, `{"error":"Invalid or expired MFA token"}`, step("x", "otp_code", code()))
		w.refused(400, `{"error":"Invalid verification code"}`, step(ticket, "otp_code", "000000"))
		in := w.ok(step(ticket, "otp_code", code()))
		w.ok(request{method: "GET", path: "/api/v1/profile", header: session(in)})
		w.refused(400, `{"error":"Invalid verification code"}`, step(ticket, "otp_code", code()))
		w.ok(step(ticket, "backup_code", on.at("backup_codes.0").(string)))

		w.clock.add(time.Hour)
		fresh := w.keep("mfa_backup_codes", w.ok(mfa("POST", "/backup_codes", map[string]any{"otp_code": code()})))
		backup := fresh.at("backup_codes.9")
		w.refused(422, `{"error":"Invalid credentials or verification code"}`, mfa("DELETE", "", map[string]any{"password": "no", "otp_code": backup}))
		w.keep("mfa_disable", w.ok(mfa("DELETE", "", map[string]any{"password": password, "otp_code": backup})))
		w.signIn()
	})
}

// Limits that keep from guessing hold for all processes together; the others for
// one.
func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := chatwoot.New(w.e, chatwoot.Options{})
	send := func(h http.Handler, method, path, remote, body string) answer {
		req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		req.RemoteAddr = remote
		req.Header.Set("api_access_token", w.token)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		return answer{t, rec.Code, rec.Header(), rec.Body.String()}
	}
	limited := func(got answer) {
		t.Helper()
		require.Equal(t, http.StatusTooManyRequests, got.status)
		require.Equal(t, "Retry later\n", got.body)
		require.Equal(t, "text/plain", got.header.Get("Content-Type"))
		require.Empty(t, got.header.Get("Retry-After"))
	}
	for range 5 {
		require.Equal(t, 422, send(w.h, "POST", "/auth/password", "203.0.113.9:1", `{"email":"a@b.example"}`).status)
	}
	limited(send(other, "POST", "/auth/password", "203.0.113.9:1", `{"email":"c@b.example"}`))
	limited(send(other, "POST", "/auth/password", "203.0.113.10:1", `{"email":" A@b.example"}`))
	require.Equal(t, 422, send(other, "POST", "/auth/password", "127.0.0.1:1", `{"email":"a@b.example"}`).status)
	require.Equal(t, 422, send(other, "POST", "/auth/password", "[::1]:1", `{"email":"a@b.example"}`).status)
	w.clock.add(30 * time.Minute)
	require.Equal(t, 422, send(other, "POST", "/auth/password", "203.0.113.9:1", `{"email":"d@b.example"}`).status)

	for i := range 5 {
		require.Equal(t, 404, send(w.h, "POST", "/api/v1/accounts", "[2001:db8::"+itoa(helpdesk.AgentID(i+1))+"]:1", `{}`).status)
	}
	limited(send(w.h, "POST", "/api/v1/accounts", "[2001:db8::99]:1", `{}`)) // a subscriber has a whole network

	search := w.path("/contacts/search?q=x")
	for range 100 {
		require.Equal(t, 200, send(w.h, "GET", search, "203.0.113.20:1", "").status)
	}
	limited(send(w.h, "GET", search, "203.0.113.21:1", ""))
	require.Equal(t, 200, send(other, "GET", search, "203.0.113.21:1", "").status)

	for range 3000 {
		require.Equal(t, 200, send(w.h, "GET", "/api", "203.0.113.30:1", "").status)
	}
	limited(send(w.h, "GET", "/nowhere", "203.0.113.30:1", ""))
	w.clock.add(time.Minute)
	require.Equal(t, 200, send(w.h, "GET", "/api", "203.0.113.30:1", "").status)
}

func TestProxiesDecideWhoIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.h = chatwoot.New(w.e, chatwoot.Options{Proxies: prefixes("10.0.0.0/8")})
	try := func(client string) int {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/auth/sign_in", strings.NewReader(`{"email":"`+client+`@b.example","password":"x"}`))
		req.RemoteAddr = "10.0.0.1:1"
		req.Header.Set("X-Forwarded-For", client)
		return w.serve(req).status
	}
	for range 5 {
		require.Equal(t, 401, try("203.0.113.1"))
	}
	require.Equal(t, 429, try("203.0.113.1"))
	require.Equal(t, 401, try("203.0.113.2"))
}

// However a request spells itself, guesses at one password count together.
func TestGuessesCountTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	try := func(i int, body string) int {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/auth/sign_in", strings.NewReader(body))
		req.RemoteAddr = fmt.Sprintf("203.0.113.%d:1", i)
		return w.serve(req).status
	}
	for i := range 5 { // of one address: an empty ticket is no second step
		require.Equal(t, 401, try(1, []string{`{"email":"a@b.example","mfa_token":""}`, `{"email":"c@b.example","mfa_token":null}`}[i%2]))
	}
	require.Equal(t, 429, try(1, `{"email":"d@b.example","mfa_token":""}`))
	for i, spelling := range []string{
		"kis@b.example", "KIS@b.example", " kis@b.example", `\u212Ais@b.example`, `ki\u017F@b.example`, `k\u0000is@b.example`, `kis\u0000\u0000@b.example`,
		"kiS@B.example", "kis@b.EXAMPLE", "Kis@b.example ",
	} {
		require.Equal(t, 401, try(10+i, `{"email":"`+spelling+`"}`), spelling)
	}
	require.Equal(t, 429, try(30, `{"email":"kis@b.example"}`))
	require.Equal(t, 429, try(31, `{"email":"k\u0000i\u0000s@b.example","mfa_token":""}`))
}

// Whoever has not said who they are brings no files.
func TestStrangersBringNoFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("x", "x.bin")
	require.NoError(t, err)
	_, err = part.Write(make([]byte, 5<<20))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/auth/sign_in", &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	require.Equal(t, http.StatusRequestEntityTooLarge, w.serve(req).status)
}

// A session's parameters may stand in the body too.
func TestSessionInTheBody(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, password, helpdesk.Options{})
	in := w.signIn()
	w.ok(request{method: "DELETE", path: "/auth/sign_out", json: session(in)})
	require.Equal(t, 401, w.send(request{method: "GET", path: "/api/v1/profile", header: session(in)}).status)
}

func prefixes(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
