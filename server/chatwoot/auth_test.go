package chatwoot_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func (w *world) signIn() answer {
	w.Helper()
	return w.ok(request{method: "POST", path: "/auth/sign_in", json: map[string]any{"email": "ADA@acme.example", "password": password}})
}

func session(a answer) map[string]string {
	return map[string]string{"access-token": a.header.Get("access-token"), "client": a.header.Get("client"), "uid": a.header.Get("uid")}
}

func TestSession(t *testing.T) {
	t.Parallel()
	onStores(t, password, func(t *testing.T, w *world) {
		in := w.signIn()
		require.Equal(t, "ada@acme.example", in.at("data.email"))
		require.Equal(t, w.token, in.at("data.access_token"))
		require.Equal(t, "administrator", in.at("data.accounts.0.role"))
		require.Equal(t, "Bearer", in.header.Get("token-type"))
		require.NotEmpty(t, in.header.Get("expiry"))
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(in.header.Get("authorization"), "Bearer "))
		require.NoError(t, err)
		require.Contains(t, string(raw), in.header.Get("client"))

		asDevice := request{method: "GET", path: w.path("/agents"), header: session(in)}
		got := w.ok(asDevice)
		require.Equal(t, in.header.Get("access-token"), got.header.Get("access-token"), "every answer repeats the headers")
		w.ok(request{method: "GET", path: w.path("/agents"), header: map[string]string{"Authorization": in.header.Get("authorization")}})
		w.ok(request{method: "GET", path: w.path("/agents") + "?access-token=" + in.header.Get("access-token") + "&client=" + in.header.Get("client") + "&uid=ada%40acme.example"})

		valid := w.ok(request{method: "GET", path: "/auth/validate_token", header: session(in)})
		require.Equal(t, true, valid.at("payload.success"))
		require.Equal(t, "2026-03-14T15:09:26.535Z", valid.at("payload.data.created_at"))

		out := w.ok(request{method: "DELETE", path: "/auth/sign_out", header: session(in)})
		require.JSONEq(t, `{"success":true}`, out.body)
		require.Equal(t, http.StatusUnauthorized, w.send(asDevice).status)
		again := w.send(request{method: "DELETE", path: "/auth/sign_out", header: session(in)})
		require.Equal(t, http.StatusNotFound, again.status)
		require.JSONEq(t, `{"success":false,"errors":["User was not found or was not logged in."]}`, again.body)
		over := w.send(request{method: "GET", path: "/auth/validate_token", header: session(in)})
		require.Equal(t, http.StatusUnauthorized, over.status)
		require.JSONEq(t, `{"success":false,"errors":["Invalid login credentials"]}`, over.body)
	})
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, password, helpdesk.Options{})
	in := w.signIn()
	w.clock.add(61 * 24 * time.Hour)
	require.Equal(t, http.StatusUnauthorized, w.send(request{method: "GET", path: "/api/v1/profile", header: session(in)}).status)
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, password, helpdesk.Options{})
	for _, in := range []map[string]any{{"email": "ada@acme.example", "password": "no"}, {"email": "x@acme.example", "password": password}, {}} {
		got := w.send(request{method: "POST", path: "/auth/sign_in", json: in})
		require.Equal(t, http.StatusUnauthorized, got.status)
		require.JSONEq(t, `{"success":false,"errors":["Invalid login credentials. Please try again."]}`, got.body)
	}
}

func TestSignInIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	try := func(remote string) answer {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/auth/sign_in", strings.NewReader("email=a%40b.c&password=x"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.RemoteAddr = remote
		return w.serve(req)
	}
	for range 5 {
		require.Equal(t, http.StatusUnauthorized, try("203.0.113.9:4000").status)
	}
	got := try("203.0.113.9:4000")
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, "Retry later\n", got.body)
	require.Equal(t, "text/plain", got.header.Get("Content-Type"))
	require.Equal(t, http.StatusUnauthorized, try("127.0.0.1:4000").status, "this machine is exempt")
	w.clock.add(5 * time.Minute)
	require.Equal(t, http.StatusUnauthorized, try("203.0.113.9:4000").status)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, err := w.e.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Other"})
	require.NoError(t, err)
	elsewhere := "/api/v1/accounts/" + itoa(other.ID)
	tests := []struct {
		name, path string
		header     map[string]string
		status     int
		body       string
	}{
		{"dashed header", w.path("/agents"), map[string]string{"Api-Access-Token": w.token}, 200, ""},
		{"stray authorization", w.path("/agents"), map[string]string{"api_access_token": w.token, "Authorization": "Bearer " + w.token}, 200, ""},
		{"only a stray authorization", w.path("/agents"), map[string]string{"Authorization": "Bearer " + w.token}, 401, `{"errors":["You need to sign in or sign up before continuing."]}`},
		{"not base64 of an object", w.path("/agents"), map[string]string{"Authorization": "Bearer WzFd"}, 401, `{"errors":["You need to sign in or sign up before continuing."]}`},
		{"unknown token", w.path("/agents"), map[string]string{"api_access_token": "nope"}, 401, `{"error":"Invalid Access Token"}`},
		{"another account", elsewhere + "/agents", map[string]string{"api_access_token": w.token}, 401, `{"error":"You are not authorized to access this account"}`},
		{"another account's row", elsewhere, map[string]string{"api_access_token": w.token}, 404, `{"error":"Resource could not be found"}`},
		{"no such account", "/api/v1/accounts/99/agents", map[string]string{"api_access_token": w.token}, 404, `{"error":"Resource could not be found"}`},
		{"no account at all", "/api/v1/accounts/x/agents", map[string]string{"api_access_token": w.token}, 404, `{"error":"Resource could not be found"}`},
		{"unknown path", "/api/v1/nothing", nil, 404, `{"status":404,"error":"Not Found"}`},
		{"unknown method", "/api", nil, 200, ""},
	}
	for _, tt := range tests {
		got := w.send(request{method: "GET", path: tt.path, header: tt.header})
		require.Equal(t, tt.status, got.status, tt.name+got.body)
		if tt.body != "" {
			require.JSONEq(t, tt.body, got.body, tt.name)
		}
	}
}

func TestHostBringsItsPeople(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorldWith(t, "", helpdesk.Options{Authenticate: func(r *http.Request) (helpdesk.Actor, error) {
		if r.Header.Get("X-Host-User") == "" {
			return helpdesk.Actor{}, helpdesk.NotFound
		}
		return w.e.Agent(w.account.ID, w.ada.ID), nil
	}})
	host := map[string]string{"X-Host-User": "ada"}
	require.Equal(t, "Ada", w.ok(request{method: "GET", path: "/api/v1/profile", header: host}).at("name"))
	w.ok(request{method: "GET", path: w.path("/webhooks"), header: host})
	require.Equal(t, http.StatusUnauthorized, w.send(request{method: "GET", path: "/api/v1/accounts/7/webhooks", header: host}).status)
	w.ok(request{method: "GET", path: w.path("/webhooks"), token: w.token})
}
