package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// SignatureHeader is where Meta signs what it posts.
const SignatureHeader = "X-Hub-Signature-256"

// Sign is the value of SignatureHeader for a body.
func Sign(secret string, body []byte) string {
	return "sha256=" + hex.EncodeToString(digest(secret, body))
}

// Signed reports whether header is Meta's signature of exactly these bytes. An
// empty secret signs nothing.
func Signed(secret, header string, body []byte) bool {
	given, ok := strings.CutPrefix(header, "sha256=")
	if !ok || secret == "" || len(given) != 2*sha256.Size {
		return false
	}
	mac, err := hex.DecodeString(given) // of either case
	return err == nil && hmac.Equal(mac, digest(secret, body))
}

// SignedRequest is what Meta signs in a form, beside the calls of webhooks: the JSON
// of value, where it is signed with the secret.
func SignedRequest(secret, value string) (payload []byte, ok bool) {
	signature, signed, two := strings.Cut(value, ".")
	mac, err := unpadded.DecodeString(strings.TrimRight(signature, "="))
	if !two || secret == "" || err != nil || !hmac.Equal(mac, digest(secret, []byte(signed))) {
		return nil, false
	}
	payload, err = unpadded.DecodeString(strings.TrimRight(signed, "="))
	return payload, err == nil
}

var unpadded = base64.RawURLEncoding

func digest(secret string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return h.Sum(nil)
}
