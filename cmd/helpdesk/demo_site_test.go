package main_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDemoShop has the sample site show the widget of the demo account, under a
// strict policy, and only where there is a demo.
func TestDemoShop(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--demo", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:")
	p.says(`Sample shop, to play a customer: http://\S+/demo`)
	status, page, head := fetch(t, p.url+"/demo")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, head.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'; script-src 'self'")
	require.NotRegexp(t, `<script>|<style| style=| onclick=`, page)
	token := regexp.MustCompile(`data-token="(\w+)"`).FindStringSubmatch(page)
	require.Len(t, token, 2)
	for path, says := range map[string]string{
		"/widget?website_token=" + token[1]:      "Hello from the workshop",
		"/widget/info?website_token=" + token[1]: `"name":"Website"`,
		"/packs/js/sdk.js":                       `["chatwoot","helpdesk","cloudchat"]`,
		"/demo/shop.js":                          "helpdeskSDK",
		"/demo/shop.css":                         ".hero",
	} {
		status, got, _ := fetch(t, p.url+path)
		require.Equal(t, http.StatusOK, status, path)
		require.Contains(t, got, says, path)
	}
	plain := start(t, asAdmin(), "--addr", "127.0.0.1:0", "--db", "sqlite::memory:")
	status, _, _ = fetch(t, plain.url+"/demo")
	require.Equal(t, http.StatusNotFound, status)
}
