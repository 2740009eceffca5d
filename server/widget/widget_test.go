package widget_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/widget"
)

func get(t *testing.T, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestScript keeps the loader small, and its names configurable.
func TestScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/packs/js/sdk.js", "/widget/sdk.js"} {
		got := get(t, w.h, path)
		require.Equal(t, http.StatusOK, got.Code)
		require.Equal(t, "text/javascript; charset=utf-8", got.Header().Get("Content-Type"))
		require.Contains(t, got.Body.String(), `const NAMES = ["chatwoot","helpdesk","cloudchat"];`)
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		_, err := io.Copy(z, bytes.NewReader(got.Body.Bytes()))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		require.Less(t, small.Len(), 20<<10, "bytes gzipped")
		require.Equal(t, http.StatusNotModified, get(t, w.h, path, "If-None-Match", got.Header().Get("ETag")).Code)
	}
	own := widget.New(w.e, widget.Options{Names: []string{"acme"}})
	require.Contains(t, get(t, own, "/widget/sdk.js").Body.String(), `const NAMES = ["acme"];`)
	require.Panics(t, func() { widget.New(w.e, widget.Options{Names: []string{`a"];alert(1)`}}) })
}

// TestDomains holds the policy and the refusal against each other.
func TestDomains(t *testing.T) {
	t.Parallel()
	const desk = "https://desk.example"
	cases := []struct {
		name, allowed, policy string
		may, mayNot           []string
	}{
		{"everybody", "", "frame-ancestors *", []string{"https://a.example", "http://b.example:8080"}, nil},
		{"exactly", "shop.example", "frame-ancestors 'self' shop.example", []string{"https://shop.example", "https://SHOP.example", "", desk}, []string{"https://evil.example", "https://www.shop.example", "https://shop.example.evil.example", "https://shop.example:8443", "null"}},
		{"below", "*.shop.example, shop.example", "frame-ancestors 'self' *.shop.example shop.example", []string{"https://www.shop.example", "https://a.b.shop.example", "https://shop.example"}, []string{"https://evilshop.example"}},
		{"with a port", "localhost:8080", "frame-ancestors 'self' localhost:8080", []string{"http://localhost:8080"}, []string{"http://localhost:8081", "http://localhost"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			box := w.inbox(map[string]any{"allowed_domains": c.allowed}, helpdesk.InboxInput{})
			page := get(t, w.h, desk+"/widget?website_token="+box.Identifier)
			require.Equal(t, http.StatusOK, page.Code)
			require.True(t, strings.HasSuffix(page.Header().Get("Content-Security-Policy"), "; "+c.policy), page.Header())
			for _, origin := range c.may {
				require.Equal(t, http.StatusOK, get(t, w.h, desk+"/widget/info?website_token="+box.Identifier, "Origin", origin).Code, origin)
			}
			for _, origin := range c.mayNot {
				require.Equal(t, http.StatusForbidden, get(t, w.h, desk+"/widget/info?website_token="+box.Identifier, "Origin", origin).Code, origin)
			}
		})
	}
}

// TestNothing has tokens of no widget answered alike, in the visitor's language.
func TestNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api, err := w.host.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: "api", Name: ptr("API")})
	require.NoError(t, err)
	for _, token := range []string{"", "nobody's", api.Identifier, "%00", `"><script>`} {
		page := get(t, w.h, "/widget?website_token="+strings.ReplaceAll(token, `"><script>`, "%22%3E%3Cscript%3E"), "Accept-Language", "es-MX, en;q=0.5")
		require.Equal(t, http.StatusNotFound, page.Code, token)
		require.Contains(t, page.Body.String(), "Aquí no hay ningún chat.")
		require.NotContains(t, page.Body.String(), "<script>")
		require.Equal(t, http.StatusNotFound, get(t, w.h, "/widget/info?website_token="+strings.ReplaceAll(token, `"><script>`, "x")).Code)
	}
	require.Equal(t, http.StatusNotFound, get(t, w.h, "/widget/static/0/..%2F..%2Fwidget.go").Code)
	require.Equal(t, http.StatusNotFound, get(t, w.h, "/widget/static/0/none.js").Code)
}

// TestPageOfHostileSettings has an inbox whose every text tries to be more.
func TestPageOfHostileSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const bad = `</h1><script>alert(1)</script>"'>`
	box := w.inbox(map[string]any{"welcome_title": bad, "welcome_tagline": bad}, helpdesk.InboxInput{Name: ptr("Shop <b>&"), OutOfOffice: ptr(bad)})
	page := get(t, w.h, "/widget?popout=%22%3E&locale=%22%3E&scheme=%22%3E&website_token="+box.Identifier)
	require.Equal(t, http.StatusOK, page.Code)
	require.NotContains(t, page.Body.String(), "<script>alert")
	require.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
	require.NotContains(t, page.Body.String(), " style=")
	css := get(t, w.h, "/widget/theme.css?color=fff%7D*%7B")
	require.Equal(t, ":root { --brand: #", css.Body.String()[:18])
	require.NotContains(t, css.Body.String(), "*")
}
