package twilio_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
)

// TestVector is the one that Twilio publishes.
func TestVector(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"}, "From": {"+14158675309"},
	}
	for address, due := range map[string]string{
		"https://mycompany.com/myapp.php?foo=1&bar=2":     "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
		"http://mycompany.com:1234/myapp.php?foo=1&bar=2": "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
		"http://mycompany.com:80/myapp.php?foo=1&bar=2":   "0ZXoZLH/DfblKGATFgpif+LLRf4=",
	} {
		require.Equal(t, due, twilio.Sign(token, address, form), address)
		require.Equal(t, due, twiliosim.Signature(token, address, form), address)
	}
	const hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
	require.Equal(t, "y77kIzt2vzLz71DgmJGsen2scGs=", twilio.Sign(token, "https://mycompany.com/myapp.php?bodySHA256="+hash, nil))
}

// TestSignature calls under every way to write an address.
func TestSignature(t *testing.T) {
	t.Parallel()
	body := says("Body", "hello", "Surprise", "a new parameter")
	form := formOf(body)
	for name, c := range map[string]struct {
		public string // what the desk knows of itself
		asked  string // what arrives
		signed string // what Twilio was told
		good   bool
	}{
		"as it is":                  {desk, "/hooks/x", "https://desk.example/hooks/x", true},
		"with the default port":     {desk, "/hooks/x", "https://desk.example:443/hooks/x", true},
		"behind a proxy":            {desk, "http://127.0.0.1:3000/hooks/x", "https://desk.example/hooks/x", true},
		"below a path":              {desk + "/support", "/hooks/x", "https://desk.example/support/hooks/x", true},
		"a query":                   {desk, "/hooks/x?message=7&a=%20b", "https://desk.example/hooks/x?message=7&a=%20b", true},
		"another query":             {desk, "/hooks/x?message=8", "https://desk.example/hooks/x?message=7", false},
		"a port of its own":         {"https://desk.example:8443", "/hooks/x", "https://desk.example:8443/hooks/x", true},
		"that port left out":        {"https://desk.example:8443", "/hooks/x", "https://desk.example/hooks/x", true},
		"a wrong port":              {desk, "/hooks/x", "https://desk.example:8443/hooks/x", false},
		"another path":              {desk, "/hooks/x", "https://desk.example/hooks/y", false},
		"another scheme":            {desk, "/hooks/x", "http://desk.example/hooks/x", false},
		"nobody knows, https":       {"", "http://desk.example/hooks/x", "https://desk.example/hooks/x", true},
		"nobody knows, http":        {"", "http://desk.example:3000/hooks/x", "http://desk.example:3000/hooks/x", true},
		"a host of somebody else's": {desk, "https://evil.example/hooks/x", "https://evil.example/hooks/x", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, c.asked, nil)
			r.Header.Set(twilio.SignatureHeader, twilio.Sign(token, c.signed, form))
			_, err := parse(t, c.public, r, body)
			if c.good {
				require.NoError(t, err)
			} else {
				require.Equal(t, helpdesk.Unauthenticated, helpdesk.CodeOf(err))
			}
		})
	}
}

func TestSignatureOfOtherBodies(t *testing.T) {
	t.Parallel()
	// JSON: the address holds the body's digest.
	body := []byte(`{"AccountSid": "` + account + `", "MessageSid": "SM1", "From": "whatsapp:` + theirs + `", "To": "whatsapp:` + ours + `", "Body": "hello", "SmsStatus": "received"}`)
	sum := sha256.Sum256(body)
	path := "/hooks/x?bodySHA256=" + hex.EncodeToString(sum[:])
	call := func(path string, body []byte) (helpdesk.Batch, error) {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set(twilio.SignatureHeader, twilio.Sign(token, desk+path, nil))
		return parse(t, desk, r, body)
	}
	batch, err := call(path, body)
	require.NoError(t, err)
	require.Equal(t, "hello", batch.Items[0].Messages[0].Content)
	_, err = call(path, append(body, ' '))
	require.Equal(t, helpdesk.Unauthenticated, helpdesk.CodeOf(err), "another body")
	_, err = call(strings.ToUpper(path[:2])+path[2:], body)
	require.NoError(t, err)

	// GET: the parameters are part of the address.
	r := httptest.NewRequest(http.MethodGet, "/hooks/x?"+string(says("Body", "hello")), nil)
	r.Header.Set(twilio.SignatureHeader, twilio.Sign(token, desk+r.URL.RequestURI(), nil))
	batch, err = parse(t, desk, r, nil)
	require.NoError(t, err)
	require.Equal(t, "hello", batch.Items[0].Messages[0].Content)

	// A parameter twice: some of Twilio's own helpers sign the first alone, some both.
	// Whichever it is, the first is what counts.
	twice := append(says("Body", "first"), "&Body=second"...)
	for _, signature := range []string{
		twilio.Sign(token, desk+"/hooks/x", formOf(says("Body", "first"))),
		twilio.Sign(token, desk+"/hooks/x", formOf(says("Body", "firstBodysecond"))),
	} {
		r := httptest.NewRequest(http.MethodPost, "/hooks/x", nil)
		r.Header.Set(twilio.SignatureHeader, signature)
		batch, err := parse(t, desk, r, twice)
		require.NoError(t, err)
		require.Equal(t, "first", batch.Items[0].Messages[0].Content)
	}
}

// FuzzSignature changes a signed call: nothing but what was signed gets through.
func FuzzSignature(f *testing.F) {
	for _, call := range kinds() {
		f.Add("/hooks/x", call.Body, twilio.Sign(token, desk+"/hooks/x", formOf(call.Body)))
	}
	f.Add("/hooks/x?bodySHA256=00", []byte(`{}`), "AAAA")
	channel := twilio.New(twilio.Options{PublicURL: desk})
	sender, err := channel.Open(settings(""))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, path string, body []byte, signature string) {
		at, err := url.ParseRequestURI(path)
		if err != nil || at.Host != "" {
			return
		}
		r := &http.Request{Method: http.MethodPost, URL: at, Host: "desk.example", Header: http.Header{twilio.SignatureHeader: {signature}}}
		_, err = sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
		if code := helpdesk.CodeOf(err); code == helpdesk.Unauthenticated || code == helpdesk.Invalid && err.Error() != "the call is not about the inbox's account" && err.Error() != "the message comes from nobody" {
			return
		}
		// It got through: then it must be the signature of exactly this.
		form, err := url.ParseQuery(string(body))
		require.NoError(t, err)
		address := desk + at.EscapedPath()
		if at.RawQuery != "" {
			address += "?" + at.RawQuery
		}
		good := []string{twilio.Sign(token, address, form), twilio.Sign(token, strings.Replace(address, ".example", ".example:443", 1), form)}
		if at.Query().Get("bodySHA256") == "" && !repeats(form) {
			require.Contains(t, good, signature)
		}
	})
}

func repeats(form url.Values) bool {
	for _, values := range form {
		if len(values) > 1 {
			return true
		}
	}
	return false
}
