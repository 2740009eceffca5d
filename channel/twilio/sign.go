package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // it is what Twilio signs with
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// SignatureHeader is where Twilio signs what it posts.
const SignatureHeader = "X-Twilio-Signature"

// Sign is the value of SignatureHeader for a call of an address with these
// parameters of a form; nil = none. Of a repeated parameter the first counts.
func Sign(authToken, address string, form url.Values) string {
	return base64.StdEncoding.EncodeToString(signature(authToken, address, form, false))
}

func signature(token, address string, form url.Values, repeated bool) []byte {
	h := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(h, address) // a hash takes everything
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := form[name]
		if !repeated {
			values = values[:min(len(values), 1)]
		}
		for _, value := range slices.Compact(slices.Sorted(slices.Values(values))) {
			_, _ = io.WriteString(h, name+value)
		}
	}
	return h.Sum(nil)
}

// signed reports whether a call was signed with the account's token, over one of
// the ways to write the address that Twilio was given.
func (s *sender) signed(r *http.Request, body []byte, form url.Values) bool {
	given, err := base64.StdEncoding.Strict().DecodeString(r.Header.Get(SignatureHeader))
	if err != nil || s.s.AuthToken == "" {
		return false
	}
	if digest := r.URL.Query().Get("bodySHA256"); digest != "" { // what is posted is no form
		sum := sha256.Sum256(body)
		if subtle.ConstantTimeCompare([]byte(strings.ToLower(digest)), []byte(hex.EncodeToString(sum[:]))) == 0 {
			return false
		}
		form = nil
	}
	for _, address := range s.addressesOf(r) {
		for _, repeated := range []bool{false, true} {
			if hmac.Equal(given, signature(s.s.AuthToken, address, form, repeated)) {
				return true
			}
		}
	}
	return false
}

// addressesOf are the ways in which Twilio may write the address it calls. Where
// the desk's own is known, what a proxy made of the request does not matter.
func (s *sender) addressesOf(r *http.Request) (list []string) {
	bases := []string{s.o.PublicURL}
	if s.o.PublicURL == "" {
		bases = []string{"https://" + r.Host, "http://" + r.Host}
	}
	for _, base := range bases {
		u, err := url.Parse(base)
		if err != nil {
			continue
		}
		rest := u.EscapedPath() + r.URL.EscapedPath()
		if r.URL.RawQuery != "" {
			rest += "?" + r.URL.RawQuery
		}
		with := u.Host
		if u.Port() == "" {
			with += map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
		}
		without := strings.TrimSuffix(with, ":"+portOf(with))
		for _, host := range []string{u.Host, with, without} {
			if address := u.Scheme + "://" + host + rest; !slices.Contains(list, address) {
				list = append(list, address)
			}
		}
	}
	return list
}

func portOf(host string) string { return (&url.URL{Host: host}).Port() }
