package chatwoot

import (
	"context"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gohelpdesk/helpdesk"
)

const widgetKind helpdesk.ChannelKind = "web_widget"

// visitorLife is how long a visitor is known on a device.
const visitorLife = 180 * 24 * time.Hour

// visitorClaims are what a visitor's token says.
type visitorClaims struct {
	Source string           `json:"source_id"`
	Inbox  helpdesk.InboxID `json:"inbox_id"`
	jwt.RegisteredClaims
}

// findWidget resolves the website token, and the visitor where a token names one.
func (c *call) findWidget(ctx context.Context) error {
	box, err := c.e.FindInbox(ctx, c.r.URL.Query().Get("website_token"))
	if helpdesk.CodeOf(err) == helpdesk.NotFound || err == nil && box.Kind != widgetKind {
		return refused(http.StatusNotFound, "web widget does not exist")
	}
	if err != nil {
		return err
	}
	c.inbox = box
	actor, err := c.visitor(ctx)
	switch {
	case err == nil:
		c.act(actor)
	case helpdesk.CodeOf(err) != helpdesk.NotFound:
		return err
	case c.route.who == visitor:
		return err
	default:
		c.act(c.e.System(box.Account))
	}
	return nil
}

// visitor is who the request's token names: NotFound for one that is missing,
// forged, over, of another inbox, or of nobody.
func (c *call) visitor(ctx context.Context) (helpdesk.Actor, error) {
	nobody := &helpdesk.Error{Code: helpdesk.NotFound, Message: "visitor not found"}
	token := c.r.Header.Get("X-Auth-Token")
	if token == "" {
		return helpdesk.Actor{}, nobody
	}
	key, err := c.e.SessionKey(ctx, c.inbox)
	if err != nil {
		return helpdesk.Actor{}, err
	}
	var claims visitorClaims
	_, err = jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(c.e.Now), jwt.WithExpirationRequired())
	if err != nil || claims.Inbox != c.inbox.ID {
		return helpdesk.Actor{}, nobody
	}
	c.source = claims.Source
	return c.e.FindCustomer(ctx, c.inbox, claims.Source)
}

// visitorToken is the token of an address.
func (c *call) visitorToken(ctx context.Context, a *helpdesk.ContactInbox) (string, error) {
	key, err := c.e.SessionKey(ctx, c.inbox)
	if err != nil {
		return "", err
	}
	now := c.e.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, visitorClaims{a.Source, a.Inbox, jwt.RegisteredClaims{
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(visitorLife)),
	}}).SignedString(key)
}
