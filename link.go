package helpdesk

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// sealedToken is a value that only this installation can have made.
type sealedToken struct {
	Expires int64           `json:"e,omitempty"` // Unix seconds; 0 = never
	Value   json.RawMessage `json:"v"`
}

// SealToken turns a value into a token that outsiders can carry and neither read
// nor change: attachment links, sign-in tickets. purpose must be the same on
// opening. A zero expires lasts as long as the key.
func (e *Engine) SealToken(purpose string, value any, expires time.Time) (string, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	t := sealedToken{Value: raw}
	if !expires.IsZero() {
		t.Expires = expires.Unix()
	}
	sealed, err := e.opts.Sealer.Seal(args(t), "token "+purpose)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenToken reads a token into value. Every reason for refusing it is the same
// NotFound.
func (e *Engine) OpenToken(purpose, token string, value any) error {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return notFound("link")
	}
	plain, err := e.opts.Sealer.Open(sealed, "token "+purpose)
	if err != nil {
		return notFound("link")
	}
	var t sealedToken
	if err := json.Unmarshal(plain, &t); err != nil || t.Expires != 0 && e.now().Unix() >= t.Expires {
		return notFound("link")
	}
	if err := json.Unmarshal(t.Value, value); err != nil {
		return notFound("link")
	}
	return nil
}
