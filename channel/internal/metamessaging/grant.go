package metamessaging

import (
	"net/url"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Where people have an id of their own.
const (
	AtFacebook  = "facebook:"
	AtInstagram = "instagram:"
)

// Withdrawn is left in settings in place of a token that was taken back.
const Withdrawn = "withdrawn"

// ParseGrant reads the form that Meta posts when somebody removes the app, or wants
// their data deleted. at is where their id is one.
func ParseGrant(body []byte, secret, at string) (who string, when time.Time, err error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", when, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the form cannot be read", Err: err}
	}
	payload, ok := wire.SignedRequest(secret, form.Get("signed_request"))
	if !ok {
		return "", when, helpdesk.Errorf(helpdesk.Unauthenticated, "the request is not signed by the app")
	}
	var said struct {
		Algorithm string    `json:"algorithm"`
		UserID    wire.Text `json:"user_id"`
		IssuedAt  wire.Text `json:"issued_at"`
	}
	if err := wire.Decode(payload, &said); err != nil {
		return "", when, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the request cannot be read", Err: err}
	}
	if !strings.EqualFold(said.Algorithm, "HMAC-SHA256") || !graphID.MatchString(string(said.UserID)) {
		return "", when, helpdesk.Errorf(helpdesk.Invalid, "the request names nobody")
	}
	return at + string(said.UserID), said.IssuedAt.Time(), nil
}
