package wire_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		limit int
		parts []string
	}{
		"short":            {"hello", 10, []string{"hello"}},
		"empty":            {"", 10, []string{""}},
		"between words":    {"one two three", 8, []string{"one two", "three"}},
		"at the edge":      {"one two three", 7, []string{"one two", "three"}},
		"no words":         {"abcdefgh", 3, []string{"abc", "def", "gh"}},
		"skin colour":      {"ab👍🏽c", 3, []string{"ab", "👍🏽c"}},
		"a family":         {"x👩‍👧y", 3, []string{"x", "👩‍👧", "y"}},
		"flags":            {"🇧🇷🇦🇷", 3, []string{"🇧🇷", "🇦🇷"}},
		"accent":           {"abe\u0301", 3, []string{"ab", "e\u0301"}},
		"longer than all":  {"👩‍👧", 2, []string{"👩‍", "👧"}},
		"spaces at a seam": {"abc   def", 4, []string{"abc", "def"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.parts, wire.Split(c.text, c.limit))
		})
	}
	require.Equal(t, "ab…", wire.Ellipsis("abcd", 3))
	require.Equal(t, "abc", wire.Ellipsis("abc", 3))
}

func FuzzSplit(f *testing.F) {
	f.Add("one two 👩‍👧 three", 5)
	f.Add("🇧🇷🇦🇷🇧", 1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > 100 || !utf8.ValidString(text) {
			return
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		parts := wire.Split(text, limit)
		require.Equal(t, squeeze(text), squeeze(strings.Join(parts, "")))
		for _, p := range parts {
			require.LessOrEqual(t, utf8.RuneCountInString(p), limit)
		}
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{`"a"`: "a", `12345678901234567890`: "12345678901234567890", `null`: "", `true`: "", `{}`: "", `[1]`: "", `-1`: "-1"} {
		var v wire.Text
		require.NoError(t, json.Unmarshal([]byte(raw), &v), raw)
		require.Equal(t, want, string(v), raw)
	}
	at := time.Unix(1739321024, 0).UTC()
	for text, want := range map[wire.Text]time.Time{
		"1739321024": at, "1739321024000": at, " 1739321024 ": at, "abc": {}, "": {}, "-5": {}, "0": {}, "99999999999999999999": {}, "999999999999999": {},
	} {
		require.Equal(t, want, text.Time(), "%q", text)
	}
	require.Equal(t, "a\uFFFDb", wire.Clean("a\xffb\x00"))
}

func TestDecodeKeepsTheRest(t *testing.T) {
	t.Parallel()
	var v struct {
		A string
		B int
	}
	require.NoError(t, wire.Decode([]byte(`{"A": 5, "B": 7}`), &v))
	require.Equal(t, 7, v.B)
	require.Error(t, wire.Decode([]byte(`{`), &v))
	require.Len(t, wire.Each[struct{ A string }](json.RawMessage(`[null, 1, {"A": "x"}, [], {"A": 3}]`)), 2)
	require.Empty(t, wire.Each[struct{}](json.RawMessage(`{}`)))
}

// TestBroken tells what had left from what had not.
func TestBroken(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/drop":
			panic(http.ErrAbortHandler)
		case "/long":
			for range 80 {
				_, _ = w.Write(make([]byte, 64<<10))
			}
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("x"))
		case "/away":
			http.Redirect(w, r, "http://elsewhere.test/", http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(server.Close)
	client := wire.Client(nil)
	do := func(address string) (*wire.Answer, error) {
		r, err := wire.Request(t.Context(), http.MethodPost, address+"?access_token=secret", "application/json", []byte("{}"))
		require.NoError(t, err)
		return wire.Do(client, r)
	}
	for path, written := range map[string]bool{server.URL + "/drop": true, server.URL + "/cut": true, server.URL + "/long": true, "http://127.0.0.1:1": false} {
		_, err := do(path)
		var broken *wire.BrokenError
		require.ErrorAs(t, err, &broken, path)
		require.Equal(t, written, broken.Written, path)
		require.NotContains(t, err.Error(), "secret")
	}
	answer, err := do(server.URL + "/away")
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, answer.Status, "redirects are not followed")
}

func TestGraphErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		code    string
		text    string
		class   wire.Class
		details string
	}{
		"usual":         {400, `{"error":{"message":"no","type":"OAuthException","code":100,"error_data":{"details":"why"}}}`, "100", "no: why", wire.ClassPermanent, "why"},
		"plain data":    {400, `{"error":{"message":"no","type":"x","code":"100","error_data":"why"}}`, "100", "no: why", wire.ClassPermanent, "why"},
		"token":         {401, `{"error":{"message":"gone","type":"OAuthException","code":190}}`, "190", "gone", wire.ClassAdmin, ""},
		"in a 200":      {200, `{"error":{"message":"no","type":"x","code":4}}`, "4", "no", wire.ClassSlow, ""},
		"a page":        {502, `<html>`, "502", "the provider answered 502", wire.ClassRetry, ""},
		"a busy page":   {429, ``, "429", "the provider answered 429", wire.ClassSlow, ""},
		"plain words":   {400, `{"error":"no"}`, "400", "no", wire.ClassPermanent, ""},
		"passing":       {400, `{"error":{"message":"no","type":"x","code":7777,"is_transient":true}}`, "7777", "no", wire.ClassRetry, ""},
		"of the future": {400, `{"error":{"message":"no","type":"x","code":7777}}`, "7777", "no", wire.ClassPermanent, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			t.Cleanup(server.Close)
			err := wire.Graph{HTTP: wire.Client(nil), Base: server.URL, Version: "v1.0"}.Get(t.Context(), "x", nil, nil)
			var refusal *wire.GraphError
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, []any{c.code, c.text, c.class, c.details, 7 * time.Second},
				[]any{refusal.CodeText(), refusal.Error(), wire.GraphClass(refusal), refusal.Details, refusal.After})
		})
	}
}

// FuzzSignedRequest reads what strangers post as signed by Meta.
func FuzzSignedRequest(f *testing.F) {
	const secret = "app-secret"
	payload := `{"algorithm":"HMAC-SHA256","user_id":"1"}`
	sign := func(signed string) string {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte(signed))
		return base64.RawURLEncoding.EncodeToString(h.Sum(nil)) + "." + signed
	}
	good := sign(base64.RawURLEncoding.EncodeToString([]byte(payload)))
	for _, seed := range []string{good, good + "=", "." + good, "", ".", good + "." + good, sign("§"), strings.Repeat(".", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		_, ok := wire.SignedRequest(secret, value)
		_, signed, _ := strings.Cut(value, ".")
		bytes := func(s string) []byte { // several texts are the same bytes
			text, _, _ := strings.Cut(s, ".")
			b, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
			return b
		}
		if ok && !hmac.Equal(bytes(value), bytes(sign(signed))) {
			t.Errorf("%q is taken, and not signed", value)
		}
		if _, taken := wire.SignedRequest("", value); taken {
			t.Error("no secret signs nothing")
		}
	})
}
